import type { Painter, Plot, Theme } from '../../src/figures/painter';
import { canvasPainter } from './canvasPainter';
import { Drawing } from './drawing';
import { forcedColors } from './theme';

/** What is to be seen. A new object for every new view. */
export interface PlotScene {
  /** Where this is the same, plots stand where they stood. */
  readonly view: readonly [number, number];
  /** All of the figure. What it draws as a plot is kept as a bitmap while the view moves. */
  readonly draw: (painter: Painter, theme: Theme) => void;
  /** The same with the plots continued at both sides, so that a moving view finds something there; `width` CSS pixels. */
  readonly wider: (
    width: number,
    height: number,
  ) => { readonly draw: (painter: Painter, theme: Theme) => void; readonly width: number };
}

/** The view rests when it has not changed for so long. */
const REST_MS = 120;
/** Drawing of plots in one frame while the view moves, and while it rests: an input in between has to wait for it. */
const MOVING_MS = 6;
const RESTING_MS = 16;
/** Plots that are drawn in so short a time are drawn in every frame. */
const QUICK_MS = 7;

/**
 * A canvas whose plots take longer to draw than a frame lasts. Axes and labels are drawn in every frame, for the view as
 * it is. Plots are drawn beside, a part in each frame, and shown from the last drawing, moved and stretched to where the
 * view has them now; once the view rests they are drawn for it alone, and what is then seen is what one drawing of all
 * would show.
 */
export class PlotCanvas {
  private scene: PlotScene | null = null;
  private theme: Theme | null = null;
  private width = 0;
  private height = 0;
  private ratio = 1;
  /** The last finished drawing. */
  private front: Drawing | null = null;
  private job: Drawing | null = null;
  private changed = 0;
  /** Milliseconds that the last drawing at full detail took. */
  private cost = Infinity;
  /** Something else is to be seen than the last frame shows. */
  private dirty = false;
  /** The last frame shows a plot that is not finished. */
  private partial = false;
  private frame = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private halos = true;
  /** Canvases to be used again: of drafts, and of drawings at full detail. */
  private readonly spare = new Map<'whole' | 'draft', HTMLCanvasElement>();

  constructor(private readonly element: HTMLCanvasElement) {}

  /** Shows a scene from the next frame on. */
  show(scene: PlotScene, theme: Theme, { width, height }: { width: number; height: number }): void {
    const ratio = window.devicePixelRatio || 1;
    if (theme !== this.theme || ratio !== this.ratio) {
      this.release(this.front);
      this.release(this.job);
      this.front = this.job = null;
      this.cost = Infinity;
      this.halos = !forcedColors();
    }
    [this.scene, this.theme, this.width, this.height, this.ratio] = [scene, theme, width, height, ratio];
    this.changed = performance.now();
    this.dirty = true;
    if (this.job && !this.job.draft && !this.isOfNow(this.job)) {
      this.release(this.job);
      this.job = null;
    }
    this.mark(false);
    this.schedule();
  }

  dispose(): void {
    cancelAnimationFrame(this.frame);
    clearTimeout(this.timer);
    this.front = this.job = this.scene = null;
  }

  private schedule(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.frame ||= requestAnimationFrame(() => {
      this.frame = 0;
      this.step();
    });
  }

  private step(): void {
    const { scene, theme, width, height } = this;
    if (!scene || !theme || width === 0 || height === 0) return;
    const begin = performance.now();
    const rest = this.changed + REST_MS - begin;
    const due = this.job ? null : this.due(rest <= 0);
    if (due) this.job = this.begin(due, scene, theme);
    if (this.job?.advance(begin + (rest > 0 && this.front ? MOVING_MS : RESTING_MS))) {
      this.release(this.front);
      if (!this.job.draft) this.cost = this.job.spent;
      this.front = this.job;
      this.job = null;
      this.dirty = true;
    }
    if (this.dirty || this.partial) this.paint();
    this.dirty = false;
    const settled = this.front !== null && this.isOfNow(this.front) && !this.job;
    this.mark(settled);
    if (settled) return;
    if (this.job || this.due(rest <= 0)) this.schedule();
    else this.timer ??= setTimeout(() => this.schedule(), Math.max(0, rest));
  }

  /** Says on the element whether what is seen is at full detail. */
  private mark(whole: boolean): void {
    const state = whole ? 'whole' : 'moving';
    if (this.element.dataset['drawn'] !== state) this.element.dataset['drawn'] = state;
  }

