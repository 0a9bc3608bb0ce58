import { otherKind, withoutFlags } from '../../src/protocol/interpretations';
import { TakeAs } from './Notices';
import type { ComponentChildren, JSX } from 'preact';
import type { Attractor, Stability } from '../../src/core/report/types';
import { formatNumber } from '../../src/figures/format';
import type { Hue } from '../figures/types';
import { orderNoun } from '../objects';
import { Button, Popover } from '../ui';
import { Badge } from './Badge';
import { ExportMenu, type FigureSource } from './ExportMenu';
import { Mark } from './Mark';
import { RerunPopover } from './RerunPopover';
import { usePanel } from './context';

/** Who it is, what was found, and how far that is proven. */
export function Header({ figure }: { figure: FigureSource | null }): JSX.Element {
  const { state, controller } = usePanel();
  return (
    <div class="header">
      <div class="identity">
        <h1 title={state.file?.name}>{state.file ? title(state.file.name) : 'RNN Dynamics'}</h1>
        <Facts />
      </div>
      <div class="tools">
        <RerunPopover />
        <ExportMenu figure={figure} />
        <Button kind="quiet" icon="gear" label="Settings" onClick={controller.openSettings} />
      </div>
      <Counts />
      <Badge />
    </div>
  );
}

/** The name without the extension that the explorer shows anyway. */
const title = (name: string): string => name.replace(/\.(pt|pth|ckpt|bin|safetensors|npz|npy|json)$/i, '');

function Facts(): JSX.Element | null {
  const { file, model } = usePanel().state;
  if (!file) return null;
  const regions = model && (model.reluUnits <= 20 ? formatRegions(model.reluUnits) : null);
  const shallow = model !== null && model.reluUnits !== model.stateDim;
  return (
    <p class="facts">
      {model && (
        <>
          <span>{model.kind}</span>
          <span>
            M = {model.stateDim}
            {shallow && `, L = ${String(model.reluUnits)}`}
          </span>
          {regions && <span class="optional">{regions}</span>}
          <span>{inputWords(model.input)}</span>
        </>
      )}
      {file.run !== null && (
        <span>
          {file.run}
          {file.epoch !== null && `, epoch ${String(file.epoch)}`}
        </span>
      )}
      {file.run === null && file.epoch !== null && <span>epoch {file.epoch}</span>}
      {model && <ModelDetails />}
    </p>
  );
}

const formatRegions = (units: number): string => {
  const count = 2 ** units;
  return `${count.toLocaleString('en-US').replaceAll(',', '\u202f')} linear region${count === 1 ? '' : 's'}`;
};

function inputWords(input: readonly number[]): string {
  if (input.length === 0) return 'no input';
  if (input.every((value) => value === 0))
    return input.length === 1 ? 'input 0' : `input 0 (${String(input.length)})`;
  const shown = input.slice(0, 3).map((value) => formatNumber(value, 2));
  return `input [${shown.join(' ')}${input.length > 3 ? ' …' : ''}]`;
}

/** The equation, what was read as what, and what was taken for granted. */
function ModelDetails(): JSX.Element | null {
  const { model, report } = usePanel().state;
  if (!model) return null;
  const tensors = Object.entries(model.tensors);
  const other = otherKind(model.kind);
  return (
    <Popover
      label="Equation and assumptions"
      align="start"
      trigger={(open, toggle) => (
        <Button
          kind="quiet"
          icon="info"
          label="Equation and assumptions"
          popup="dialog"
          expanded={open}
          onClick={toggle}
        />
      )}
    >
      {() => (
        <div class="details">
          <p class="equation">{prettyEquation(model.equation)}</p>
          {tensors.length > 0 && (
            <>
              <h2>Parameters</h2>
              <dl class="pairs">
                {tensors.map(([parameter, tensor]) => (
                  <Pair key={parameter} term={parameter}>
                    <code>{tensor}</code>
                  </Pair>
                ))}
              </dl>
            </>
          )}
          <Sentences title="Assumed" sentences={model.assumptions.map(withoutFlags)} />
          <Sentences title="Notes" sentences={model.notes.map(withoutFlags)} />
          {other && <TakeAs kind={other} />}
          {report && (
            <>
              <h2>Search</h2>
              <dl class="pairs">
                <Pair term="Highest order">{report.search.maxOrder}</Pair>
                <Pair term="Seed">{report.search.seed}</Pair>
                <Pair term="Linear solves">{report.search.linearSolves.toLocaleString('en-US')}</Pair>
                <Pair term="Unit of length">{formatNumber(report.model.scale, 4)}</Pair>
              </dl>
            </>
          )}
        </div>
      )}
    </Popover>
  );
}

