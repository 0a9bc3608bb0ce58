import type { Scene } from '../core/report/scene';
import type { SlicePlane } from '../core/stateSpace/slices';
import { subscript } from './format';

/**
 * What an axis shows: a coordinate of the state, a principal component of the scene, or one of the two axes of the plane
 * that was chosen (0-based).
 */
export interface AxisChoice {
  readonly type: 'state' | 'pc' | 'plane';
  readonly index: number;
}

/** A plane in state space as axes, and what they are called. */
export interface ChosenPlane extends SlicePlane {
  readonly titles: readonly [string, string];
}

/** What a figure draws, with the plane that the user chose for its axes. */
export type FigureScene = Scene & { readonly plane?: ChosenPlane };

/** An axis as text, for lists to choose from: "pc 0". */
export const axisKey = ({ type, index }: AxisChoice): string => `${type} ${String(index)}`;

/** The axis of a key. */
export function axisOfKey(key: string): AxisChoice {
  const [type, index] = key.split(' ');
  return { type: type === 'pc' || type === 'plane' ? type : 'state', index: Number(index) };
}

/** A linear functional of the state, value(z) = direction . z + offset. */
export interface Coordinate {
  readonly direction: readonly number[];
  readonly offset: number;
  /** "z₂" or "PC 1 (83 %)". */
  readonly title: string;
  /** Of a state coordinate: its index, so that reading it costs nothing. */
  readonly index: number | null;
}

/**
 * The coordinate an axis stands for.
 *
 * A principal component is (z - mean) . component, an axis of a plane (z - origin) . u. Without a scene, past its
 * components or without a plane, these fall back to the state coordinate of the same index, which the title then names.
 */
export function coordinateOf(
  axis: AxisChoice,
  stateDim: number,
  scene: Pick<FigureScene, 'principal' | 'plane'> | null,
): Coordinate {
  const index = Math.min(Math.max(axis.index, 0), Math.max(stateDim - 1, 0));
  const plane = scene?.plane;
  if (axis.type === 'plane' && plane) {
    const direction = axis.index === 0 ? plane.u : plane.v;
    const title = plane.titles[axis.index === 0 ? 0 : 1];
    return { direction, offset: -dot(direction, plane.origin), title, index: null };
  }
  if (axis.type === 'pc') {
    const component = scene?.principal.components[axis.index];
    const mean = scene?.principal.mean;
    if (component && mean) {
      const explained = scene.principal.explained[axis.index];
      const share = explained === undefined ? '' : ` (${String(Math.round(explained * 100))} %)`;
      return {
        direction: component,
        offset: -dot(component, mean),
        title: `PC ${String(axis.index + 1)}${share}`,
        index: null,
      };
    }
  }
  return {
    direction: Array.from({ length: stateDim }, (_, i) => (i === index ? 1 : 0)),
    offset: 0,
    title: `z${subscript(index + 1)}`,
    index,
  };
}

/** Value of a coordinate at a state of n numbers. */
export function valueAt(coordinate: Coordinate, state: readonly number[]): number {
  if (coordinate.index !== null) return state[coordinate.index]!;
  return dot(coordinate.direction, state) + coordinate.offset;
}

/**
 * The state nearest to `base` at which the given coordinates take the given values.
 * Coordinates that depend linearly on earlier ones are skipped (their value cannot be chosen).
 */
export function stateAt(
  base: readonly number[],
  targets: readonly { readonly coordinate: Coordinate; readonly value: number }[],
): number[] {
  const state = base.slice();
  const used: { direction: number[]; norm2: number }[] = [];
  const pending = targets.map(({ coordinate, value }) => ({ coordinate, value }));
  for (const { coordinate, value } of pending) {
    const direction = coordinate.direction.slice();
    for (const previous of used) {
      const share = dot(direction, previous.direction) / previous.norm2;
      for (let i = 0; i < direction.length; i++) direction[i]! -= share * previous.direction[i]!;
    }
    const norm2 = dot(direction, direction);
    if (norm2 < 1e-20) continue;
    const step = (value - valueAt(coordinate, state)) / norm2;
    for (let i = 0; i < state.length; i++) state[i]! += step * direction[i]!;
    used.push({ direction, norm2 });
  }
  return state;
}

export function dot(a: readonly number[], b: readonly number[]): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * (b[i] ?? 0);
  return sum;
}
