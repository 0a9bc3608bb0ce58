import { withoutFlags } from '../../src/protocol/interpretations';
import type { JSX } from 'preact';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { Failure } from '../../src/protocol/job';
import type { Inspection, TensorDetail, TensorSummary } from '../../src/protocol/weights';
import { Button, Dropdown, Icon, LinkButton, Tabs, panelId, tabId } from '../ui';
import type { Host } from './host';
import { bytesText, countText } from './format';
import { dimensions, Message, ModelView } from './ModelView';
import { TensorView } from './TensorView';
import { Tree } from './Tree';

type Tab = 'tensor' | 'model' | 'metadata';

/** What outlives hiding the editor and reloading the window. */
interface Kept {
  readonly selected: string | null;
  readonly tab: Tab | null;
  readonly filter: string;
  readonly collapsed: readonly string[];
}

function restored(state: unknown): Kept {
  const kept = (typeof state === 'object' && state !== null ? state : {}) as Partial<Kept>;
  const { selected, tab, filter, collapsed } = kept;
  return {
    selected: typeof selected === 'string' ? selected : null,
    tab: tab === 'tensor' || tab === 'model' || tab === 'metadata' ? tab : null,
    filter: typeof filter === 'string' ? filter : '',
    collapsed: Array.isArray(collapsed) ? collapsed.filter((key) => typeof key === 'string') : [],
  };
}

type Shown =
  | { readonly state: 'opening'; readonly file: string }
  | { readonly state: 'failed'; readonly file: string; readonly failure: Failure }
  | { readonly state: 'open'; readonly inspection: Inspection; readonly revision: number };

export function App({ host }: { readonly host: Host }): JSX.Element {
  const [shown, setShown] = useState<Shown>({ state: 'opening', file: '' });
  const [fraction, setFraction] = useState<{ index: number; fraction: number } | null>(null);
  const [kept, setKept] = useState(() => restored(host.restore()));
  const change = (some: Partial<Kept>): void => setKept((previous) => ({ ...previous, ...some }));
  useEffect(() => host.persist(kept), [kept]);
  useEffect(() => {
    let revision = 0;
    let file = '';
    host.listen((message) => {
      switch (message.type) {
        case 'opening':
          file = message.file;
          setShown({ state: 'opening', file });
          break;
        case 'inspection':
          setFraction(null);
          setShown({ state: 'open', inspection: message.inspection, revision: ++revision });
          break;
        case 'failure':
          setShown({ state: 'failed', file, failure: message.failure });
          break;
        case 'fraction':
          setFraction(message);
          break;
      }
    });
  }, []);
  if (shown.state === 'open')
    return (
      <Open
        host={host}
        inspection={shown.inspection}
        revision={shown.revision}
        fraction={fraction}
        kept={kept}
        change={change}
      />
    );
  return (
    <main class="app viewer">
      <header class="header">
        <div class="identity">
          <h1>{shown.file || 'Weights'}</h1>
        </div>
      </header>
      {shown.state === 'opening' ? (
        <div class="skeleton-rows" role="status" aria-label="Opening the file">
          <span />
          <span />
          <span />
        </div>
      ) : (
        <Failed failure={shown.failure} host={host} />
      )}
    </main>
  );
}

function Failed({ failure, host }: { failure: Failure; host: Host }): JSX.Element {
  return (
    <Message
      icon="error"
      title={failure.kind === 'input' ? 'This file cannot be read' : 'Opening the file failed'}
      alert
    >
      <p>{failure.message}</p>
      {failure.place !== '' && (
        <p class="place">
          <span class="muted">At</span> <code>{failure.place}</code>
        </p>
      )}
      {failure.remedy !== '' && <p>{withoutFlags(failure.remedy)}</p>}
      <div class="actions">
        <Button kind="primary" icon="rerun" onClick={() => host.post({ type: 'retry' })}>
          Retry
        </Button>
        <LinkButton onClick={() => host.post({ type: 'showLog' })}>Show log</LinkButton>
      </div>
    </Message>
  );
}

interface OpenProps {
  readonly host: Host;
  readonly inspection: Inspection;
  readonly revision: number;
  readonly fraction: { readonly index: number; readonly fraction: number } | null;
  readonly kept: Kept;
  readonly change: (some: Partial<Kept>) => void;
}