  /** At full detail, of the scene to be shown. */
  private isOfNow({ draft, of, width, height }: Drawing): boolean {
    return !draft && of === this.scene && width === this.width && height === this.height;
  }
  /** What is to be drawn now, if anything. */
  private due(resting: boolean): 'whole' | 'draft' | null {
    const { scene, front } = this;
    if (!front) return 'whole';
    if (this.isOfNow(front)) return null;
    const still = !front.draft && front.of.view.every((edge, i) => edge === scene?.view[i]);
    if (resting || still || this.cost <= QUICK_MS) return 'whole';
    return front.of === scene ? null : 'draft';
  }

  private begin(kind: 'whole' | 'draft', scene: PlotScene, theme: Theme): Drawing {
    const { width, height, ratio, halos } = this;
    const what = kind === 'whole' ? { draw: scene.draw, width } : scene.wider(width, height);
    const canvas = this.spare.get(kind) ?? document.createElement('canvas');
    this.spare.delete(kind);
    return new Drawing({ of: scene, ...what, canvas, height, ratio, theme, draft: kind === 'draft', halos });
  }

  private release(drawing: Drawing | null): void {
    if (drawing) this.spare.set(drawing.draft ? 'draft' : 'whole', drawing.canvas);
  }

  private paint(): void {
    const { element, scene, theme, width, height, ratio } = this;
    const [w, h] = [Math.round(width * ratio), Math.round(height * ratio)];
    if (element.width !== w) element.width = w;
    if (element.height !== h) element.height = h;
    const context = element.getContext('2d');
    if (!context || !scene || !theme) return;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.globalAlpha = 1;
    context.fillStyle = theme.paper;
    context.fillRect(0, 0, width, height);
    const painter = canvasPainter(context, width, height, theme, { halos: this.halos });
    this.partial = false;
    scene.draw(
      {
        ...painter,
        plot: (plot) => {
          // Before a plot was ever finished, what there is of it.
          const finished = this.front?.shown.has(plot.name) ? this.front : null;
          if (!finished) this.partial = true;
          const shown = finished ?? this.job;
          if (shown) moved(context, shown, plot, ratio);
        },
      },
      theme,
    );
  }
}

/** Draws the bitmap of a plot where the plot is now. */
function moved(
  context: CanvasRenderingContext2D,
  { canvas, shown, shifts }: Drawing,
  to: Plot,
  ratio: number,
): void {
  const from = shown.get(to.name);
  const shift = shifts.get(to.name);
  if (!from || shift === undefined) return;
  // Pixels there = scale * pixels here + offset.
  const across = between(from.x, to.x);
  const down = from.y && to.y ? between(from.y, to.y) : { scale: 1, offset: from.top - to.top };
  let [left, right] = overlap(across, from.left, from.width, to.left, to.width);
  let [top, bottom] = overlap(down, from.top, from.height, to.top, to.height);
  if (right <= left || bottom <= top) return;
  let [dx, dy] = [across.offset, down.offset];
  if ([across, down].every(({ scale }) => Math.abs(scale - 1) < 1e-9)) {
    // Whole device pixels, so that nothing is blurred.
    [dx, dy] = [Math.round(dx * ratio) / ratio, Math.round(dy * ratio) / ratio];
    [left, top] = [Math.floor(left * ratio) / ratio, Math.floor(top * ratio) / ratio];
    [right, bottom] = [Math.ceil(right * ratio) / ratio, Math.ceil(bottom * ratio) / ratio];
  }
  context.drawImage(
    canvas,
    (across.scale * left + dx) * ratio,
    (down.scale * top + dy + shift) * ratio,
    across.scale * (right - left) * ratio,
    down.scale * (bottom - top) * ratio,
    left,
    top,
    right - left,
    bottom - top,
  );
}

interface Affine {
  readonly scale: number;
  readonly offset: number;
}

/** Takes a pixel of the scale `to` to the pixel of `from` that shows the same value. */
function between(from: Plot['x'], to: Plot['x']): Affine {
  const scale = from.slope / to.slope;
  return { scale, offset: from.to(to.domain[0]) - scale * to.range[0] };
}

/** The part of an interval here that an interval there has something for. */
function overlap(
  { scale, offset }: Affine,
  from: number,
  fromLength: number,
  to: number,
  toLength: number,
): [number, number] {
  const [a, b] = [(from - offset) / scale, (from + fromLength - offset) / scale];
  return [Math.max(to, a), Math.min(to + toLength, b)];
}
