import type { FigureContinuum } from '../../src/figures/continua';
import type { Ref } from 'preact';
import type {
  BasinPicture,
  ManifoldPicture,
  ParameterMatrix,
  Probe,
  Scene,
  Trajectory,
} from '../../src/core/report/scene';
import type { FigureObject } from '../../src/figures/objects';
import type { AxisChoice, FigureScene } from '../../src/figures/projection';
import type { CommonScale } from '../../src/figures/weights';

export type { FigureObject, Hue } from '../../src/figures/objects';
export type { AxisChoice } from '../../src/figures/projection';
export { toFigureObjects, hueOf, partnersOf } from '../../src/figures/objects';

/** What every figure component hands out through its `handle` prop. */
export interface FigureHandle {
  /** The figure as a standalone SVG file, as now shown, without cursor. */
  toSvg(): string;
  /** The same as PNG, base64 without a `data:` prefix. `scale` device pixels per CSS pixel, default 2. */
  toPng(scale?: number): Promise<string>;
}

export interface FigureProps {
  readonly handle?: Ref<FigureHandle>;
}

/** A trajectory launched by the user; `id` is any stable key ("t1"). */
export interface LaunchedTrajectory {
  readonly id: string;
  readonly trajectory: Trajectory;
}

/** Zoom and pan of the state space: the coordinate intervals shown. */
export interface StateSpaceView {
  readonly x: readonly [number, number];
  readonly y: readonly [number, number];
  /** Of the 3-D figure, in radians: azimuth about the vertical axis, elevation; zoom factor. */
  readonly rotation?: { readonly azimuth: number; readonly elevation: number; readonly zoom: number };
}

export interface StateSpaceProps extends FigureProps {
  readonly stateDim: number;
  /** Of any size; empty while searching. Objects may be appended at any time without moving the view. */
  readonly objects: readonly FigureObject[];
  readonly continua?: readonly FigureContinuum[];
  /** Null until it was answered. */
  readonly scene: FigureScene | null;
  /** Drawn in two dimensions only. */
  readonly manifolds?: ManifoldPicture | null;
  /** Drawn when they are of the chosen axes. */
  readonly basins?: BasinPicture | null;
  /** With `z` the figure is 3-D. One-dimensional systems ignore the choice: z against its next value. */
  readonly axes: { readonly x: AxisChoice; readonly y: AxisChoice; readonly z?: AxisChoice };
  readonly show: { readonly borders: boolean; readonly simulated: boolean; readonly trajectories: boolean };
  readonly selected: string | null;
  readonly onSelect: (id: string | null) => void;
  readonly trajectories: readonly LaunchedTrajectory[];
  /** A click beside every object, or Enter at the cursor. */
  readonly onLaunch: (state: number[]) => void;
  /** Asked when the cursor rests. */
  readonly onProbe: (state: number[]) => Promise<Probe>;
  /** Where to begin (restored state); null or absent: fit. Reset to fit when `axes` change. */
  readonly view?: StateSpaceView | null;
  /** After the user moved the view; null after a reset. */
  readonly onView?: (view: StateSpaceView | null) => void;
}

export interface SpectrumProps extends FigureProps {
  readonly objects: readonly FigureObject[];
  readonly selected: string | null;
  readonly onSelect: (id: string | null) => void;
  /** Show |λ|^(1/k): what one step multiplies by on average; arguments stay. */
  readonly perStep: boolean;
  /** The small one beside the portrait: fewer labels. */
  readonly compact?: boolean;
}

export interface TimeSeriesProps extends FigureProps {
  readonly stateDim: number;
  /** The coordinates to show, top to bottom; 1 to 6 rows look well. The panel pages by changing this. */
  readonly rows: readonly AxisChoice[];
  readonly scene: Scene | null;
  /** The selected cycle is repeated; without selection only trajectories show. */
  readonly objects: readonly FigureObject[];
  readonly selected: string | null;
  readonly trajectories: readonly LaunchedTrajectory[];
  /** PageDown (1) and PageUp (-1) in the figure. */
  readonly onPage?: (direction: -1 | 1) => void;
  /** The small one beside the portrait. */
  readonly compact?: boolean;
}

/** Something of each weight, on one scale for all parameters. */
export interface WeightsQuantity {
  /** "sensitivity of |λ₁| of C13a": for labels, the exported file and screen readers. */
  readonly name: string;
  readonly scale: CommonScale;
  /** What is said of one entry. */
  readonly text: (parameter: string, row: number, column: number) => string;
}

export interface WeightsProps extends FigureProps {
  readonly matrices: readonly ParameterMatrix[];
  /** Canonical name of the parameter shown large with its histogram; null: all as tiles. */
  readonly parameter: string | null;
  /** A tile was chosen (click or Enter), or null on Esc. */
  readonly onParameter: (name: string | null) => void;
  /** Where the values are not the weights themselves but something of each weight, NaN for entries that have none. */
  readonly of?: WeightsQuantity;
  /** A cell of the large one was chosen (click or Enter). */
  readonly onCell?: (name: string, row: number, column: number) => void;
}