function Open({ host, inspection, revision, fraction, kept, change }: OpenProps): JSX.Element {
  const { tensors, model } = inspection;
  const [summaries, setSummaries] = useState<ReadonlyMap<number, TensorSummary>>(new Map());
  const latest = useRef(revision);
  latest.current = revision;
  // Numbers of an older content stay until the new ones are there; which ones are wanted is asked anew.
  useEffect(() => setSummaries(new Map()), [revision]);
  const add = (found: readonly TensorSummary[], of: number): void => {
    if (of !== latest.current) return;
    setSummaries(
      (previous) => new Map([...previous, ...found.map((one): [number, TensorSummary] => [one.index, one])]),
    );
  };
  const roles = useMemo(
    () =>
      new Map(
        model.status === 'recognised'
          ? Object.entries(model.tensors).map(([parameter, name]): [string, string] => [name, parameter])
          : [],
      ),
    [model],
  );
  const collapsed = useMemo(() => new Set(kept.collapsed), [kept.collapsed]);
  const selected = useMemo(() => {
    const named = tensors.findIndex(({ name }) => name === kept.selected);
    if (named >= 0) return named;
    // The recurrent matrix says most, so it is shown first.
    const first = ['W', 'W_hh', 'AW', 'W1'].map((parameter) =>
      tensors.findIndex(({ name }) => roles.get(name) === parameter),
    );
    return first.find((index) => index >= 0) ?? (tensors.length > 0 ? 0 : null);
  }, [tensors, kept.selected, roles]);
  const tab = kept.tab ?? (model.status === 'ambiguous' || tensors.length === 0 ? 'model' : 'tensor');
  const select = (index: number): void => {
    const name = tensors[index]?.name ?? null;
    change({ selected: name, tab: 'tensor' });
  };
  const tensor = selected === null ? undefined : tensors[selected];

  return (
    <main class="app viewer">
      <div>
        <Header host={host} inspection={inspection} onModel={() => change({ tab: 'model' })} />
        <Warnings items={inspection.warnings} onAll={() => change({ tab: 'metadata' })} />
      </div>
      <div class="main">
        <div class="body">
          <Tree
            tensors={tensors}
            summaries={summaries}
            selected={selected}
            filter={kept.filter}
            collapsed={collapsed}
            roles={roles}
            onSelect={select}
            onFilter={(filter) => change({ filter })}
            onToggle={(key) => {
              const next = new Set(collapsed);
              if (!next.delete(key)) next.add(key);
              change({ collapsed: [...next] });
            }}
            onWanted={(indexes) => {
              host.ask('summaries', { indexes }).then(
                (found) => add(found, revision),
                () => undefined,
              );
            }}
          />
          <div class="right">
            <Tabs
              label="Views"
              tabs={[
                { id: 'tensor', text: 'Tensor' },
                { id: 'model', text: 'Model' },
                {
                  id: 'metadata',
                  text: inspection.scalars.length > 0 ? `Metadata ${String(inspection.scalars.length)}` : 'Metadata',
                },
              ]} // prettier-ignore
              selected={tab}
              onSelect={(to) => change({ tab: to })}
            />
            <div
              class="view"
              role="tabpanel"
              id={panelId(tab)}
              aria-labelledby={tabId(tab)}
              tabIndex={tab === 'tensor' ? undefined : 0}
            >
              {tab === 'model' ? (
                <ModelView
                  inspection={inspection}
                  host={host}
                  onSelect={(name) => change({ selected: name, tab: 'tensor' })}
                />
              ) : tab === 'metadata' ? (
                <Metadata inspection={inspection} />
              ) : tensor && selected !== null ? (
                <TensorView
                  host={host}
                  index={selected}
                  tensor={tensor}
                  role={roles.get(tensor.name)}
                  fraction={fraction?.index === selected ? fraction.fraction : null}
                  revision={revision}
                  onDetail={(detail) => {
                    const summary = summaries.get(detail.index);
                    if (summary?.state === 'large') add([summaryOf(detail)], revision);
                  }}
                />
              ) : (
                <p class="hint muted">The file holds no tensor.</p>
              )}
            </div>
          </div>
        </div>
      </div>
    </main>
  );
}

function summaryOf(detail: TensorDetail): TensorSummary {
  const { index, min, mean, max, nan, positiveInfinite, negativeInfinite, histogram } = detail;
  const most = Math.max(1, ...histogram.counts);
  return {
    index,
    state: 'read',
    min,
    mean,
    max,
    notFinite: nan + positiveInfinite + negativeInfinite,
    spark: histogram.counts.map((count) => count / most),
  };
}

