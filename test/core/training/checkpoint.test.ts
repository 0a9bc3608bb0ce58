import assert from 'node:assert/strict';
import type { CanonicalMap } from '../../../src/core/map/canonical';
import { analyseCheckpoint } from '../../../src/core/training/checkpoint';

describe('one checkpoint of a run', () => {
  // By hand: x' = 1 - 1.9 |x| for |x| < 1 is a chaotic tent map; outside it has the slopes 0.5 and -0.5, so that all orbits
  // come to it. Beside it y' = 0.5 y - 0.003 for y < 0 and 1.003 y - 0.003 for y > 0: below its unstable fixed point 1 all
  // orbits end at -0.006, above it they leave for infinity, after 4000 steps e^12 = 1.6e5 times as far from it as before.
  it('shows an orbit that stays, not one that slowly leaves for infinity', async () => {
    const map: CanonicalMap = {
      ...{ n: 2, L: 4, A: Float64Array.of(1.9, 0, 0, 0.5), g: Float64Array.of(1, -0.003) },
      B: Float64Array.of(-3.8, 0, 1.4, 1.4, 0, 0.503, 0, 0),
      ...{ C: Float64Array.of(1, 0, 0, 1, 1, 0, -1, 0), d: Float64Array.of(0, 0, -1, -1) },
    };
    for (let seed = 0; seed < 6; seed++) {
      const { fog } = await analyseCheckpoint(map, { maxOrder: 1, seed, certify: false }, [], () => false);
      assert.equal(fog.length, 160);
      for (const point of fog)
        assert.ok(Math.abs(point[1]! + 0.006) < 1e-9, `${String(seed)}: ${point.join()}`);
    }
  });
});
