import assert from 'node:assert/strict';
import path from 'node:path';
import type { Timeline } from '../../src/core/report/timeline';
import { Control } from '../../src/jobs/control';
import { timeline } from '../../src/jobs/timeline';
import { runTimelineTask, type RunTimelineTask } from '../../src/jobs/timelineWork';
import { hashSource, runFolderOf } from '../../src/worker/files';

/** Checkpoints of trained runs (every one near the events, few elsewhere), with what was known of them beforehand. */
async function timelineOf(run: string, maxOrder: number): Promise<Timeline> {
  const control = new Control(new Int32Array(new SharedArrayBuffer(4)), 60);
  return timeline(
    await runFolderOf(path.join(__dirname, '../fixtures/runs', run)),
    {},
    {},
    {
      ...{ maxOrder, seed: 0, timeLimit: 60, threads: 1, memoryLimitMB: 4096, certify: true, every: 1 },
      ...{ jumps: { change: 0.1, z: 8 }, association: {} },
    },
    {
      version: '0',
      control,
      cache: null,
      hash: hashSource,
      onEvent: () => undefined,
      runTask: ((task) => runTimelineTask(task, control.stop)) as RunTimelineTask,
      threads: 1,
    },
  );
}

const places = ({ events }: Timeline, kind: string): (readonly [number, number])[] =>
  events.filter((event) => event.kind === kind).map(({ epochs }) => epochs);

/** An attractor bears the name of a branch of its own period. */
const named = ({ checkpoints, branches }: Timeline): void => {
  const order = new Map(branches.map((branch) => [branch.id, branch.order]));
  for (const { attractors } of checkpoints)
    for (const { branch, period } of attractors) if (branch) assert.equal(order.get(branch), period);
};

describe('timelines of trained runs', () => {
  // Both were looked at with another program beforehand: eigenvalues of the fixed points at the checkpoints, solved region
  // by region. Without forcing a saddle comes from infinity and leaves again five times.
  it('tell the center bifurcation and the ten degenerate transcriticals of a run without forcing', async () => {
    const made = await timelineOf('R10_plrnn2_ellipse_sgd', 3);
    assert.deepEqual(places(made, 'center'), [[370, 375]]);
    assert.deepEqual(places(made, 'dtb'), [
      [530, 535],
      [535, 540],
      [550, 555],
      [555, 560],
      [680, 685],
      [685, 690],
      [720, 725],
      [730, 735],
      [740, 745],
      [745, 750],
    ]);
    assert.ok(made.events.filter(({ kind }) => kind === 'dtb').every(({ atInfinity }) => atInfinity));
    assert.deepEqual(made.balance.broken, []);
    assert.deepEqual(places(made, 'unresolved'), []);
    named(made);
    assert.ok(made.lossJumps.length > 100);
  });

  it('tell the one of each kind of the same run with forcing, and no loss jump', async () => {
    const made = await timelineOf('R11_plrnn2_ellipse_gtf', 3);
    assert.deepEqual(places(made, 'center'), [[160, 165]]);
    assert.deepEqual(places(made, 'dtb'), [[290, 295]]);
    assert.deepEqual(made.balance.broken, []);
    assert.deepEqual(places(made, 'unresolved'), []);
    named(made);
    assert.equal(made.lossJumps.filter(({ change }) => change > 0).length, 0);
  });
});
