import assert from 'node:assert/strict';
import type { CanonicalMap } from '../../../src/core/map/canonical';
import {
  BasinTest,
  basinGrid,
  basinShares,
  captureRadii,
  Fate,
  wilson,
  type BasinGrid,
} from '../../../src/core/stateSpace/basins';

/**
 * z' = 2 z - 2 relu(z - 1) + 2 relu(-z - 1), by hand: slope 2 in |z| < 1, constant 2 and -2 beyond. 0 is repelling, 2 and -2
 * attract everything on their side; the second state decays. The basins of 2 and -2 are z > 0 and z < 0.
 */
const twoSided: CanonicalMap = {
  n: 2,
  L: 2,
  A: Float64Array.of(2, 0, 0, 0.5),
  B: Float64Array.of(-2, 2, 0, 0),
  C: Float64Array.of(1, 0, -1, 0),
  d: Float64Array.of(-1, -1),
  g: Float64Array.of(0, 0),
};
const attractors = [
  { points: [[2, 0]], regions: ['10'], margin: 1 },
  { points: [[-2, 0]], regions: ['01'], margin: 1 },
];

describe('basins of attraction', () => {
  it('captures orbits only where they can no longer leave', () => {
    // J = diag(0, 0.5): the identity is the largest product.
    for (const attractor of attractors) assert.ok(Math.abs(captureRadii(twoSided, attractor)[0]! - 1) < 1e-6);
  });

  it('are the half planes known by hand, coarse to fine', () => {
    const test = new BasinTest(twoSided, attractors, 200, 1e6);
    const slice = {
      origin: [0, 0],
      u: [1, 0],
      v: [0, 1],
      x: [-3, 3] as const,
      y: [-3, 3] as const,
    };
    const passes: BasinGrid[] = [];
    assert.ok(
      basinGrid(
        test,
        slice,
        96,
        64,
        () => false,
        (grid) => passes.push(grid),
      ),
    );
    assert.ok(passes.length > 1);
    const last = passes.at(-1)!;
    for (let r = 0; r < last.rows; r++)
      for (let c = 0; c < last.columns; c++)
        assert.equal(last.fates[r * last.columns + c], c < last.columns / 2 ? 1 : 0);
  });

  it('tell divergence from staying bounded elsewhere', () => {
    const growing = { ...twoSided, A: Float64Array.of(2, 0, 0, 1.5) };
    assert.equal(
      new BasinTest(growing, [], 500, 1e6).fate(Float64Array.of(0.5, 0.1), 0).fate,
      Fate.divergent,
    );
    assert.equal(new BasinTest(growing, [], 500, 1e6).fate(Float64Array.of(0.5, 0), 0).fate, Fate.other);
  });

  it('have shares with intervals that hold the truth', () => {
    let draws = 0;
    const { shares, samples } = basinShares(
      new BasinTest(twoSided, attractors, 200, 1e6),
      4000,
      (z) => {
        // Three quarters of [-1, 3] are positive.
        // Evenly: the fractional parts of multiples of the golden ratio.
        z[0] = 4 * ((draws++ * 0.6180339887498949) % 1) - 1;
        z[1] = 0.5;
      },
      () => false,
    );
    assert.equal(samples, 4000);
    const right = shares.find(({ fate }) => fate === 0)!;
    assert.ok(right.interval[0] < 0.75 && 0.75 < right.interval[1]);
    assert.equal(
      shares.reduce((sum, { hits }) => sum + hits, 0),
      4000,
    );
  });

  it('Wilson intervals are those of the paper', () => {
    // 10 of 20 at 95 %: 0.2993 to 0.7007 (R. G. Newcombe, Stat. Med. 17 (1998) 857-872, method 3).
    const [low, high] = wilson(10, 20);
    assert.ok(Math.abs(low - 0.2993) < 1e-4 && Math.abs(high - 0.7007) < 1e-4);
  });
});
