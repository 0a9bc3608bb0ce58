import assert from 'node:assert/strict';
import { attractorSpectra } from '../../../src/core/training/spectra';
import type { CheckpointAnalysis } from '../../../src/core/training/checkpoint';

const never = (): boolean => false;
const near = (values: readonly (number | null)[], wanted: readonly number[], tolerance: number): void =>
  wanted.forEach((value, i) =>
    assert.ok(Math.abs(values[i]! - value) < tolerance, `${String(values[i])} is not ${String(value)}`),
  );

/** z1' = 1 + a z1 + (-a - b) relu(z1), z2' = c z2: slopes a left and -b right of zero. */
const tent = (a: number, b: number, c: number) => ({
  ...{ n: 2, L: 1 },
  A: Float64Array.of(a, 0, 0, c),
  B: Float64Array.of(-a - b, 0),
  C: Float64Array.of(1, 0),
  d: Float64Array.of(0),
  g: Float64Array.of(1, 0),
});

type Part = Pick<CheckpointAnalysis, 'attractors' | 'cycles' | 'fog' | 'scale'>;
const attractor = (kind: 'fixed-point' | 'chaotic' | 'divergent', cycle: number | null) =>
  ({ ...{ kind, cycle, period: null, lyapunov: null, share: 0.5 } }) as const;

describe('Lyapunov spectra of a run', () => {
  it('of a fixed point are the logarithms of its multipliers', () => {
    // Right of zero: z1 = 1 - 0.5 z1 at 2/3, multipliers -0.5 and 0.25.
    const analysis: Part = {
      attractors: [attractor('fixed-point', 0), attractor('divergent', null)],
      cycles: [
        {
          ...{ order: 1, points: [[2 / 3, 0]], regions: ['1'], spectralRadius: 0.5, growthPerStep: -0.69 },
          ...{ stability: 'stable', margin: 2 / 3 },
        },
      ],
      ...{ fog: [], scale: 1 },
    };
    const [point, diverges] = attractorSpectra(tent(0.3, 0.5, 0.25), analysis, never);
    near(point!.exponents, [Math.log(0.5), Math.log(0.25)], 1e-12);
    assert.equal(point!.dimension, 0);
    assert.equal(diverges, null);
  });

  it('of a tent map with one slope are known exactly, and belong to one simulated attractor', () => {
    // |slope| = 1.9 everywhere; Kaplan-Yorke: 1 + ln 1.9 / |ln 0.3|.
    const analysis: Part = {
      attractors: [attractor('chaotic', null), attractor('chaotic', null)],
      ...{ cycles: [], fog: [[0.3, 0]], scale: 1 },
    };
    const [chaotic, second] = attractorSpectra(tent(1.9, 1.9, 0.3), analysis, never);
    near(chaotic!.exponents, [Math.log(1.9), Math.log(0.3)], 1e-9);
    assert.ok(Math.abs(chaotic!.dimension! - (1 - Math.log(1.9) / Math.log(0.3))) < 1e-9);
    assert.equal(second, null);
  });

  it('a direction that the map collapses has exponent minus infinity', () => {
    const analysis: Part = {
      attractors: [attractor('chaotic', null)],
      ...{ cycles: [], fog: [[0.3, 0]], scale: 1 },
    };
    const [collapsing] = attractorSpectra(tent(1.9, 1.9, 0), analysis, never);
    assert.equal(collapsing!.exponents[1], null);
  });
});
