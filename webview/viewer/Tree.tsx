import type { JSX } from 'preact';
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { TensorInfo } from '../../src/core/tensor';
import type { TensorSummary } from '../../src/protocol/weights';
import { Icon, TextField } from '../ui';
import { countText, shapeText, shortNumber } from './format';
import { treeRows, type TreeRow } from './treeRows';

const ROW = 26;
/** Rows drawn beyond the visible ones. */
const MARGIN = 8;
const COLUMNS = ['name', 'shape', 'type', 'min', 'mean', 'max', 'values'] as const;

export interface TreeProps {
  readonly tensors: readonly TensorInfo[];
  readonly summaries: ReadonlyMap<number, TensorSummary>;
  readonly selected: number | null;
  readonly filter: string;
  readonly collapsed: ReadonlySet<string>;
  /** Which parameter of the model each tensor is. */
  readonly roles: ReadonlyMap<string, string>;
  readonly onSelect: (index: number) => void;
  readonly onFilter: (filter: string) => void;
  readonly onToggle: (key: string) => void;
  /** Tensors that are in sight and of which no summary is known. */
  readonly onWanted: (indexes: readonly number[]) => void;
}

/** The tensors of a file as an ARIA treegrid; only the lines in sight are in the document. */
export function Tree(props: TreeProps): JSX.Element {
  const { tensors, summaries, selected, filter, collapsed, roles, onSelect, onToggle, onWanted } = props;
  const rows = useMemo(() => treeRows(tensors, collapsed, filter), [tensors, collapsed, filter]);
  const box = useRef<HTMLDivElement>(null);
  const [scroll, setScroll] = useState({ top: 0, height: 600 });
  const [active, setActive] = useState<string | null>(null);
  const selectedKey = selected === null ? null : (tensors[selected]?.name ?? null);
  const at = Math.max(
    0,
    rows.findIndex(({ key }) => key === (active ?? selectedKey)),
  );

  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return;
    const measure = (): void => setScroll({ top: element.scrollTop, height: element.clientHeight });
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);

  const from = Math.max(0, Math.floor(scroll.top / ROW) - MARGIN);
  const to = Math.min(rows.length, Math.ceil((scroll.top + scroll.height) / ROW) + MARGIN);
  const shown = rows.slice(from, to);
  const wanted = shown.flatMap(({ tensor }) => (tensor === null || summaries.has(tensor) ? [] : [tensor]));
  const wantedKey = wanted.join();
  useEffect(() => {
    if (wanted.length === 0) return;
    const timer = setTimeout(() => onWanted(wanted), 60);
    return () => clearTimeout(timer);
  }, [wantedKey, tensors]);

  const goTo = (index: number): void => {
    const to = Math.max(0, Math.min(rows.length - 1, index));
    const row = rows[to];
    const element = box.current;
    if (!row || !element) return;
    setActive(row.key);
    const top = to * ROW;
    const room = element.clientHeight - ROW;
    if (top < element.scrollTop) element.scrollTop = top;
    else if (top + ROW > element.scrollTop + room) element.scrollTop = top + ROW - room;
    if (row.tensor !== null) onSelect(row.tensor);
  };
  const page = Math.max(1, Math.floor(scroll.height / ROW) - 2);
  const onKeyDown = (event: KeyboardEvent): void => {
    const row = rows[at];
    if (!row || event.ctrlKey || event.metaKey || event.altKey) return;
    const parent = (): number => {
      let up = at - 1;
      while (up >= 0 && rows[up]!.level >= row.level) up--;
      return up < 0 ? at : up;
    };
    switch (event.key) {
      case 'ArrowDown':
        goTo(at + 1);
        break;
      case 'ArrowUp':
        goTo(at - 1);
        break;
      case 'PageDown':
        goTo(at + page);
        break;
      case 'PageUp':
        goTo(at - page);
        break;
      case 'Home':
        goTo(0);
        break;
      case 'End':
        goTo(rows.length - 1);
        break;
      case 'ArrowRight':
        if (row.tensor === null && !row.expanded) onToggle(row.key);
        else if (row.tensor === null) goTo(at + 1);
        else return;
        break;
      case 'ArrowLeft':
        if (row.tensor === null && row.expanded && filter === '') onToggle(row.key);
        else goTo(parent());
        break;
      case 'Enter':
      case ' ':
        if (row.tensor === null) onToggle(row.key);
        else onSelect(row.tensor);
        break;
      default:
        return;
    }
    event.preventDefault();
  };

  return (
    <section class="tree" aria-label="Tensors">
      <div class="tree-head">
        <TextField
          label="Filter tensors by name"
          placeholder="Filter"
          icon="search"
          value={filter}
          onInput={props.onFilter}
        />
        <span class="muted" role="status">
          {filter === ''
            ? countText(tensors.length, 'tensor')
            : `${rows.filter(({ tensor }) => tensor !== null).length.toLocaleString('en-US')} of ${countText(tensors.length, 'tensor')}`}
        </span>
      </div>
      <div
        class="treegrid"
        role="treegrid"
        aria-label="Tensors by name"
        aria-rowcount={rows.length + 1}
        aria-colcount={COLUMNS.length}
        aria-activedescendant={rows.length > 0 ? rowId(at) : undefined}
        tabIndex={0}
        ref={box}
        onKeyDown={onKeyDown}
        onScroll={(event) => {
          const { scrollTop, clientHeight } = event.currentTarget;
          setScroll({ top: scrollTop, height: clientHeight });
        }}
      >
        <div role="rowgroup" class="tree-columns">
          <div role="row" aria-rowindex={1} class="tree-row">
            {COLUMNS.map((column) => (
              <span key={column} role="columnheader" class={`col-${column}`}>
                {column}
              </span>
            ))}
          </div>
        </div>
        <div
          role="rowgroup"
          style={{ paddingTop: `${from * ROW}px`, paddingBottom: `${(rows.length - to) * ROW}px` }}
        >
          {shown.map((row, i) => (
            <Line
              key={row.key}
              row={row}
              position={from + i}
              tensor={row.tensor === null ? null : tensors[row.tensor]!}
              summary={row.tensor === null ? undefined : summaries.get(row.tensor)}
              role={roles.get(row.key)}
              active={from + i === at}
              selected={row.tensor !== null && row.tensor === selected}
              onPick={() => {
                setActive(row.key);
                if (row.tensor === null) onToggle(row.key);
                else onSelect(row.tensor);
              }}
            />
          ))}
        </div>
      </div>
      {rows.length === 0 && (
        <p class="none muted">{tensors.length === 0 ? 'The file holds no tensor.' : 'No name matches.'}</p>
      )}
    </section>
  );
}

