import assert from 'node:assert/strict';
import type { ModelOptions } from '../../src/core/models/types';
import type { Report } from '../../src/core/report/types';
import type { Failure, JobName, Jobs, SearchOptions } from '../../src/protocol/job';
import type { PlaneRequest } from '../../src/protocol/plane';
import type { ToPanel } from '../../src/protocol/panel';
import { FileUnavailable, PanelSession, type Engine, type SessionPorts } from '../../src/host/panelSession';
import { JobFailure, WorkerClient, type RunningJob } from '../../src/worker/client';
import { fixture } from './extension';

const search: SearchOptions = {
  maxOrder: 4,
  seed: 0,
  timeLimit: 60,
  threads: 1,
  memoryLimitMB: 512,
  certify: true,
};
const report = { schema: 'rnn-dynamics/report@1', orders: [], beyond: [], warnings: [] } as unknown as Report;
const finds = { type: 'finds', finds: { cycles: [], boundaryPoints: [] } } as const;
const died: Failure = { kind: 'internal', message: 'The thread ended.', place: '', remedy: '' };
const asks: Failure = {
  kind: 'question',
  message: 'P is not in the file.',
  place: '',
  remedy: '',
  question: {
    text: 'How many units are rectified?',
    choices: [{ label: '2', detail: '', options: { set: { P: 2 } } }],
  },
};

interface Started {
  readonly job: JobName;
  readonly request: unknown;
  readonly emit: (event: Jobs['analyze']['event']) => void;
  readonly succeed: (result: unknown) => void;
  readonly fail: (failure: Failure) => void;
  readonly stops: boolean[];
}

/** A worker whose jobs end when the test says so. */
class FakeEngine implements Engine {
  readonly started: Started[] = [];

  run<N extends JobName>(
    job: N,
    request: unknown,
    onEvent?: (event: Jobs[N]['event']) => void,
  ): RunningJob<N> {
    const stops: boolean[] = [];
    const result = new Promise<Jobs[N]['result']>((resolve, reject) => {
      this.started.push({
        job,
        request,
        stops,
        emit: (event) => onEvent?.(event as Jobs[N]['event']),
        succeed: resolve as (result: unknown) => void,
        fail: (failure) => reject(new JobFailure(failure)),
      });
    });
    return { result, stop: (keep) => void stops.push(keep) };
  }

  async dispose(): Promise<void> {
    for (const { fail } of this.started)
      fail({ kind: 'cancelled', message: 'closed', place: '', remedy: '' });
  }

  get last(): Started {
    const last = this.started.at(-1);
    assert.ok(last, 'a job was started');
    return last;
  }
}

function makeSession(remembered: ModelOptions = {}, ports: Partial<SessionPorts> = {}) {
  const posted: ToPanel[] = [];
  const answers: ModelOptions[] = [];
  const searcher = new FakeEngine();
  const viewer = new FakeEngine();
  const session = new PanelSession(
    { file: { name: 'model.pt', run: null, epoch: null }, search, palette: 'standard', remembered },
    {
      post: (message) => posted.push(message),
      openFile: () => Promise.resolve({ kind: 'path', path: 'model.pt' }),
      search: searcher,
      view: viewer,
      changed: () => undefined,
      answered: (given) => answers.push(given),
      log: () => undefined,
      ...ports,
    },
  );
  const types = (): string[] => posted.map(({ type }) => type);
  return { session, posted, answers, searcher, viewer, types };
}

/** Lets promises settle. */
const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

