import assert from 'node:assert/strict';
import type { Engine } from '../../src/host/panelSession';
import { parseFromViewer } from '../../src/host/viewerMessages';
import { ViewerSession } from '../../src/host/viewerSession';
import type { Failure } from '../../src/protocol/job';
import type { ToViewer } from '../../src/protocol/viewer';
import type { Inspection } from '../../src/protocol/weights';
import { JobFailure } from '../../src/worker/client';

const inspection = (bytes: number): Inspection => ({
  file: 'm.pt',
  format: 'PyTorch zip',
  bytes,
  epochs: [null],
  entry: 0,
  tensors: [],
  scalars: [],
  model: { status: 'unrecognised', reason: '', remedy: '', mappable: [] },
  mappable: [],
  warnings: [],
});
const cut: Failure = { kind: 'input', message: 'cut off', place: '', remedy: '' };

/** A session whose worker gives these answers, one after another, and what it told the webview. */
function started(answers: readonly (Inspection | Failure)[]) {
  const told: ToViewer[] = [];
  const left = [...answers];
  const engine = {
    run: () => {
      const next = left.length > 1 ? left.shift()! : left[0]!;
      const result = 'kind' in next ? Promise.reject(new JobFailure(next)) : Promise.resolve(next);
      return { result, stop: () => undefined };
    },
    dispose: () => Promise.resolve(),
  } as unknown as Engine;
  const session = new ViewerSession(
    { file: 'm.pt', answers: () => ({}), retryAfter: [5, 5] },
    {
      post: (message) => told.push(message),
      openFile: () => Promise.resolve({ kind: 'path', path: '/m.pt' }),
      engine,
      log: () => undefined,
    },
  );
  session.receive({ type: 'ready' });
  told.length = 0;
  return { session, told };
}
const soon = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

describe('session of a weight viewer', () => {
  it('passes over a file that is half written, and shows it when it is whole', async () => {
    const { session, told } = started([inspection(1), cut, cut, inspection(2)]);
    await session.open();
    session.changed();
    await soon(60);
    assert.deepEqual(
      told.filter(({ type }) => type !== 'opening').map((m) => (m.type === 'inspection' ? m.inspection.bytes : m)),
      [1, 2],
    ); // prettier-ignore
  });

  it('says what is wrong when it stays so, and at once when nothing is shown yet', async () => {
    const later = started([inspection(1), cut]);
    await later.session.open();
    later.session.changed();
    await soon(60);
    assert.deepEqual(later.told.at(-1), { type: 'failure', failure: cut });
    const first = started([cut]);
    await first.session.open();
    assert.deepEqual(first.told.at(-1), { type: 'failure', failure: cut });
  });

  it('tells a webview that was hidden everything again', async () => {
    const { session, told } = started([inspection(3)]);
    await session.open();
    session.deaf();
    told.length = 0;
    session.receive({ type: 'ready' });
    assert.deepEqual(told.map(({ type }) => type), ['opening', 'inspection']); // prettier-ignore
  });
});

describe('messages of the weight viewer', () => {
  it('are taken as they are meant and turned down otherwise', () => {
    const window = { index: 1, slice: 0, rows: [0, 4], columns: [0, 2], maxRows: 10, maxColumns: 10 };
    for (const good of [
      { type: 'ready' },
      { type: 'exportTensor', index: 0, format: 'csv' },
      { type: 'ask', id: 1, query: 'summaries', request: { indexes: [0, 5] } },
      { type: 'ask', id: 2, query: 'window', request: window },
    ])
      assert.deepEqual(parseFromViewer(good), { message: good });
    for (const bad of [
      null,
      { type: 'open', path: '/etc/passwd' },
      { type: 'exportTensor', index: -1, format: 'csv' },
      { type: 'exportTensor', index: 0, format: 'exe' },
      { type: 'ask', id: 1, query: 'tensorFile', request: { index: 0 } },
      { type: 'ask', id: 2, query: 'window', request: { ...window, maxRows: 1e9 } },
      { type: 'ask', id: 2, query: 'window', request: { ...window, session: 'other' } },
      { type: 'ask', id: 3, query: 'summaries', request: { indexes: new Array(2000).fill(0) } },
    ])
      assert.ok('rejected' in parseFromViewer(bad), JSON.stringify(bad));
  });
});
