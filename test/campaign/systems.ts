import type { CanonicalMap } from '../../src/core/map/canonical';
import { random, type Random } from '../../src/core/random';
import { build } from '../core/systems';

export const ARCHITECTURES = [
  'PLRNN',
  'ALRNN',
  'shPLRNN',
  'clippedShPLRNN',
  'dendPLRNN',
  'clippedDendPLRNN',
  'reluRNN',
] as const;
export const REGIMES = ['contracting', 'expanding', 'folding', 'degenerate'] as const;

export type Architecture = (typeof ARCHITECTURES)[number];
export type Regime = (typeof REGIMES)[number];

export interface RandomSystem {
  readonly name: string;
  readonly architecture: Architecture;
  readonly regime: Regime;
  readonly map: CanonicalMap;
  readonly maxOrder: number;
}

/**
 * The `index`-th random system: architectures and regimes in turn, sizes at random. L k <= 16 where the weights have few
 * digits; less where exact arithmetic must decide most itineraries (the degenerate ones) or is slow (every fifth of the
 * others has weights of full precision). Canonical forms are written out by hand from the equations, without code of
 * `core/models`.
 */
export function randomSystem(index: number): RandomSystem {
  const architecture = ARCHITECTURES[index % ARCHITECTURES.length]!;
  const regime = REGIMES[Math.floor(index / ARCHITECTURES.length) % REGIMES.length]!;
  const full = regime !== 'degenerate' && index % 5 === 0;
  const map = make(architecture, weightsOf(random(index, 2310, 17561), regime, full ? 2 ** 52 : 2 ** 8));
  const units = regime === 'degenerate' || full ? 12 : 16;
  return {
    name: `${String(index)} (${regime} ${architecture}, n = ${String(map.n)}, L = ${String(map.L)})`,
    architecture,
    regime,
    map,
    maxOrder: Math.max(1, Math.floor(units / Math.max(map.L, map.n > 2 ? 2 : 1))),
  };
}

interface Weights {
  size(from: number, to: number): number;
  /** An entry of A. */
  decay(): number;
  weight(): number;
  bias(): number;
  row(length: number): number[];
}

/** @param grain numbers are multiples of 1 / grain */
function weightsOf(source: Random, regime: Regime, grain: number): Weights {
  const rounded = (v: number): number => Math.round(v * grain) / grain;
  const normal = (): number =>
    Math.sqrt(-2 * Math.log(1 - source.uniform())) * Math.cos(2 * Math.PI * source.uniform());
  const between = (low: number, high: number): number => low + (high - low) * source.uniform();
  const integer = (): number => source.below(5) - 2;
  const size = (from: number, to: number): number => from + source.below(to - from + 1);
  const rules: Record<Regime, Omit<Weights, 'size' | 'row'>> = {
    contracting: {
      decay: () => between(-0.4, 0.4),
      weight: () => 0.3 * normal(),
      bias: () => normal(),
    },
    expanding: {
      decay: () => between(0.8, 1.6) * (source.uniform() < 0.5 ? -1 : 1),
      weight: () => 1.3 * normal(),
      bias: () => normal(),
    },
    // Stretched on one side of a border and turned back on the other, like a tent map.
    folding: {
      decay: () => between(0.3, 1.5),
      weight: () => -Math.abs(normal()) * 1.2 - 0.5 + (source.uniform() < 0.25 ? 2 : 0),
      bias: () => Math.abs(normal()),
    },
    degenerate: {
      decay: () => (source.uniform() < 0.5 ? integer() : integer() / 2),
      weight: integer,
      bias: () => (source.uniform() < 0.5 ? 0 : integer() / 2),
    },
  };
  const { decay, weight, bias } = rules[regime];
  const rule = {
    decay: () => rounded(decay()),
    weight: () => rounded(weight()),
    bias: () => rounded(bias()),
  };
  const row = (length: number): number[] => Array.from({ length }, () => rule.weight());
  return { ...rule, size, row };
}

const unitVector = (n: number, i: number): number[] => Array.from({ length: n }, (_, j) => Number(i === j));

function make(architecture: Architecture, w: Weights): CanonicalMap {
  const list = (length: number, entry: () => number): number[] => Array.from({ length }, () => entry());
  const rows = (count: number, length: number): number[][] =>
    Array.from({ length: count }, () => w.row(length));
  const diagonal = (n: number): number[][] => {
    const a = list(n, w.decay);
    return a.map((v, i) => unitVector(n, i).map((one) => one * v));
  };
  const identity = (n: number): number[][] => Array.from({ length: n }, (_, i) => unitVector(n, i));
  switch (architecture) {
    case 'PLRNN': {
      const n = w.size(1, 4);
      const W = rows(n, n).map((row, i) => row.map((v, j) => (i === j ? 0 : v)));
      return build(diagonal(n), W, identity(n), new Array<number>(n).fill(0), list(n, w.bias));
    }
    case 'ALRNN': {
      const n = w.size(2, 4);
      const P = w.size(1, Math.min(3, n));
      const W = rows(n, n);
      const linear = n - P;
      return build(
        diagonal(n).map((row, i) => row.map((v, j) => v + (j < linear ? W[i]![j]! : 0))),
        W.map((row) => row.slice(linear)),
        Array.from({ length: P }, (_, u) => unitVector(n, linear + u)),
        new Array<number>(P).fill(0),
        list(n, w.bias),
      );
    }
    case 'shPLRNN': {
      const n = w.size(1, 3);
      const L = w.size(1, 5);
      return build(diagonal(n), rows(n, L), rows(L, n), list(L, w.bias), list(n, w.bias));
    }
    case 'clippedShPLRNN': {
      const n = w.size(1, 3);
      const L = w.size(1, 3);
      const W1 = rows(n, L);
      const W2 = rows(L, n);
      return build(
        diagonal(n),
        W1.map((row) => [...row, ...row.map((v) => -v)]),
        [...W2, ...W2],
        [...list(L, w.bias), ...new Array<number>(L).fill(0)],
        list(n, w.bias),
      );
    }
    case 'dendPLRNN':
    case 'clippedDendPLRNN': {
      const n = w.size(1, 2);
      const clipped = architecture === 'clippedDendPLRNN';
      const bases = w.size(1, clipped ? 2 : 3);
      const W = rows(n, n);
      const alpha = list(bases, w.weight);
      const H = Array.from({ length: bases }, () => list(n, w.bias));
      const columns = W.map((row) => alpha.flatMap((a) => row.map((v) => a * v)));
      const C = H.flatMap(() => identity(n));
      const d = H.flat().map((v) => -v);
      return clipped
        ? build(
            diagonal(n),
            columns.map((row) => [...row, ...row.map((v) => -v)]),
            [...C, ...C],
            [...d, ...new Array<number>(d.length).fill(0)],
            list(n, w.bias),
          )
        : build(diagonal(n), columns, C, d, list(n, w.bias));
    }
    case 'reluRNN': {
      const n = w.size(1, 4);
      return build(
        identity(n).map((row) => row.map(() => 0)),
        identity(n),
        rows(n, n).map((row, i) => row.map((v, j) => v + (i === j ? w.decay() : 0))),
        list(n, w.bias),
        new Array<number>(n).fill(0),
      );
    }
  }
}
