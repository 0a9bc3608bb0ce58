import type { JSX } from 'preact';
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { formatNumber, MINUS } from '../../src/figures/format';
import { groupKey, groupTitle, type PanelObject } from '../objects';
import type { Kept, SortKey } from '../store';
import { Icon, TextField } from '../ui';
import { ObjectMark } from './Mark';
import { usePanel } from './context';

/** Height of every row in CSS pixels, as in the style sheet; the list is drawn only where it is looked at. */
const ROW = 26;
const SPARE_ROWS = 12;
/** From here on a filter is offered. */
const FILTER_FROM = 30;
/** Up to here ordinary cycles need no headings. */
const HEADINGS_FROM = 9;

type Line = { readonly title: string; readonly count: number } | { readonly object: PanelObject };

const COLUMNS: readonly { readonly key: SortKey; readonly text: string; readonly label: string }[] = [
  { key: 'id', text: 'object', label: 'Object' },
  { key: 'word', text: 'stability', label: 'Stability' },
  { key: 'rho', text: 'ρ', label: 'Spectral radius' },
  { key: 'margin', text: 'margin', label: 'Margin: distance to the nearest region border' },
];

/** Every object as a row; arrows move the selection, which is the same everywhere. */
export function ObjectList(): JSX.Element {
  const { state, controller } = usePanel();
  const { kept, objects, search } = state;
  const maxOrder = state.report?.search.maxOrder ?? search?.maxOrder ?? null;
  const shown = useMemo(
    () =>
      sorted(
        objects.filter((object) => matches(object, kept.filter)),
        kept.sort,
      ),
    [objects, kept.filter, kept.sort],
  );
  const lines = useMemo(() => withHeadings(shown, kept.sort, maxOrder), [shown, kept.sort, maxOrder]);

  const scroller = useRef<HTMLDivElement>(null);
  const [view, setView] = useState({ top: 0, height: 600 });
  const look = (): void => {
    const box = scroller.current;
    if (box) setView({ top: box.scrollTop, height: box.clientHeight });
  };
  useLayoutEffect(() => {
    look();
    const observer = new ResizeObserver(look);
    if (scroller.current) observer.observe(scroller.current);
    return () => observer.disconnect();
  }, []);

  const selectedLine = lines.findIndex((line) => 'object' in line && line.object.id === kept.selected);
  const wantsFocus = useRef(false);
  // The selected row scrolls in when the selection changes, not when objects are appended.
  useEffect(() => {
    const box = scroller.current;
    if (!box || selectedLine < 0) return;
    const top = selectedLine * ROW;
    if (top < box.scrollTop) box.scrollTop = Math.max(0, top - ROW);
    else if (top + 2 * ROW > box.scrollTop + box.clientHeight)
      box.scrollTop = top + 2 * ROW - box.clientHeight;
  }, [kept.selected]);
  useEffect(() => {
    if (!wantsFocus.current) return;
    wantsFocus.current = false;
    scroller.current?.querySelector<HTMLElement>('tr[aria-selected=true]')?.focus();
  });

  const keys = (event: KeyboardEvent): void => {
    const at = shown.findIndex((object) => object.id === kept.selected);
    const page = Math.max(1, Math.floor(view.height / ROW) - 2);
    const last = shown.length - 1;
    const to =
      event.key === 'ArrowDown' ? Math.min(at + 1, last)
      : event.key === 'ArrowUp' ? Math.max(at - 1, 0)
      : event.key === 'PageDown' ? Math.min(at + page, last)
      : event.key === 'PageUp' ? Math.max(at - page, 0)
      : event.key === 'Home' ? 0
      : event.key === 'End' ? last
      : -1; // prettier-ignore
    if (event.key === 'Escape') controller.select(null);
    const object = shown[to];
    if (!object) return;
    event.preventDefault();
    wantsFocus.current = true;
    controller.select(object.id);
  };
  const sortBy = (key: SortKey): void =>
    controller.keep({
      sort: { key, descending: kept.sort.key === key ? !kept.sort.descending : key === 'rho' },
    });

  // A list that became shorter is scrolled back by the browser only after it is drawn.
  const top = Math.min(view.top, Math.max(0, lines.length * ROW - view.height));
  const first = Math.max(0, Math.floor(top / ROW) - SPARE_ROWS);
  const end = Math.min(lines.length, Math.ceil((top + view.height) / ROW) + SPARE_ROWS);
  const focusable = selectedLine >= 0 ? kept.selected : shown[0]?.id;

  return (
    <section class="object-list" aria-labelledby="objects-head">
      <h2 id="objects-head">
        Objects
        {objects.length > FILTER_FROM && (
          <span class="muted">
            {' '}
            {shown.length === objects.length
              ? objects.length
              : `${String(shown.length)} of ${String(objects.length)}`}
          </span>
        )}
      </h2>
      {objects.length > FILTER_FROM && (
        <div class="filter">
          <TextField
            label="Filter objects"
            placeholder="Filter: C13, saddle, order 4 …"
            icon="search"
            value={kept.filter}
            onInput={(filter) => controller.keep({ filter })}
          />
        </div>
      )}
      {objects.length === 0 ? (
        <EmptyList />
      ) : (
        <div class="rows" ref={scroller} onScroll={look}>
          <table role="grid" aria-labelledby="objects-head" aria-rowcount={lines.length + 1} onKeyDown={keys}>
            <colgroup>
              <col class="col-object" />
              <col class="col-word" />
              <col class="col-number" />
              <col class="col-number" />
            </colgroup>
            <thead>
              <tr aria-rowindex={1}>
                {COLUMNS.map((column) => (
                  <th
                    key={column.key}
                    scope="col"
                    aria-sort={
                      kept.sort.key !== column.key
                        ? 'none'
                        : kept.sort.descending
                          ? 'descending'
                          : 'ascending'
                    }
                  >
                    <button
                      type="button"
                      title={column.label}
                      aria-label={column.label}
                      onClick={() => sortBy(column.key)}
                    >
                      {column.text}
                      {kept.sort.key === column.key && (column.key !== 'id' || kept.sort.descending) && (
                        <Icon name={kept.sort.descending ? 'down' : 'up'} />
                      )}
                    </button>
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {first > 0 && <Space rows={first} />}
              {lines.slice(first, end).map((line, index) =>
                'object' in line ? (
                  <Row
                    key={line.object.id}
                    object={line.object}
                    index={first + index + 2}
                    selected={line.object.id === kept.selected}
                    focusable={line.object.id === focusable}
                    onSelect={controller.select}
                  />
                ) : (
                  <tr key={`head ${line.title}`} class="group" aria-rowindex={first + index + 2}>
                    <th colSpan={4} scope="colgroup">
                      {line.title} <span class="muted">{line.count}</span>
                    </th>
                  </tr>
                ),
              )}
              {end < lines.length && <Space rows={lines.length - end} />}
            </tbody>
          </table>
          {shown.length === 0 && <p class="muted none">No object matches the filter.</p>}
        </div>
      )}
    </section>
  );
}

/** Stands for the rows that are not drawn. */
function Space({ rows }: { rows: number }): JSX.Element {
  return (
    <tr aria-hidden="true" class="space">
      <td colSpan={4} style={{ height: `${String(rows * ROW)}px` }} />
    </tr>
  );
}

interface RowProps {
  readonly object: PanelObject;
  readonly index: number;
  readonly selected: boolean;
  readonly focusable: boolean;
  readonly onSelect: (id: string) => void;
}

function Row({ object, index, selected, focusable, onSelect }: RowProps): JSX.Element {
  const select = (): void => onSelect(object.id);
  return (
    <tr
      class="object"
      data-id={object.id}
      aria-rowindex={index}
      aria-selected={selected}
      tabIndex={focusable ? 0 : -1}
      onClick={select}
      onFocus={(event) => {
        if (!selected && event.currentTarget.matches(':focus-visible')) select();
      }}
    >
      <th scope="row">
        <ObjectMark object={object} />
        {object.id}
      </th>
      <td>{object.word}</td>
      <td>{object.rho === null ? '–' : short(object.rho)}</td>
      <td>{object.margin === null ? '–' : short(object.margin)}</td>
    </tr>
  );
}

/** Three decimals, or "8e−5" where they would say nothing: raised exponents do not fit the column. */
function short(value: number): string {
  if (value === 0 || (Math.abs(value) >= 1e-3 && Math.abs(value) < 1e5)) return formatNumber(value, 3);
  return value.toExponential(0).replace('e+', 'e').replaceAll('-', MINUS);
}

function EmptyList(): JSX.Element {
  const { phase, report, search } = usePanel().state;
  if (!report && phase !== 'failed')
    return (
      <div class="skeleton-rows" aria-hidden="true">
        <span />
        <span />
        <span />
      </div>
    );
  return (
    <p class="muted none">
      {report
        ? `No fixed point and no cycle up to order ${String(report.search.maxOrder)} was found.`
        : `Nothing was found${search ? '' : ' yet'}.`}
    </p>
  );
}

/** Every word must begin some word of the object: "saddle", "C13", "order 4", "13". */
function matches(object: PanelObject, filter: string): boolean {
  const wanted = filter.trim().toLowerCase().split(/\s+/).filter(Boolean);
  if (wanted.length === 0) return true;
  const words = [
    object.id,
    ...object.word.split(/[ -]/),
    'order',
    String(object.order ?? ''),
    object.kind === 'cycle' && object.order === 1 ? 'fixed' : object.kind,
  ];
  return wanted.every((want) => words.some((word) => word.toLowerCase().startsWith(want)));
}

function sorted(objects: readonly PanelObject[], { key, descending }: Kept['sort']): readonly PanelObject[] {
  if (key === 'id') return descending ? objects.toReversed() : objects;
  const sign = descending ? -1 : 1;
  return objects.toSorted((a, b) => {
    if (key === 'word') return sign * a.word.localeCompare(b.word);
    const [p, q] = [a[key], b[key]];
    // What has no such number stands last either way.
    if (p === null || q === null) return p === q ? 0 : p === null ? 1 : -1;
    return sign * (p - q);
  });
}

/** Headings belong to the order of the report; a list sorted by a quantity runs through all groups. */
function withHeadings(objects: readonly PanelObject[], sort: Kept['sort'], maxOrder: number | null): Line[] {
  const plain = objects.every((object) => object.group.kind === 'order');
  if (sort.key !== 'id' || (plain && objects.length < HEADINGS_FROM))
    return objects.map((object) => ({ object }));
  const groups = new Map<string, PanelObject[]>();
  for (const object of objects) {
    const key = groupKey(object.group);
    const group = groups.get(key);
    if (group) group.push(object);
    else groups.set(key, [object]);
  }
  return [...groups.values()].flatMap((group) => [
    { title: groupTitle(group[0]!.group, maxOrder), count: group.length },
    ...group.map((object) => ({ object })),
  ]);
}
