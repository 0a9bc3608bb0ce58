import { textWidth, type Frame } from './axes';
import type { Painter, TextStyle } from './painter';

/** Where things already stand, on a coarse grid; labels look for the emptiest place beside their mark. */
export class Occupancy {
  private static readonly CELL = 4;
  private readonly columns: number;
  private readonly rows: number;
  private readonly weight: Uint16Array;

  constructor(private readonly frame: Frame) {
    this.columns = Math.max(1, Math.ceil(frame.width / Occupancy.CELL));
    this.rows = Math.max(1, Math.ceil(frame.height / Occupancy.CELL));
    this.weight = new Uint16Array(this.columns * this.rows);
  }

  /** Marks a rectangle (pixels) as taken with a weight: the higher, the worse to write over. */
  add(x: number, y: number, width: number, height: number, weight: number): void {
    this.visit(x, y, width, height, (cell) => {
      this.weight[cell] = Math.min(65535, this.weight[cell]! + weight);
    });
  }

  /** Sum of weights under a rectangle; infinite where it leaves the frame. */
  cost(x: number, y: number, width: number, height: number): number {
    const { left, top } = this.frame;
    if (x < left || y < top || x + width > left + this.frame.width || y + height > top + this.frame.height)
      return Infinity;
    let sum = 0;
    this.visit(x, y, width, height, (cell) => {
      sum += this.weight[cell]!;
    });
    return sum;
  }

  /** Weights along a straight line, e.g. a border. */
  addLine(x0: number, y0: number, x1: number, y1: number, weight: number): void {
    const steps = Math.min(2000, Math.ceil(Math.hypot(x1 - x0, y1 - y0) / Occupancy.CELL));
    for (let i = 0; i <= steps; i++) {
      const t = steps === 0 ? 0 : i / steps;
      this.add(x0 + t * (x1 - x0), y0 + t * (y1 - y0), 0.5, 0.5, weight);
    }
  }

  private visit(x: number, y: number, width: number, height: number, each: (cell: number) => void): void {
    const size = Occupancy.CELL;
    const c0 = Math.max(0, Math.floor((x - this.frame.left) / size));
    const c1 = Math.min(this.columns - 1, Math.floor((x + width - this.frame.left) / size));
    const r0 = Math.max(0, Math.floor((y - this.frame.top) / size));
    const r1 = Math.min(this.rows - 1, Math.floor((y + height - this.frame.top) / size));
    for (let row = r0; row <= r1; row++)
      for (let column = c0; column <= c1; column++) each(row * this.columns + column);
  }
}

/** A place for a label: its anchor in pixels, and what choosing it costs besides what it covers. */
export interface Candidate {
  readonly x: number;
  readonly y: number;
  readonly align: 'start' | 'middle' | 'end';
  readonly penalty: number;
}

/** Places around a mark: right first, then left, above, below and the corners. */
export function around(x: number, y: number, gap: number, penalty = 0): Candidate[] {
  const corner = gap * 0.8;
  return [
    { x: x + gap, y, align: 'start', penalty },
    { x: x + corner, y: y - corner, align: 'start', penalty: penalty + 1 },
    { x: x + corner, y: y + corner, align: 'start', penalty: penalty + 1 },
    { x: x - gap, y, align: 'end', penalty: penalty + 3 },
    { x: x - corner, y: y - corner, align: 'end', penalty: penalty + 3 },
    { x: x - corner, y: y + corner, align: 'end', penalty: penalty + 3 },
    { x, y: y - gap - 4, align: 'middle', penalty: penalty + 3 },
    { x, y: y + gap + 4, align: 'middle', penalty: penalty + 3 },
  ];
}

/**
 * Writes a label at its best candidate and marks the place as taken.
 *
 * @param limit the label is left out when even the best place costs more
 * @returns where it was put, or null
 */
export function placeLabel(
  painter: Painter,
  occupancy: Occupancy,
  content: string,
  candidates: readonly Candidate[],
  style: Omit<TextStyle, 'align' | 'baseline'>,
  limit = Infinity,
): Candidate | null {
  const width = textWidth(content, style.size) * ((style.weight ?? 400) >= 600 ? 1.16 : 1.06) + 2;
  const height = style.size + 3;
  let best: Candidate | null = null;
  let least = Infinity;
  const box = (candidate: Candidate) => ({
    x:
      candidate.align === 'start'
        ? candidate.x
        : candidate.x - (candidate.align === 'end' ? width : width / 2),
    y: candidate.y - height / 2,
  });
  for (const candidate of candidates) {
    if (candidate.penalty >= least) continue;
    const { x, y } = box(candidate);
    const cost = occupancy.cost(x, y, width, height) + candidate.penalty;
    if (cost < least) {
      least = cost;
      best = candidate;
    }
  }
  if (!best || least > limit) return null;
  const { x, y } = box(best);
  occupancy.add(x, y, width, height, 30);
  painter.text(best.x, best.y, content, { ...style, align: best.align, baseline: 'middle' });
  return best;
}