/** True minus signs and subscripts aside, the equation stays as the model states it. */
const prettyEquation = (equation: string): string => equation.replace(/^z'/, 'z′').replaceAll(' - ', ' − ');

function Pair({ term, children }: { term: string; children: ComponentChildren }): JSX.Element {
  return (
    <>
      <dt>{term}</dt>
      <dd>{children}</dd>
    </>
  );
}

function Sentences({
  title,
  sentences,
}: {
  title: string;
  sentences: readonly string[];
}): JSX.Element | null {
  if (sentences.length === 0) return null;
  return (
    <>
      <h2>{title}</h2>
      <ul class="sentences">
        {sentences.map((sentence) => (
          <li key={sentence}>{sentence}</li>
        ))}
      </ul>
    </>
  );
}

interface Count {
  readonly order: number;
  readonly stability: Stability;
  readonly hue: Hue;
  count: number;
}

/** Above this many kinds of objects the counts are summed over the orders. */
const MAX_COUNTS = 4;

/** "1 unstable fixed point, 1 stable 13-cycle, ..": each with its mark, as long as the line holds. */
function Counts(): JSX.Element | null {
  const { phase, objects, report, model } = usePanel().state;
  if (phase === 'failed' && objects.length === 0) return null;
  if (objects.length === 0 && !report)
    return <p class="counts">{model && <span class="muted">Nothing found yet</span>}</p>;
  const counts = new Map<string, Count>();
  for (const object of objects) {
    if (object.kind !== 'cycle') continue;
    const { order, stability } = object.cycle;
    const key = `${String(order)} ${stability}`;
    const count = counts.get(key) ?? { order, stability, hue: object.figure?.hue ?? 0, count: 0 };
    count.count += 1;
    counts.set(key, count);
  }
  const boundary = objects.filter((object) => object.kind === 'boundary').length;
  const families: Record<string, number> = {};
  for (const object of objects)
    if (object.kind === 'continuum') {
      const { dimension, regions } = object.continuum;
      const what = `${dimension === 1 ? 'line' : dimension === 2 ? 'plane' : 'family'} of ${orderNoun(regions.length)}s`;
      families[what] = (families[what] ?? 0) + 1;
    }
  const kinds = [...counts.values()];
  /** Those that were told apart are counted. */
  const others = new Map<string, number>();
  for (const object of objects)
    if (object.kind === 'attractor') {
      const words = attractorWords(object.attractor);
      others.set(words, (others.get(words) ?? 0) + 1);
    }
  return (
    <p class="counts">
      {kinds.length <= MAX_COUNTS ? (
        kinds.map((count) => <CountOf key={`${String(count.order)} ${count.stability}`} {...count} />)
      ) : (
        <Sums kinds={kinds} />
      )}
      {boundary > 0 && (
        <span class="count">
          <Mark order={1} stability="boundary" hue="fixedPoint" />
          {boundary} on region borders
        </span>
      )}
      {Object.entries(families).map(([what, count]) => (
        <span class="count" key={what}>
          {count === 1
            ? `1 ${what}`
            : `${String(count)} ${what.replace(/^(line|plane) /, '$1s ').replace(/^family /, 'families ')}`}
        </span>
      ))}
      {report && kinds.length === 0 && boundary === 0 && Object.keys(families).length === 0 && (
        <span>No fixed points or cycles found</span>
      )}
      {[...others].map(([words, count]) => (
        <span class="count" key={words}>
          {count > 1 && words.endsWith(' attractor') ? `${String(count)} ${words}s` : words}
        </span>
      ))}
      {report && <span class="muted">searched in {seconds(report.search.seconds)}</span>}
    </p>
  );
}

/** Attractors that are no listed cycle, for the line of counts. */
function attractorWords({ kind, share }: Attractor): string {
  switch (kind) {
    case 'divergent':
      return share >= 1 ? 'every start diverges' : 'some starts diverge';
    case 'undecided':
      return 'an undecided attractor';
    case 'fixed-point':
      return 'some orbits rest at points not listed singly';
    case 'cycle':
      return 'some orbits settle on cycles not listed';
    default:
      return `${kind} attractor`;
  }
}

function CountOf({ order, stability, hue, count }: Count): JSX.Element {
  return (
    <span class="count">
      <Mark order={order} stability={stability} hue={hue} />
      {count} {stability} {orderNoun(order)}
      {count > 1 && 's'}
    </span>
  );
}

const STABILITIES: readonly Stability[] = ['stable', 'saddle', 'unstable', 'marginal'];

function Sums({ kinds }: { kinds: readonly Count[] }): JSX.Element {
  const part = (some: readonly Count[], order: number, noun: string, hue: Hue): JSX.Element | null => {
    const total = some.reduce((sum, { count }) => sum + count, 0);
    if (total === 0) return null;
    return (
      <span class="count">
        {total} {noun}
        {total > 1 && 's'}:
        {STABILITIES.map((stability) => {
          const count = some.reduce((sum, kind) => sum + (kind.stability === stability ? kind.count : 0), 0);
          return count > 0 ? (
            <span class="count" key={stability}>
              <Mark order={order} stability={stability} hue={hue} />
              {count} {stability}
            </span>
          ) : null;
        })}
      </span>
    );
  };
  const cycles = kinds.filter(({ order }) => order > 1);
  const orders = cycles.map(({ order }) => order);
  const least = Math.min(...orders);
  const most = Math.max(...orders);
  const noun = least === most ? `${String(most)}-cycle` : 'cycle';
  return (
    <>
      {part(
        kinds.filter(({ order }) => order === 1),
        1,
        'fixed point',
        'fixedPoint',
      )}
      {part(cycles, least === most ? most : 7, noun, 0)}
      {least < most && (
        <span class="muted">
          of orders {least}–{most}
        </span>
      )}
    </>
  );
}

/** "0.12 s", "3 min 20 s" */
export function seconds(value: number): string {
  if (value < 1) return `${value.toFixed(2)} s`;
  if (value < 60) return `${value.toFixed(1)} s`;
  return `${String(Math.floor(value / 60))} min ${String(Math.round(value % 60))} s`;
}