function Header(props: { host: Host; inspection: Inspection; onModel: () => void }): JSX.Element {
  const { host, inspection } = props;
  const { model, epochs } = inspection;
  return (
    <header class="header">
      <div class="identity">
        <h1 title={inspection.file}>{inspection.file}</h1>
        <div class="facts">
          <span>{inspection.format}</span>
          <span>{countText(inspection.tensors.length, 'tensor')}</span>
          <span class="optional">{bytesText(inspection.bytes)}</span>
        </div>
      </div>
      <div class="tools">
        {epochs.length > 1 && (
          <Dropdown
            label="Set of weights"
            value={String(inspection.entry)}
            options={epochs.map((epoch, i) => ({
              value: String(i),
              text: epoch === null ? `set ${String(i + 1)}` : `epoch ${String(epoch)}`,
            }))}
            onChange={(value) => host.post({ type: 'entry', entry: Number(value) })}
          />
        )}
        <Button
          kind="primary"
          disabled={model.status === 'refused' || inspection.tensors.length === 0}
          onClick={() => host.post({ type: 'analyze' })}
        >
          Analyze
        </Button>
      </div>
      <div class="counts">
        {model.status === 'recognised' ? (
          <>
            <span class="count">
              <strong>{model.kind}</strong>
              <span class="muted">{dimensions(model)}</span>
            </span>
            <code class="equation">{model.equation}</code>
          </>
        ) : (
          <span class="count">
            <Icon name={model.status === 'refused' ? 'info' : 'question'} />
            {model.status === 'ambiguous'
              ? 'The file leaves its equation open'
              : model.status === 'refused'
                ? `This is ${model.what}`
                : 'No known model'}
            <LinkButton onClick={props.onModel}>{model.status === 'ambiguous' ? 'Answer' : 'Why'}</LinkButton>
          </span>
        )}
      </div>
      <div class="badge-slot">
        {model.status !== 'refused' && (
          <LinkButton onClick={() => host.post({ type: 'mapTensors' })}>Edit mapping…</LinkButton>
        )}
      </div>
    </header>
  );
}

function Warnings({ items, onAll }: { items: readonly string[]; onAll: () => void }): JSX.Element | null {
  const [hidden, setHidden] = useState('');
  const [first] = items;
  if (first === undefined || hidden === items.join()) return null;
  return (
    <div class="notices">
      <div class="notice warning" role="status">
        <Icon name="warning" />
        <span class="notice-text">{sentence(first)}</span>
        <span class="notice-action">
          {items.length > 1 && <LinkButton onClick={onAll}>All {String(items.length)} warnings</LinkButton>}
          <Button icon="close" label="Hide the warning" onClick={() => setHidden(items.join())} />
        </span>
      </div>
    </div>
  );
}

function sentence(text: string): string {
  const capital = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(capital) ? capital : `${capital}.`;
}

/** Loose values shown at most; a file may hold thousands. */
const MOST_VALUES = 500;

function Metadata({ inspection }: { inspection: Inspection }): JSX.Element {
  const { scalars, warnings } = inspection;
  return (
    <div class="model-view">
      <h2>File</h2>
      <dl class="pairs">
        <dt>Format</dt>
        <dd>{inspection.format}</dd>
        <dt>Size</dt>
        <dd>
          {bytesText(inspection.bytes)}
          <span class="muted">{inspection.bytes.toLocaleString('en-US')} bytes</span>
        </dd>
        <dt>Tensors</dt>
        <dd>{inspection.tensors.length.toLocaleString('en-US')}</dd>
      </dl>
      {warnings.length > 0 && (
        <>
          <h3>Warnings</h3>
          <ul class="sentences">
            {warnings.map((warning) => (
              <li key={warning}>{sentence(warning)}</li>
            ))}
          </ul>
        </>
      )}
      <h3>Values beside the tensors</h3>
      {scalars.length === 0 ? (
        <p class="muted">There are none.</p>
      ) : (
        <table class="mapping">
          <thead>
            <tr>
              <th scope="col">name</th>
              <th scope="col">value</th>
            </tr>
          </thead>
          <tbody>
            {scalars.slice(0, MOST_VALUES).map(({ name, value }) => (
              <tr key={name}>
                <th scope="row">{name}</th>
                <td class="value">{String(value)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {scalars.length > MOST_VALUES && (
        <p class="muted">
          {countText(scalars.length - MOST_VALUES, 'more value')} not shown.
        </p>
      )}
    </div>
  ); // prettier-ignore
}
