import type { CanonicalMap } from '../map/canonical';
import type { Tensor } from '../tensor';
import { toMap } from './index';
import type { Recognised } from './types';

/** The arrays of a canonical map. */
export const CANONICAL = ['A', 'B', 'C', 'd', 'g'] as const;
export type CanonicalArrays = Readonly<Record<(typeof CANONICAL)[number], Float64Array>>;

/** One weight of the model, and the entries of the canonical map that change with it. */
export interface WeightDerivative {
  readonly parameter: string;
  /** 0-based, as stored. */
  readonly index: readonly number[];
  readonly array: Uint8Array;
  readonly at: Int32Array;
  /** d(entry) / d(weight) */
  readonly value: Float64Array;
}

/** More weights than this are not taken one by one, unless asked for. */
const MOST = 8000;
/** Parameters that switch weights on and off, or that no equation uses: nothing that training changes. */
const NO_WEIGHTS: ReadonlySet<string> = new Set(['W_mask', 'clipping']);

/**
 * Derivatives of the canonical map by every weight of the model. Each entry of the map is affine in each single weight, so
 * that a difference over a step is exact but for rounding. A diagonal of W that is zero throughout is part of the
 * architecture (PLRNN), no weights. A weight that nothing depends on (a masked one) is listed without entries.
 *
 * @returns null for models of more than `most` weights
 */
export function weightDerivatives(
  model: Recognised,
  tensors: Readonly<Record<string, Tensor>>,
  input: readonly number[],
  most = MOST,
): WeightDerivative[] | null {
  const names = Object.keys(model.tensors).filter((name) => tensors[name] && !NO_WEIGHTS.has(name));
  if (names.reduce((sum, name) => sum + tensors[name]!.data.length, 0) > most) return null;
  const base = toMap(model, tensors, input);
  const out: WeightDerivative[] = [];
  for (const parameter of names) {
    const tensor = tensors[parameter]!;
    const hollow = parameter === 'W' && hasZeroDiagonal(tensor);
    for (let i = 0; i < tensor.data.length; i++) {
      if (hollow && i % (tensor.shape[1]! + 1) === 0) continue;
      // A power of two next to the weight: sums stay exact.
      const step = 2 ** Math.ceil(Math.log2(Math.max(Math.abs(tensor.data[i]!), 2 ** -20)));
      const data = tensor.data.slice();
      data[i]! += step;
      const moved = toMap(model, { ...tensors, [parameter]: { ...tensor, data } }, input);
      const entries = changes(base, moved, data[i]! - tensor.data[i]!);
      out.push({
        parameter,
        index: indexOf(i, tensor.shape),
        array: Uint8Array.from(entries, ([array]) => array),
        at: Int32Array.from(entries, ([, at]) => at),
        value: Float64Array.from(entries, ([, , value]) => value),
      });
    }
  }
  return out;
}

function hasZeroDiagonal({ shape: [rows, columns], data }: Tensor): boolean {
  if (rows === undefined || rows !== columns || rows < 2) return false;
  return Array.from({ length: rows }, (_, i) => data[i * (rows + 1)]).every((v) => v === 0);
}

function changes(base: CanonicalMap, moved: CanonicalMap, step: number): [number, number, number][] {
  const out: [number, number, number][] = [];
  CANONICAL.forEach((name, array) => {
    const [before, after] = [base[name], moved[name]];
    for (let at = 0; at < before.length; at++)
      if (after[at] !== before[at]) out.push([array, at, (after[at]! - before[at]!) / step]);
  });
  return out;
}

function indexOf(flat: number, shape: readonly number[]): number[] {
  const index: number[] = [];
  let rest = flat;
  for (const length of [...shape].reverse()) {
    index.unshift(rest % length);
    rest = Math.floor(rest / length);
  }
  return index;
}

/** A gradient by the canonical arrays as one by the weights (chain rule). */
export function pulledBack(weights: readonly WeightDerivative[], gradient: CanonicalArrays): Float64Array {
  const arrays = CANONICAL.map((name) => gradient[name]);
  return Float64Array.from(weights, ({ array, at, value }) => {
    let sum = 0;
    for (let i = 0; i < at.length; i++) sum += value[i]! * arrays[array[i]!]![at[i]!]!;
    return sum;
  });
}
