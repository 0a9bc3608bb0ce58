import assert from 'node:assert/strict';
import type { Scene } from '../../src/core/report/scene';
import { loadModel } from '../../src/jobs/load';
import { scene } from '../../src/jobs/view';
import { folder, textSource } from '../runs/support';

async function sceneOf(model: object, objects: readonly (readonly number[])[]): Promise<Scene> {
  const source = textSource('model.json', JSON.stringify(model));
  const loaded = await loadModel(source, folder({}), {}, () => Promise.resolve('sha256:0'));
  return scene(loaded, objects, 0);
}

describe('the scene of the phase portrait', () => {
  it('shows a chaotic attractor after its transient', async () => {
    // z' = 0.6 - 1.9 |z|, as a PLRNN: a tent map on [-0.54, 0.6], mixing inside its absorbing interval.
    const tent = await sceneOf({ model: 'PLRNN', A: [1.9], W: [[-3.8]], h: [0.6] }, [
      [0.6 / 2.9],
      [0.6 / -0.9],
    ]);
    assert.ok(tent.simulated.length > 0);
    for (const orbit of tent.simulated) {
      assert.ok(orbit.length > 300, 'no early period is taken for one');
      assert.ok(orbit.every(([z]) => z! <= 0.6 + 1e-12 && z! >= 0.6 - 1.9 * 0.6 - 1e-12));
    }
  });

  it('shows one period of what is periodic, and orbits on their way to it', async () => {
    // z' = 1 - 2 relu(z): 1 and -1 follow each other, and slope 0 times slope -2 makes that stable.
    const flat = await sceneOf({ model: 'PLRNN', A: [0], W: [[-2]], h: [1] }, [[1 / 3]]);
    assert.ok(flat.simulated.length > 0);
    for (const orbit of flat.simulated) {
      assert.equal(orbit.length, 2);
      assert.deepEqual(
        orbit.map(([z]) => z!).toSorted((a, b) => a - b),
        [-1, 1],
      );
    }
    assert.ok(flat.transients.length > 0);
  });

  it('shows nothing of orbits that diverge, however slowly', async () => {
    const slow = await sceneOf({ model: 'PLRNN', A: [1.0047, 0.5], W: [[0, 0], [0, 0]], h: [0, 0] }, [[0, 0], [1, 1]]); // prettier-ignore
    assert.deepEqual([slow.simulated, slow.transients], [[], []]);
  });

  it('does not let an object far away turn the principal components towards itself', async () => {
    // z1 alternates between 1 and -1 whatever z2 does; z2 goes to 0. The far object lies along z2.
    const model = { model: 'PLRNN', A: [0, 0.5], W: [[-2, 0], [0, 0]], h: [1, 0] }; // prettier-ignore
    const { principal } = await sceneOf(model, [[1 / 3, 0], [0, 1000]]); // prettier-ignore
    assert.ok(Math.abs(principal.components[0]![0]!) > 0.999);
  });
});
