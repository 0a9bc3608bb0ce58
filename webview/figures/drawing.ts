import { drawMarks, markOutline } from '../../src/figures/marks';
import type { Painter, Plot, Theme } from '../../src/figures/painter';
import { canvasPainter } from './canvasPainter';
import type { PlotScene } from './plotCanvas';

export interface DrawingOptions {
  /** Of what this is a drawing. */
  readonly of: PlotScene;
  readonly draw: (painter: Painter, theme: Theme) => void;
  readonly canvas: HTMLCanvasElement;
  readonly width: number;
  readonly height: number;
  readonly ratio: number;
  readonly theme: Theme;
  /** Lines one device pixel wide, and no marks where there are very many: several times as fast. */
  readonly draft: boolean;
  readonly halos: boolean;
}

interface Operation {
  /** About how long it takes, in corners of lines. */
  readonly weight: number;
  readonly mark: boolean;
  readonly run: (painter: Painter) => void;
}

/** Corners of marks in a plot from which on drafts leave them out. */
const MANY_MARKS = 40_000;
/** A circle, a dot and a character among corners of lines. */
const [CIRCLE, DOT, CHARACTER] = [12, 2, 10];
/** Milliseconds that operations drawn at once should take. */
const BATCH_MS = [1, 3] as const;

/**
 * The plots of a figure on a transparent canvas, drawn little by little: what a plot draws is recorded, then drawn until time
 * is up. The canvas lies in main memory, so that drawing is over when it seems to be, and can be timed.
 */
export class Drawing {
  readonly of: PlotScene;
  readonly canvas: HTMLCanvasElement;
  readonly width: number;
  readonly height: number;
  readonly draft: boolean;
  private readonly ratio: number;
  /** Plots drawn or begun, by name. */
  readonly shown = new Map<string, Plot>();
  /** CSS pixels by which each plot stands lower on the canvas than in the figure. */
  readonly shifts = new Map<string, number>();
  /** Milliseconds so far. */
  spent = 0;
  private readonly context: CanvasRenderingContext2D;
  private readonly painter: Painter;
  private readonly waiting: { readonly plot: Plot; readonly draw: () => void }[] = [];
  private plot: Plot | null = null;
  private operations: readonly Operation[] = [];
  private at = 0;
  /** Weight of the operations that are drawn before the clock is read. */
  private batch = 2000;
  /** Where operations are recorded; null outside of plots. */
  private sink: Operation[] | null = null;

  constructor(options: DrawingOptions) {
    const { canvas, width, height, ratio, theme, draft, halos } = options;
    const begin = performance.now();
    this.of = options.of;
    [this.canvas, this.width, this.height, this.ratio, this.draft] = [canvas, width, height, ratio, draft];
    options.draw(this.recorder(width, height), theme);
    // Plots below each other, whole device pixels from their places, so that none reaches into another.
    let used = 0;
    for (const { plot } of this.waiting) {
      const top = Math.floor(plot.top * ratio);
      this.shifts.set(plot.name, (used - top) / ratio);
      used += Math.ceil((plot.top + plot.height) * ratio) - top;
    }
    const [w, h] = [Math.round(width * ratio), used];
    const context = canvas.getContext('2d', { willReadFrequently: true })!;
    this.context = context;
    if (canvas.width === w && canvas.height === h) {
      context.resetTransform();
      context.clearRect(0, 0, w, h);
    } else [canvas.width, canvas.height] = [w, h];
    this.painter = canvasPainter(this.context, width, height, theme, {
      halos,
      ...(draft ? { thickest: 1 / ratio } : {}),
    });
    this.spent = performance.now() - begin;
  }

  /** Draws until the time `until` of `performance.now()`, but something in any case; true when all is drawn. */
  advance(until: number): boolean {
    let now = performance.now();
    const begin = now;
    do {
      if (this.at >= this.operations.length && !this.begin()) {
        this.spent += performance.now() - begin;
        return true;
      }
      this.drawBatch();
      const before = now;
      now = performance.now();
      if (now - before < BATCH_MS[0]) this.batch *= 2;
      else if (now - before > BATCH_MS[1]) this.batch = Math.max(200, this.batch / 2);
    } while (now < until);
    this.spent += now - begin;
    return false;
  }

  /** Records the next plot; false when there is none. */
  private begin(): boolean {
    const next = this.waiting.shift();
    if (!next) return false;
    const recorded: Operation[] = [];
    this.sink = recorded;
    next.draw();
    this.sink = null;
    this.plot = next.plot;
    this.shown.set(next.plot.name, next.plot);
    const marks = recorded.reduce((sum, { mark, weight }) => sum + (mark ? weight : 0), 0);
    this.operations = this.draft && marks > MANY_MARKS ? recorded.filter(({ mark }) => !mark) : recorded;
    this.at = 0;
    return true;
  }

  private drawBatch(): void {
    const { context, operations, painter } = this;
    const plot = this.plot!;
    const { ratio } = this;
    context.setTransform(ratio, 0, 0, ratio, 0, this.shifts.get(plot.name)! * ratio);
    painter.plot(plot, () => {
      for (let weight = 0; this.at < operations.length && weight < this.batch; this.at++) {
        const operation = operations[this.at]!;
        operation.run(painter);
        weight += operation.weight;
      }
    });
    // Waits until it is drawn.
    context.getImageData(0, 0, 1, 1);
  }

  private recorder(width: number, height: number): Painter {
    const add = (weight: number, mark: boolean, run: (painter: Painter) => void): void => {
      this.sink?.push({ weight, mark, run });
    };
    return {
      width,
      height,
      line: (xy, stroke) => add(xy.length / 2, false, (to) => to.line(xy, stroke)),
      polygon: (xy, fill, stroke) => add(xy.length / 2, true, (to) => to.polygon(xy, fill, stroke)),
      circle: (x, y, r, fill, stroke) => add(CIRCLE, true, (to) => to.circle(x, y, r, fill, stroke)),
      rect: (x, y, w, h, fill, stroke) => add(4, false, (to) => to.rect(x, y, w, h, fill, stroke)),
      dots: (xy, radius, fill, opacity) =>
        add((DOT * xy.length) / 2, false, (to) => to.dots(xy, radius, fill, opacity)),
      text: (x, y, content, style) =>
        add(CHARACTER * content.length, false, (to) => to.text(x, y, content, style)),
      marks: (at, style) =>
        add((at.length / 2) * (markOutline(style.order, 1).length / 2), true, (to) =>
          drawMarks(to, at, style),
        ),
      clip: (left, top, wide, tall, draw) => {
        const outer = this.sink;
        if (!outer) return;
        const inner: Operation[] = (this.sink = []);
        draw();
        this.sink = outer;
        const weight = inner.reduce((sum, operation) => sum + operation.weight, 0);
        add(weight, false, (to) =>
          to.clip(left, top, wide, tall, () => {
            for (const { run } of inner) run(to);
          }),
        );
      },
      plot: (plot, draw) => this.waiting.push({ plot, draw }),
    };
  }
}
