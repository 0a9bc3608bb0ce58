import type { JSX } from 'preact';
import { useMemo } from 'preact/hooks';
import { subscript } from '../../src/figures/format';

/** Width of the strip without scrolling; cells shrink to fit, but not below what can be seen. */
const WIDTH = 236;
const LEAST_CELL = 7;
const MOST_CELL = 18;
const ROW = 14;
/** The one region of a fixed point stands in rows from this many units on. */
const WRAP_FROM = 6;
const WRAP = 20;

/**
 * The regions of a cycle as a strip: column j is point j, row u is unit u, full where the unit is active.
 * Two paths whatever the size, so that long cycles of wide nets stay light.
 */
export function Itinerary({ regions }: { regions: readonly string[] }): JSX.Element | null {
  const k = regions.length;
  const units = regions[0]?.length ?? 0;
  const cell = Math.min(MOST_CELL, Math.max(LEAST_CELL, Math.floor((WIDTH / Math.max(k, 1)) * 10) / 10));
  const { on, off } = useMemo(() => paths(regions, cell), [regions, cell]);
  if (units === 0) return null;
  if (k === 1 && units > WRAP_FROM) return <Region region={regions[0]!} />;
  const every = [1, 2, 5, 10, 20, 50, 100].find((step) => step * cell >= (k > 9 ? 17 : 9)) ?? 200;
  const ticks = Array.from({ length: k }, (_, j) => j + 1).filter(
    (j) => every === 1 || j === 1 || j % every === 0,
  );
  return (
    <section class="itinerary">
      <h3>Itinerary</h3>
      <div class="strip" tabIndex={0} role="img" aria-label={words(regions)}>
        <svg class="strip-units" width="24" height={units * ROW + 16} aria-hidden="true">
          {Array.from({ length: units }, (_, u) => (
            <text key={u} x="0" y={u * ROW + 10}>
              σ{subscript(u + 1)}
            </text>
          ))}
        </svg>
        <svg width={k * cell + 1} height={units * ROW + 16} aria-hidden="true">
          <path class="on" d={on} />
          <path class="off" d={off} />
          {ticks.map((j) => (
            <text key={j} class="tick" x={(j - 0.5) * cell} y={units * ROW + 11}>
              {j}
            </text>
          ))}
        </svg>
      </div>
    </section>
  );
}

/** The region of a fixed point, unit by unit in rows of twenty with the first unit's number before each. */
function Region({ region }: { region: string }): JSX.Element {
  const rows = Array.from({ length: Math.ceil(region.length / WRAP) }, (_, row) =>
    region.slice(row * WRAP, (row + 1) * WRAP),
  );
  const cell = Math.floor(((WIDTH - 4) / WRAP) * 10) / 10;
  const active = Array.from(region).filter((bit) => bit === '1').length;
  return (
    <section class="itinerary">
      <h3>
        Region <span class="muted">{`${String(active)} of ${String(region.length)} units active`}</span>
      </h3>
      <div class="strip" tabIndex={0} role="img" aria-label={words([region])}>
        <svg class="strip-units" width="24" height={rows.length * ROW} aria-hidden="true">
          {rows.map((_, row) => (
            <text key={row} x="0" y={row * ROW + 10}>
              {row * WRAP + 1}
            </text>
          ))}
        </svg>
        <svg width={WRAP * cell + 1} height={rows.length * ROW} aria-hidden="true">
          {rows.map((bits, row) => {
            // One unit in each column.
            const { on, off } = paths(Array.from(bits), cell);
            return (
              <g key={row} transform={`translate(0 ${String(row * ROW)})`}>
                <path class="on" d={on} />
                <path class="off" d={off} />
              </g>
            );
          })}
        </svg>
      </div>
    </section>
  );
}

function paths(regions: readonly string[], cell: number): { on: string; off: string } {
  let on = '';
  let off = '';
  const w = cell - 1.5;
  const h = ROW - 3;
  regions.forEach((region, j) => {
    for (let u = 0; u < region.length; u++) {
      const x = (j * cell + 0.75).toFixed(2);
      const y = u * ROW;
      if (region[u] === '1') on += `M${x} ${String(y)}h${w.toFixed(2)}v${String(h)}h${(-w).toFixed(2)}z`;
      else
        off += `M${(j * cell + 1.25).toFixed(2)} ${String(y + 0.5)}h${(w - 1).toFixed(2)}v${String(h - 1)}h${(1 - w).toFixed(2)}z`;
    }
  });
  return { on, off };
}

/** The same in words: runs per unit for few units, else how many are active. */
function words(regions: readonly string[]): string {
  const units = regions[0]?.length ?? 0;
  if (regions.length === 1 && units > 6)
    return `${String(Array.from(regions[0]!).filter((bit) => bit === '1').length)} of ${String(units)} units active`;
  if (units > 6 || regions.length > 60) return `${String(regions.length)} regions of ${String(units)} units`;
  return Array.from({ length: units }, (_, u) => {
    const active = regions.flatMap((region, j) => (region[u] === '1' ? [j + 1] : []));
    const where =
      active.length === 0
        ? 'never active'
        : active.length === regions.length
          ? 'always active'
          : `active at ${active.join(', ')}`;
    return `unit ${String(u + 1)} ${where}`;
  }).join('; ');
}