const rowId = (position: number): string => `tensor-row-${String(position)}`;

function Line(props: {
  row: TreeRow;
  position: number;
  tensor: TensorInfo | null;
  summary: TensorSummary | undefined;
  role: string | undefined;
  active: boolean;
  selected: boolean;
  onPick: () => void;
}): JSX.Element {
  const { row, tensor, summary } = props;
  const common = {
    id: rowId(props.position),
    role: 'row',
    'aria-level': row.level,
    'aria-rowindex': props.position + 2,
    'data-name': row.key,
    class: `tree-row line${props.active ? ' active' : ''}`,
    onClick: props.onPick,
  } as const;
  const name = (
    <span role="gridcell" class="col-name" style={{ paddingLeft: `${(row.level - 1) * 14}px` }} title={row.key}>
      {tensor ? <i class="leaf" /> : <Icon name="chevron" />}
      <span class="label">{row.text}</span>
      {props.role !== undefined && props.role !== row.text && <span class="role">{props.role}</span>}
    </span>
  ); // prettier-ignore
  if (!tensor)
    return (
      <div {...common} aria-expanded={row.expanded} aria-selected={false}>
        {name}
        <span role="gridcell" class="muted group-count" aria-colspan={COLUMNS.length - 1}>
          {countText(row.count, 'tensor')}
        </span>
      </div>
    );
  const read = summary?.state === 'read' ? summary : null;
  return (
    <div {...common} aria-selected={props.selected}>
      {name}
      <span role="gridcell" class="col-shape">
        {shapeText(tensor.shape)}
      </span>
      <span role="gridcell" class="col-type">
        {tensor.dtype}
      </span>
      <span role="gridcell" class="col-min">
        {read ? shortNumber(read.min) : ''}
      </span>
      <span role="gridcell" class="col-mean">
        {read ? shortNumber(read.mean) : ''}
      </span>
      <span role="gridcell" class="col-max">
        {read ? shortNumber(read.max) : ''}
      </span>
      <span role="gridcell" class="col-values">
        {read && read.notFinite > 0 ? (
          <span class="alarm" title="Values that are not finite">
            {countText(read.notFinite, 'NaN/Inf', 'NaN/Inf')}
          </span>
        ) : read ? (
          <Spark heights={read.spark} />
        ) : summary?.state === 'unreadable' ? (
          <span class="alarm" title={summary.reason}>
            unreadable
          </span>
        ) : summary?.state === 'large' ? (
          <span class="muted" title="Read when it is selected">
            large
          </span>
        ) : null}
      </span>
    </div>
  );
}

function Spark({ heights }: { heights: readonly number[] }): JSX.Element {
  const step = 56 / Math.max(1, heights.length);
  return (
    <svg class="spark" width="56" height="16" viewBox="0 0 56 16" aria-hidden="true">
      {heights.map((height, i) =>
        height > 0 ? (
          <rect
            key={i}
            x={i * step + 0.5}
            y={15 - Math.max(1, height * 14)}
            width={Math.max(1, Math.min(step - 1, 12))}
            height={Math.max(1, height * 14)}
          />
        ) : null,
      )}
      <path d="M0 15.5H56" />
    </svg>
  );
}
