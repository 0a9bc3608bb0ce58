import assert from 'node:assert/strict';
import type { CanonicalMap } from '../../../src/core/map/canonical';
import { lyapunovSpectrum } from '../../../src/core/stateSpace/lyapunov';
import {
  growManifold,
  type GrowthLimits,
  type Piece,
  type Saddle,
} from '../../../src/core/stateSpace/manifolds';

/**
 * The border-collision normal form x' = tau x + y + 1, y' = -delta x (H. E. Nusse and J. A. Yorke, Physica D 57 (1992)
 * 39-57), with delta = 0.6 on both sides, tau = 1.7 for x < 0 (multipliers 1.2 and 0.5) and -1.9 for x > 0 (-1.5 and -0.4).
 */
const [left, right, delta] = [1.7, -1.9, 0.6];
const map: CanonicalMap = {
  n: 2,
  L: 1,
  A: Float64Array.of(left, 1, -delta, 0),
  B: Float64Array.of(right - left, 0),
  C: Float64Array.of(1, 0),
  d: Float64Array.of(0),
  g: Float64Array.of(1, 0),
};
type Point = readonly [number, number];
/** x = 1 / (1 - tau + delta) */
const saddle: Saddle = { points: [[2 / 7, -6 / 35]], regions: ['1'] };
// Few steps: later pieces pass by everywhere.
const limits: GrowthLimits = { radius: 4, pieces: 2000, steps: 7, stop: () => false };

/** Distance of a point to the nearest piece. */
function distance(pieces: readonly Piece[], [x, y]: Point): number {
  return Math.min(
    ...pieces.map(({ a, b }) => {
      const [ux, uy] = [b[0]! - a[0]!, b[1]! - a[1]!];
      const along = ((x - a[0]!) * ux + (y - a[1]!) * uy) / (ux * ux + uy * uy || 1);
      const t = Math.max(0, Math.min(1, along));
      return Math.hypot(x - a[0]! - t * ux, y - a[1]! - t * uy);
    }),
  );
}

/** A segment lies on the pieces, and what would continue it straight beyond q does not. */
function endsIn(pieces: readonly Piece[], p: Point, q: Point): void {
  const at = (t: number): Point => [p[0] + t * (q[0] - p[0]), p[1] + t * (q[1] - p[1])];
  for (let i = 0; i <= 20; i++)
    assert.ok(distance(pieces, at(i / 20)) < 1e-9, `${String(p)} to ${String(q)}, ${String(i)} of 20`);
  assert.ok(distance(pieces, at(1.01)) > 1e-4, `${String(q)} is no fold`);
}

describe('manifolds of the border-collision normal form, folds worked out by hand', () => {
  it('unstable: the line of slope -delta / lambda = 0.4 folds at the images of where it meets the border', () => {
    const { pieces } = growManifold(map, saddle, 'unstable', limits)!;
    // The line meets x = 0 in (0, -2/7); the border goes to y = 0, there is the first fold, and its images are the next.
    const first: Point = [5 / 7, 0];
    const second: Point = [-5 / 14, -3 / 7];
    const third: Point = [-1 / 28, 3 / 14];
    // From the saddle straight to both, over the border on the left: the image of a segment that lies in x > 0.
    endsIn(pieces, [2 / 7, -6 / 35], first);
    endsIn(pieces, [2 / 7, -6 / 35], second);
    // Beyond (0, -2/7) the left branch applies: from the first fold on to the image of the second.
    endsIn(pieces, first, third);
  });

  it('stable: the line of slope 1.5 folds on the border, and at the preimages of that fold', () => {
    const { pieces } = growManifold(map, saddle, 'stable', { ...limits, steps: 8 })!;
    // The line meets y = 0 in (2/5, 0), whose preimage is the fold (0, -3/5) on the border.
    endsIn(pieces, [2 / 7, -6 / 35], [0, -3 / 5]);
    // The fold's preimage by the right branch.
    endsIn(pieces, [2 / 7, -6 / 35], [1, 9 / 10]);
    // From the fold on, the preimage by the left branch of the line from (2/5, 0) to (1, 9/10).
    endsIn(pieces, [0, -3 / 5], [-3 / 2, 51 / 20]);
  });

  it('has exponents with the sum ln delta', () => {
    const { exponents, errors } = lyapunovSpectrum(map, [0.1, 0.1], {
      steps: 100000,
      transient: 1000,
      bound: 1e6,
    })!;
    assert.ok(Math.abs(exponents[0]! + exponents[1]! - Math.log(delta)) < 1e-10);
    assert.ok(exponents[0]! > 4 * errors[0]! && exponents[0]! < Math.log(1.9));
  });
});
