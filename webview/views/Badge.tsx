import type { JSX } from 'preact';
import type { OrderResult, Report } from '../../src/core/report/types';
import { countWords, scientific } from '../../src/figures/format';
import type { Proven } from '../../src/protocol/job';
import { claims, domainWords } from '../certificate';
import { Button, Icon, Popover, ProgressRing } from '../ui';
import { seconds } from './Header';
import { usePanel } from './context';

/** At the right of the header: what is proven, or what is being searched, with Stop beside it. */
export function Badge(): JSX.Element | null {
  const { state, controller } = usePanel();
  if (state.phase === 'running' || state.phase === 'stopping') {
    const stopping = state.phase === 'stopping';
    return (
      <div class="badge-slot">
        {state.proven !== null && <ProvenSoFar upTo={state.proven} />}
        <span class="searching">
          <ProgressRing />
          <span>
            {stopping
              ? 'Stopping'
              : state.model
                ? `Searching ${state.progress?.stage ?? '…'}`
                : 'Reading the file'}
          </span>
          {!stopping && <Remaining />}
        </span>
        <Button kind="secondary" icon="stop" disabled={stopping} onClick={controller.stop}>
          Stop, keep found
        </Button>
      </div>
    );
  }
  if (!state.report) return null;
  return (
    <div class="badge-slot">
      <Certificate report={state.report} />
    </div>
  );
}

/** The certificates that have landed while the search goes on. */
function ProvenSoFar({ upTo }: { upTo: Proven }): JSX.Element {
  return (
    <span class="badge proven">
      <Icon name="proven" />
      <strong>Proven</strong>
      <span class="claims">{upTo === 'all' ? 'all periods' : `to order ${String(upTo)}`}</span>
    </span>
  );
}

function Remaining(): JSX.Element | null {
  const { progress } = usePanel().state;
  if (!progress || progress.fraction === null) return null;
  return (
    <span class="muted">
      {Math.round(progress.fraction * 100)} %
      {progress.secondsLeft !== null &&
        progress.secondsLeft >= 1 &&
        ` · ${seconds(Math.round(progress.secondsLeft)).replace('.0', '')} left`}
    </span>
  );
}

function Certificate({ report }: { report: Report }): JSX.Element {
  const proven = claims(report);
  return (
    <Popover
      label="What is proven"
      trigger={(open, toggle) => (
        <button
          type="button"
          class={proven.length > 0 ? 'badge proven' : 'badge open'}
          aria-expanded={open}
          aria-haspopup="dialog"
          onClick={toggle}
        >
          <Icon name={proven.length > 0 ? 'proven' : 'question'} />
          {proven.length > 0 ? (
            <>
              <strong>Proven complete</strong>
              <span class="claims">{proven.join('; ')}</span>
            </>
          ) : (
            <strong>No guarantee</strong>
          )}
        </button>
      )}
    >
      {() => <Statement report={report} proven={proven.length > 0} />}
    </Popover>
  );
}

function Statement({ report, proven }: { report: Report; proven: boolean }): JSX.Element {
  return (
    <div class="details statement">
      <p>
        {proven
          ? 'Proven complete means: there are no other cycles of these orders than the ones listed, where the proof holds.'
          : 'What is listed was verified by iterating the map. That nothing is missing was not proven for any order.'}
      </p>
      {grouped(report.orders).map((orders) => (
        <OrderStatement key={orders[0]!.order} orders={orders} />
      ))}
      {report.beyond.length > 0 && (
        <section>
          <h2>Above order {report.search.maxOrder}</h2>
          <p>
            {report.beyond.length === 1 ? 'One cycle was' : `${String(report.beyond.length)} cycles were`} met
            on the way. No claim is made that there are no others.
          </p>
        </section>
      )}
    </div>
  );
}

/** A statement about one order as one about each of several. */
const ofEach = (statement: string): string =>
  statement.replace(/\border \d+/g, 'each order').replace(/\bOrder \d+/g, 'Each order');

/** Neighbouring orders with the same words are told once. */
function grouped(orders: readonly OrderResult[]): OrderResult[][] {
  const groups: OrderResult[][] = [];
  const words = (result: OrderResult): string => ofEach(result.certificate?.statement ?? result.whyNot ?? '');
  for (const result of orders) {
    const last = groups.at(-1);
    if (last && words(last[0]!) === words(result) && last[0]!.complete === result.complete) last.push(result);
    else groups.push([result]);
  }
  return groups;
}

function OrderStatement({ orders }: { orders: readonly OrderResult[] }): JSX.Element {
  const first = orders[0]!;
  const last = orders.at(-1)!;
  const title =
    first === last
      ? first.order === 1
        ? 'Fixed points'
        : `Order ${String(first.order)}`
      : `Orders ${String(first.order)} to ${String(last.order)}`;
  const { certificate } = last;
  return (
    <section>
      <h2>
        {certificate && last.complete ? <Icon name="proven" /> : <Icon name="question" />}
        {title}
        <span class={certificate ? 'verdict yes' : 'verdict'}>
          {certificate ? `proven, ${domainWords(certificate.domain)}` : 'no guarantee'}
        </span>
      </h2>
      {certificate ? (
        <>
          <p>{first === last ? certificate.statement : ofEach(certificate.statement)}</p>
          <p class="muted">
            By {certificate.method}
            {first === last &&
              countWords(certificate.counts)
                .map((words) => `, ${words}`)
                .join('')}
            ; error bound {scientific(certificate.errorBound, 1)}.
          </p>
        </>
      ) : (
        <p>
          {first === last
            ? (last.whyNot ?? 'This order was searched without a proof.')
            : ofEach(last.whyNot ?? 'These orders were searched without a proof.')}
        </p>
      )}
    </section>
  );
}
