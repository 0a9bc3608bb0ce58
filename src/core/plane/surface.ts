import { InputError } from '../errors';
import type { PlaneSurface } from '../report/plane';

/** A table of values as a file holds it. */
export interface SurfaceTable {
  readonly file: string;
  readonly rows: number;
  readonly columns: number;
  /** Row-major, lowest y first; NaN where there is none. */
  readonly values: Float64Array;
  /** Offsets of the columns and of the rows, rising; null where the file says nothing of them. */
  readonly at: { readonly x: Float64Array; readonly y: Float64Array } | null;
}

/** Positive values that span more than this factor are shown on a logarithmic scale. */
const DECADES = 100;

/**
 * Values of a loss at offsets of the plane. A matrix without offsets covers the window: its first and last rows and columns
 * lie on the window's sides. Throws InputError where nothing of it lies in the window, or no value is finite.
 */
export function placeSurface(
  { file, rows, columns, values, at }: SurfaceTable,
  x: readonly [number, number],
  y: readonly [number, number],
): PlaneSurface {
  const nodesX = at ? Array.from(at.x) : spaced(x, columns);
  const nodesY = at ? Array.from(at.y) : spaced(y, rows);
  for (const [nodes, [from, to], name] of [
    [nodesX, x, 'x'],
    [nodesY, y, 'y'],
  ] as const)
    if (nodes.at(-1)! < from || nodes[0]! > to)
      throw new InputError(
        `${file}: its ${name} runs from ${short(nodes[0]!)} to ${short(nodes.at(-1)!)}, outside of the plane, ${short(from)} to ${short(to)}.`,
        `column ${name}`,
        'Give offsets from the model, the same as on the axes of the plane.',
      );
  let low = Infinity;
  let high = -Infinity;
  let blank = 0;
  for (const value of values)
    if (Number.isFinite(value)) {
      low = Math.min(low, value);
      high = Math.max(high, value);
    } else blank++;
  if (blank === values.length)
    throw new InputError(
      `${file}: none of its values is a finite number.`,
      '',
      'Choose a file that holds the values of a loss.',
    );
  return {
    file,
    x: nodesX,
    y: nodesY,
    values: Array.from(values, (value) => (Number.isFinite(value) ? value : null)),
    range: [low, high],
    scale: low > 0 && high > DECADES * low ? 'log' : 'linear',
    blank,
  };
}

/** Index of the node whose cell holds a coordinate, by the middles between neighbours; -1 outside. */
export function cellAt(nodes: readonly number[], at: number): number {
  const edges = edgesOf(nodes);
  if (!(at >= edges[0]! && at <= edges.at(-1)!)) return -1;
  let low = 0;
  let high = nodes.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (at > edges[middle + 1]!) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Borders between the cells of nodes: middles, and the same distance beyond the ends. */
export function edgesOf(nodes: readonly number[]): number[] {
  const { length } = nodes;
  if (length === 1) return [-Infinity, Infinity];
  const edges = [nodes[0]! - (nodes[1]! - nodes[0]!) / 2];
  for (let i = 0; i + 1 < length; i++) edges.push((nodes[i]! + nodes[i + 1]!) / 2);
  edges.push(nodes[length - 1]! + (nodes[length - 1]! - nodes[length - 2]!) / 2);
  return edges;
}

/** The value at offsets of the plane; null where there is none. */
export function surfaceAt(
  { x, y, values }: PlaneSurface,
  [px, py]: readonly [number, number],
): number | null {
  const column = cellAt(x, px);
  const row = cellAt(y, py);
  return column < 0 || row < 0 ? null : values[row * x.length + column]!;
}

function spaced([from, to]: readonly [number, number], count: number): number[] {
  if (count === 1) return [(from + to) / 2];
  return Array.from({ length: count }, (_, i) => from + ((to - from) * i) / (count - 1));
}

function short(value: number): string {
  return String(Number(value.toPrecision(4)));
}
