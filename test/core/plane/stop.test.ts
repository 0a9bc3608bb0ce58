import { strict as assert } from 'node:assert';
import { collisionAt } from '../../../src/core/bifurcation/collision';
import { Line } from '../../../src/core/bifurcation/line';
import type { PlaneFamily } from '../../../src/core/plane/family';
import { unlessInterrupted } from '../../../src/core/plane/interruption';
import { analysePlane, type PlaneResult } from '../../../src/core/plane/plane';
import { Explorer } from '../../../src/core/plane/regions';

/** The two-dimensional PLRNN of Eisenmann et al. 2023, figure 2. */
const toy: PlaneFamily = {
  n: 2,
  L: 2,
  at: (u, v) => ({
    n: 2,
    L: 2,
    A: Float64Array.of(0.83777 - 0.3 + 0.6 * u, 0, 0, 0.96461 - 0.1 + 0.2 * v),
    B: Float64Array.of(0, -0.64375, 0.52505, 0),
    C: Float64Array.of(1, 0, 0, 1),
    d: new Float64Array(2),
    g: Float64Array.of(0.37298, -0.97931),
  }),
};

/** Four copies of it, weakly coupled: eight dimensions. */
const large: PlaneFamily = {
  n: 8,
  L: 8,
  at: (u, v) => {
    const A = new Float64Array(64);
    const B = new Float64Array(64).fill(0.01);
    const C = new Float64Array(64);
    const g = new Float64Array(8);
    for (let i = 0; i < 8; i += 2) {
      const one = toy.at(u, v);
      A[9 * i] = one.A[0]!;
      A[9 * (i + 1)] = one.A[3]!;
      B[8 * i + i + 1] = -0.64375;
      B[8 * (i + 1) + i] = 0.52505;
      g.set(one.g, i);
    }
    for (let i = 0; i < 8; i++) {
      B[9 * i] = 0;
      C[9 * i] = 1;
    }
    return { n: 8, L: 8, A, B, C, d: new Float64Array(8), g };
  },
};

/** A family that counts how often it is evaluated. */
function counted(family: PlaneFamily): { family: PlaneFamily; count: () => number } {
  let count = 0;
  return {
    family: {
      ...family,
      at: (u, v) => {
        count++;
        return family.at(u, v);
      },
    },
    count: () => count,
  };
}

/** The plane, stopped after a number of evaluations of the family; and how many came after that. */
async function stoppedAt(at: number): Promise<{ plane: PlaneResult; all: number }> {
  const { family, count } = counted(toy);
  const plane = await analysePlane(family, {
    maxOrder: 3,
    seed: 0,
    x: [0, 1],
    y: [0, 1],
    stop: () => count() >= at,
    onProgress: () => undefined,
  });
  return { plane, all: count() };
}

describe('a plane that is stopped', () => {
  it('ends at once, wherever it was, and keeps what was found', async () => {
    const whole = await stoppedAt(Infinity);
    const keys = new Set(whole.plane.objects.map(({ regions }) => regions.join(' ')));
    let kept = 0;
    for (let part = 0.02; part < 1; part += 0.07) {
      const at = Math.round(part * whole.all);
      const { plane, all } = await stoppedAt(at);
      // One evaluation for every part and cycle, to say what exists there; slivers are parts, too.
      const naming = 4 * (plane.regions.length + 4) * plane.objects.length;
      assert.ok(all - at <= naming + 10, `${String(all - at)} evaluations after the stop at ${String(at)}`);
      for (const { regions } of plane.objects) assert.ok(keys.has(regions.join(' ')));
      kept += plane.objects.length;
    }
    assert.ok(kept > 0);
  });

  const word = [Uint8Array.from({ length: 8 }, (_, i) => (i % 2 === 0 ? 1 : 0))];
  const place = { u: 0.2, v: 0.3 };

  it('walks around a region of a large network no further; its outline is said to be cut short', () => {
    const { family, count } = counted(large);
    let limit = Infinity;
    const explore = (): Explorer => {
      const explorer = new Explorer(family, {
        maxOrder: 6,
        words: 100,
        stop: () => count() >= limit,
        grace: 1e9,
      });
      assert.ok(explorer.isReal('', word, place));
      limit += count();
      explorer.explore(word, place);
      return explorer;
    };
    const whole = explore();
    const all = count();
    assert.equal(whole.unfinished, 0);
    assert.ok(whole.at(place).length > 0);
    let cut = 0;
    for (const share of [0.001, 0.01, 0.1, 0.3, 0.5, 0.7, 0.9]) {
      limit = Math.round(share * all);
      const explorer = explore();
      assert.ok(
        count() <= limit,
        `${String(count() - limit)} evaluations after the stop at ${String(share)}`,
      );
      assert.equal(explorer.broken, 0);
      assert.ok(explorer.unfinished <= 1);
      cut += explorer.unfinished;
      // What exists is told of finished regions only.
      const finished = [...explorer.regions].filter(([, list]) => list.some((region) => region.finished));
      assert.ok(explorer.at(place).length <= finished.length);
    }
    assert.ok(cut > 0);
  });

  it('tells no more of what exists once the grace is used up', () => {
    let stopped = false;
    const explorer = new Explorer(large, { maxOrder: 1, words: 100, stop: () => stopped, grace: 2e4 });
    explorer.explore(word, place);
    assert.ok(explorer.at(place).length > 0);
    stopped = true;
    // (1 + 10) 8^3 + 8^2 multiplications for an evaluation: three of them.
    let told = 0;
    while (told < 50 && unlessInterrupted(() => explorer.at(place))) told++;
    assert.equal(told, 3);
  });
});

describe('the search for cycles at a border collision', () => {
  it('ends between two of the words it tries, and says how far it came', () => {
    // Skew tent: slopes 0.4 and -3; the 3-cycles RLL and RLR meet x = 0 where l (r + 1) + 1 = 0.
    const tent = (l: number, r: number) => ({
      n: 1,
      L: 1,
      A: Float64Array.of(l),
      B: Float64Array.of(r - l),
      C: Float64Array.of(1),
      d: Float64Array.of(0),
      g: Float64Array.of(1),
    });
    const line = new Line(tent(0.4, -3.5 - 1e-4), tent(0.4, -3.5 + 1e-4));
    const word = [1, 0, 0].map((bit) => Uint8Array.of(bit));
    const whole = collisionAt(line, word, [{ t: 2, u: 0 }], 0.5, 30);
    for (const polls of [0, 1, 5, 20]) {
      let asked = 0;
      const found = collisionAt(line, word, [{ t: 2, u: 0 }], 0.5, 30, () => ++asked > polls);
      assert.ok(found.searchedTo < whole.searchedTo);
      assert.equal(asked, polls + 1);
    }
  });
});