describe('panel session', () => {
  it('searches before the webview is ready and then tells what is known', async () => {
    const { session, searcher, types } = makeSession();
    void session.analyze();
    await settle();
    searcher.last.emit(finds);
    assert.deepEqual(types(), []);
    session.receive({ type: 'ready' });
    assert.deepEqual(types(), ['init', 'finds']);
    searcher.last.succeed(report);
    await settle();
    assert.deepEqual(types(), ['init', 'finds', 'report']);
  });

  it('computes a plane in the thread of the search, tells it again, and moves the model', async () => {
    const { session, searcher, viewer, posted, types } = makeSession();
    session.receive({ type: 'ready' });
    void session.analyze();
    await settle();
    searcher.last.succeed(report);
    await settle();
    const request = {
      x: { direction: 'A[0]', range: [-0.1, 0.1] },
      y: { direction: 'A[1]', range: [-0.2, 0.2] },
      maxOrder: 5,
    } as const;
    session.receive({ type: 'plane', request });
    await settle();
    const { job, request: asked, stops } = searcher.last;
    assert.equal(job, 'plane');
    assert.deepEqual((asked as { plane: unknown; run: unknown }).plane, {
      ...request,
      seed: search.seed,
      timeLimit: search.timeLimit,
      memoryLimitMB: search.memoryLimitMB,
      threads: search.threads,
    });
    session.receive({ type: 'stopPlane' });
    assert.deepEqual(stops, [true]);
    searcher.last.succeed({ regions: [] });
    await settle();
    assert.equal(posted.at(-1)?.type, 'plane');
    session.receive({ type: 'ready' });
    assert.deepEqual(types().slice(-3), ['init', 'report', 'plane']);
    const moved = session.modelAt([0.05, -0.1]);
    await settle();
    viewer.last.succeed({ stateDim: 2, reluUnits: 2 });
    await settle();
    assert.deepEqual((viewer.last.request as { moves: unknown }).moves, [
      { direction: 'A[0]', offset: 0.05 },
      { direction: 'A[1]', offset: -0.1 },
    ]);
    viewer.last.succeed({ name: 'm.json', text: '{}', options: {} });
    assert.equal((await moved)?.name, 'm.json');
    // Another search: the plane was of the model before.
    void session.analyze();
    await settle();
    assert.equal(await session.modelAt([0, 0]), null);
  });

  it('lays a loss beneath the plane, keeps it for the same axes, and takes it away', async () => {
    const { session, searcher, viewer, posted } = makeSession();
    session.receive({ type: 'ready' });
    void session.analyze();
    await settle();
    searcher.last.succeed(report);
    await settle();
    const file = { kind: 'path', path: '/loss.csv' } as const;
    await session.laySurface(() => Promise.resolve(file));
    assert.equal(viewer.started.length, 0);
    const request = {
      x: { direction: 'A[0]', range: [-0.1, 0.1] },
      y: { direction: 'A[1]', range: [-0.2, 0.2] },
      maxOrder: 5,
    } as const;
    const compute = async (asked: PlaneRequest): Promise<void> => {
      session.receive({ type: 'plane', request: asked });
      await settle();
      searcher.last.succeed({ regions: [], surface: null });
      await settle();
    };
    await compute(request);
    const lay = session.laySurface(() => Promise.resolve(file));
    await settle();
    assert.deepEqual(viewer.last.request, { file, x: [-0.1, 0.1], y: [-0.2, 0.2] });
    const surface = { file: 'loss.csv' };
    viewer.last.succeed(surface);
    await lay;
    assert.deepEqual(posted.at(-1), { type: 'plane', plane: { regions: [], surface } });
    await compute({ ...request, maxOrder: 7 });
    assert.deepEqual(session.plane?.surface, surface);
    session.removeSurface();
    assert.deepEqual(posted.at(-1), { type: 'plane', plane: { regions: [], surface: null } });
    // A file that cannot be used: what there is stays.
    const again = session.laySurface(() => Promise.resolve(file));
    await settle();
    const failure: Failure = { kind: 'input', message: 'loss.csv: no', place: 'line 3', remedy: 'Do.' };
    viewer.last.fail(failure);
    await again;
    assert.deepEqual(posted.at(-1), { type: 'planeFailure', failure });
    await session.laySurface(() => Promise.reject(new FileUnavailable('too large', 'Copy it.')));
    assert.equal(posted.at(-1)?.type, 'planeFailure');
    // A loss belongs to its offsets.
    const last = session.laySurface(() => Promise.resolve(file));
    await settle();
    viewer.last.succeed(surface);
    await last;
    assert.deepEqual(session.plane?.surface, surface);
    await compute({ ...request, x: { direction: 'A[0]', range: [-1, 1] } });
    assert.equal(session.plane?.surface, null);
  });

  it('says why there is no plane', async () => {
    const { session, searcher, posted } = makeSession();
    session.receive({ type: 'ready' });
    void session.analyze();
    await settle();
    searcher.last.succeed(report);
    await settle();
    const axis = { direction: 'A[9]', range: [-1, 1] } as const;
    session.receive({ type: 'plane', request: { x: axis, y: axis, maxOrder: 2 } });
    await settle();
    const failure: Failure = { kind: 'input', message: 'no', place: '', remedy: '' };
    searcher.last.fail(failure);
    await settle();
    assert.deepEqual(posted.at(-1), { type: 'planeFailure', failure });
  });

  it('tells a webview that comes late how far the proof is, once', async () => {
    const { session, searcher, posted } = makeSession();
    void session.analyze();
    await settle();
    for (const upTo of [1, 2, 3]) searcher.last.emit({ type: 'proven', upTo });
    session.receive({ type: 'ready' });
    assert.deepEqual(
      posted.filter(({ type }) => type === 'proven'),
      [{ type: 'proven', upTo: 3 }],
    );
  });

  it('tells everything again to a webview that was hidden, and nothing meanwhile', async () => {
    const { session, searcher, posted, types } = makeSession();
    session.receive({ type: 'ready' });
    void session.analyze();
    await settle();
    session.deaf();
    const before = posted.length;
    searcher.last.emit(finds);
    searcher.last.succeed(report);
    await settle();
    assert.equal(posted.length, before);
    session.receive({ type: 'ready' });
    assert.deepEqual(types().slice(before), ['init', 'report']);
  });

  it('keeps only the latest progress', async () => {
    const { session, searcher, posted } = makeSession();
    void session.analyze();
    await settle();
    for (const fraction of [0.1, 0.2, 0.3]) {
      searcher.last.emit({ type: 'progress', progress: { stage: 'cycles', fraction, secondsLeft: null } });
    }
    session.receive({ type: 'ready' });
    const progress = posted.filter((message) => message.type === 'progress');
    assert.deepEqual(
      progress.map((message) => message.progress.fraction),
      [0.3],
    );
  });

  it('stops a search so that it keeps what it found', async () => {
    const { session, searcher } = makeSession();
    void session.analyze();
    await settle();
    session.receive({ type: 'stop' });
    assert.deepEqual(searcher.last.stops, [true]);
  });

  it('gives up a search when a new one begins and drops what it still sends', async () => {
    const { session, searcher, types } = makeSession();
    session.receive({ type: 'ready' });
    void session.analyze();
    await settle();
    const first = searcher.last;
    session.receive({ type: 'rerun', search: { maxOrder: 9 } });
    await settle();
    assert.deepEqual(first.stops, [false]);
    assert.equal((searcher.last.request as Jobs['analyze']['request']).search.maxOrder, 9);
    const before = types().length;
    first.emit(finds);
    first.succeed(report);
    await settle();
    assert.equal(types().length, before);
    assert.equal(session.phase, 'searching');
  });

  it('remembers an answer once the model was recognised with it', async () => {
    const { session, searcher, answers } = makeSession();
    void session.analyze();
    await settle();
    searcher.last.fail(asks);
    await settle();
    assert.equal(session.failure?.kind, 'question');
    session.answer({ set: { P: 2 } });
    await settle();
    assert.deepEqual((searcher.last.request as Jobs['analyze']['request']).options, { set: { P: 2 } });
    assert.deepEqual(answers, []);
    searcher.last.emit({ type: 'model', model: {} as never });
    assert.deepEqual(answers, [{ set: { P: 2 } }]);
    searcher.last.succeed(report);
    await settle();
    assert.equal(session.phase, 'done');
  });

  it('gives up remembered answers that do not fit the file', async () => {
    const { session, searcher } = makeSession({ map: { A: 'other.A' } });
    void session.analyze();
    await settle();
    searcher.last.fail({ kind: 'input', message: 'There is no tensor other.A.', place: '', remedy: '' });
    await settle();
    assert.equal(searcher.started.length, 2);
    assert.deepEqual((searcher.last.request as Jobs['analyze']['request']).options, {});
    searcher.last.succeed(report);
    await settle();
    assert.equal(session.phase, 'done');
  });

  it('opens the model for the views once, apart from the search', async () => {
    const { session, searcher, viewer, posted } = makeSession();
    session.receive({ type: 'ready' });
    void session.analyze();
    await settle();
    session.receive({ type: 'ask', id: 1, query: 'weights', request: {} });
    session.receive({ type: 'ask', id: 2, query: 'scene', request: { objects: [] } });
    await settle();
    assert.deepEqual(
      viewer.started.map(({ job }) => job),
      ['open'],
    );
    viewer.last.succeed({ stateDim: 2, reluUnits: 2 });
    await settle();
    assert.deepEqual(
      viewer.started.map(({ job }) => job),
      ['open', 'weights', 'scene'],
    );
    assert.deepEqual(viewer.last.request, { session: 'panel', objects: [], seed: 0 });
    viewer.started[1]?.succeed([]);
    await settle();
    assert.deepEqual(posted.at(-1), { type: 'answer', id: 1, answer: [] });
    assert.deepEqual(
      searcher.started.map(({ job }) => job),
      ['analyze'],
    );
  });

  it('opens the model again after the thread of the views died', async () => {
    const { session, viewer, posted } = makeSession();
    session.receive({ type: 'ready' });
    session.receive({ type: 'ask', id: 1, query: 'weights', request: {} });
    await settle();
    viewer.last.fail(died);
    await settle();
    assert.deepEqual(posted.at(-1), { type: 'refused', id: 1, failure: died });
    session.receive({ type: 'ask', id: 2, query: 'weights', request: {} });
    await settle();
    assert.deepEqual(
      viewer.started.map(({ job }) => job),
      ['open', 'open'],
    );
  });

  it('marks a finished analysis stale once, and a new run clears it', async () => {
    const { session, searcher, types } = makeSession();
    session.receive({ type: 'ready' });
    void session.analyze();
    await settle();
    searcher.last.succeed(report);
    await settle();
    session.markStale();
    session.markStale();
    assert.equal(types().filter((type) => type === 'stale').length, 1);
    void session.analyze();
    session.receive({ type: 'ready' });
    assert.equal(types().filter((type) => type === 'stale').length, 1);
  });

  it('shows that the file cannot be opened, with what to do', async () => {
    const refusal = new FileUnavailable('The file has 300 MB.', 'Copy it to a local folder.');
    const { session, searcher, posted } = makeSession({}, { openFile: () => Promise.reject(refusal) });
    session.receive({ type: 'ready' });
    await session.analyze();
    const failure = {
      kind: 'input',
      message: 'The file has 300 MB.',
      place: '',
      remedy: 'Copy it to a local folder.',
    };
    assert.deepEqual(posted.at(-1), { type: 'failure', failure });
    assert.equal(searcher.started.length, 0);
  });

  it('is silent after the panel was closed', async () => {
    const { session, types } = makeSession();
    session.receive({ type: 'ready' });
    void session.analyze();
    await settle();
    const before = types().length;
    await session.dispose();
    await settle();
    assert.equal(types().length, before);
  });

  describe('with a worker that dies', () => {
    const clients: WorkerClient[] = [];
    const client = (): WorkerClient => {
      const made = new WorkerClient(fixture('mortal-worker.mjs'));
      clients.push(made);
      return made;
    };
    afterEach(() => Promise.all(clients.splice(0).map((one) => one.dispose())));

    for (const how of ['exit', 'throw']) {
      it(`shows the failure after an ${how}, and does the next job`, async () => {
        let path = `${how}.pt`;
        const openFile = () => Promise.resolve({ kind: 'path', path } as const);
        const { session, types } = makeSession({}, { search: client(), openFile });
        session.receive({ type: 'ready' });
        await session.analyze();
        assert.equal(session.failure?.kind, 'internal');
        assert.equal(types().at(-1), 'failure');
        path = 'whole.pt';
        await session.analyze();
        assert.equal(session.phase, 'done');
        assert.equal(types().at(-1), 'report');
      });
    }

    it('ends a thread that does not listen to Stop', async () => {
      const openFile = () => Promise.resolve({ kind: 'path', path: 'hang.pt' } as const);
      const { session } = makeSession({}, { search: client(), openFile });
      const run = session.analyze();
      await settle();
      session.stop();
      await run;
      assert.equal(session.failure?.kind, 'internal');
    });
  });

  it('keeps the last answers that can be saved, until a new run begins', async () => {
    const { session, viewer } = makeSession();
    session.adopt(report, {});
    session.receive({ type: 'ready' });
    const object = { id: 'FP1', points: [[0.4]], regions: ['1'] };
    const quantity = { kind: 'norm', point: 0 } as const;
    session.receive({ type: 'ask', id: 1, query: 'sensitivity', request: { object, quantity } });
    await settle();
    viewer.last.succeed({ stateDim: 1, reluUnits: 1 });
    await settle();
    assert.equal(viewer.last.job, 'sensitivity');
    const picture = { object: 'FP1', quantity };
    viewer.last.succeed(picture);
    await settle();
    assert.deepEqual(session.explored, { sensitivity: picture });
    void session.analyze();
    assert.deepEqual(session.explored, {});
  });
});
