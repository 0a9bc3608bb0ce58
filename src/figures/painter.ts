import type { Frame, LinearScale } from './axes';
import type { MarkStyle } from './marks';

/**
 * The few drawing operations a figure needs. Figures are drawn once, through this, to a canvas (screen, PNG)
 * or to SVG text (export, HTML report): the same code, the same picture. Coordinates are CSS pixels.
 */
export interface Stroke {
  readonly color: string;
  readonly width: number;
  readonly dash?: readonly number[];
  readonly opacity?: number;
}

export interface TextStyle {
  readonly color: string;
  readonly size: number;
  readonly weight?: number;
  readonly align?: 'start' | 'middle' | 'end';
  readonly baseline?: 'top' | 'middle' | 'alphabetic' | 'bottom';
  readonly mono?: boolean;
  /** Colour of a 4 px halo behind the text. */
  readonly halo?: string;
}

/** A part of a figure that shows data over two scales. */
export interface Plot extends Frame {
  /** The same as long as its content is the same but for the scales; one plot of a figure has it. */
  readonly name: string;
  readonly x: LinearScale;
  /** null: the vertical position stands for no number. */
  readonly y: LinearScale | null;
}

export interface Painter {
  readonly width: number;
  readonly height: number;
  /** Open polyline through x0, y0, x1, y1, .. ; NaN lifts the pen. */
  line(xy: ArrayLike<number>, stroke: Stroke): void;
  /** Closed polygon; NaN ends one part and begins the next. */
  polygon(xy: ArrayLike<number>, fill: string | null, stroke: Stroke | null): void;
  circle(x: number, y: number, radius: number, fill: string | null, stroke: Stroke | null): void;
  rect(x: number, y: number, width: number, height: number, fill: string | null, stroke: Stroke | null): void;
  /** Many equal dots. */
  dots(xy: ArrayLike<number>, radius: number, fill: string, opacity?: number): void;
  text(x: number, y: number, content: string, style: TextStyle): void;
  /** Takes equal marks at x0, y0, x1, y1, .. as they are, where that is better than their lines: see `drawMarks`. */
  marks?(at: ArrayLike<number>, style: MarkStyle): void;
  /** Runs `draw` clipped to the rectangle. */
  clip(x: number, y: number, width: number, height: number, draw: () => void): void;
  /**
   * Runs `draw` clipped to the plot. A painter may put it off, or show in its place what was drawn of the plot before,
   * moved and stretched to the scales: nothing else may depend on what `draw` does.
   */
  plot(plot: Plot, draw: () => void): void;
}

/** Colours of one theme, read from VS Code's variables in the webview, fixed for exported files. */
export interface Theme {
  readonly paper: string;
  readonly ink: string;
  readonly ink2: string;
  readonly ink3: string;
  readonly axis: string;
  readonly grid: string;
  readonly fog: string;
  readonly fogOpacity: number;
  readonly accent: string;
  /** Fixed points, then four cycle families: marks and lines (>= 3:1 against paper). */
  readonly fixedPoint: string;
  readonly families: readonly [string, string, string, string];
  /** The same hues for text (>= 4.5:1). */
  readonly fixedPointText: string;
  readonly familiesText: readonly [string, string, string, string];
  readonly proven: string;
  readonly fontFamily: string;
  readonly monoFamily: string;
}
