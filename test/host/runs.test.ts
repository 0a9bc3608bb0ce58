import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import * as vscode from 'vscode';
import type { Timeline } from '../../src/core/report/timeline';
import { AutoAnalysis } from '../../src/host/runs/autoAnalysis';
import { RunTree, type RunNode } from '../../src/host/runs/runTree';
import { watchRun, type RunChange } from '../../src/host/runs/runWatcher';
import { Settler, type Settled } from '../../src/host/runs/settler';
import { TimelineStore } from '../../src/host/runs/timelineStore';
import { WorkspaceRuns } from '../../src/host/runs/workspaceRuns';
import { WorkerClient } from '../../src/worker/client';
import { closeAll, eventually, sample } from './extension';

const log = { warn: () => undefined, debug: () => undefined };
const worker = new WorkerClient(path.join(process.env['PROJECT_ROOT'] ?? '', 'dist', 'worker.js'));
after(() => worker.dispose());

/** A folder of the workspace that is gone after the test. */
function folder(name: string): string {
  const made = sample(name).fsPath;
  fs.rmSync(made, { recursive: true, force: true });
  fs.mkdirSync(made, { recursive: true });
  return made;
}
const model = (): Buffer => fs.readFileSync(sample('R1_excerpt/ckpt_03000.pt').fsPath);

/** What the tree needs of a timeline. */
function timeline(events: readonly { epochs: [number, number]; text: string }[], epoch: number): Timeline {
  return {
    events: events.map((event) => ({ ...event, epoch: event.epochs[1] })),
    checkpoints: [
      {
        epoch,
        loss: null,
        counts: {
          1: { stable: 1, saddle: 2, unstable: 0, marginal: 0 },
          8: { stable: 1, saddle: 0, unstable: 0, marginal: 0 },
        },
        distanceToBifurcation: null,
      },
    ],
  } as unknown as Timeline;
}

describe('runs in the workspace', () => {
  const timelines = new TimelineStore();
  let runs: WorkspaceRuns;
  let tree: RunTree;
  before(() => {
    runs = new WorkspaceRuns(() => worker, log);
    tree = new RunTree(runs, timelines);
  });
  after(() => {
    tree.dispose();
    runs.dispose();
    timelines.dispose();
  });

  const texts = async (node: RunNode): Promise<[string, string, string]> => {
    const { label, description, iconPath } = await tree.getTreeItem(node);
    return [String(label), String(description), (iconPath as vscode.ThemeIcon).id];
  };

  it('lists runs, their checkpoints with loss, badge and bifurcation', async () => {
    const live = folder('tree-run');
    for (const epoch of [0, 10, 20]) fs.writeFileSync(path.join(live, `model_${epoch}.pt`), model());
    fs.writeFileSync(path.join(live, 'loss.csv'), 'epoch,loss\n10,0.5\n20,0.25\n');
    try {
      await runs.all();
      await runs.refresh();
      const nodes = await tree.getChildren();
      const own = nodes.find((node) => node.kind === 'run' && node.run.name === 'tree-run');
      assert.ok(own, 'the run is found');
      assert.deepEqual(await texts(own), ['tree-run', '3 checkpoints', 'graph-line']);
      const children = await tree.getChildren(own);
      assert.deepEqual(await texts(children[0]!), ['epoch 20', 'loss 0.25', 'circle-small']);
      assert.deepEqual(await texts(children[2]!), ['epoch 0', '', 'circle-small']);
      timelines.set(own.run.folder, timeline([{ epochs: [10, 20], text: 'FP2 and FP3 vanish' }], 20));
      assert.deepEqual(await texts(children[0]!), ['epoch 20', '3 FP · 1 C8 · loss 0.25', 'git-branch']);
      assert.deepEqual(await texts(own), ['tree-run', '3 checkpoints · 1 bifurcation', 'graph-line']);
      assert.match(String((await tree.getTreeItem(children[0]!)).tooltip), /FP2 and FP3 vanish/);
    } finally {
      fs.rmSync(live, { recursive: true });
    }
  });

  it('tells runs of one name apart, by where they lie and by their files', async () => {
    const [one, two] = [folder('alike/first/same-run'), folder('alike/second/same-run')];
    try {
      for (const place of [one, two])
        for (const epoch of [1, 2]) fs.writeFileSync(path.join(place, `model_${epoch}.pt`), model());
      for (const epoch of [1, 2, 3]) fs.writeFileSync(path.join(one, `other_epoch_${epoch}.pt`), model());
      await runs.all();
      await runs.refresh();
      const alike = (await tree.getChildren()).filter(
        (node) => node.kind === 'run' && node.run.name === 'same-run',
      );
      assert.deepEqual(
        (await Promise.all(alike.map(texts))).map(([, description]) => description),
        [
          'alike/first/same-run · other_epoch_*.pt · 3 checkpoints',
          'alike/first/same-run · model_*.pt · 2 checkpoints',
          'alike/second/same-run · 2 checkpoints',
        ],
      );
    } finally {
      fs.rmSync(sample('alike').fsPath, { recursive: true });
    }
  });

  it('follows what training writes, within two seconds', async () => {
    const live = folder('live-run');
    try {
      await runs.all();
      fs.writeFileSync(path.join(live, 'model_1.pt'), model());
      fs.writeFileSync(path.join(live, 'model_2.pt'), model());
      const own = () => runs.all().then((all) => all.find(({ name }) => name === 'live-run'));
      let found = await own();
      for (let tries = 0; !found && tries < 200; tries++) {
        await delay(50);
        found = await own();
      }
      assert.equal(found?.series.checkpoints.length, 2);
      const grown = new Promise<number>((resolve) => runs.onDidGrow(() => resolve(performance.now())));
      const begin = performance.now();
      fs.writeFileSync(path.join(live, 'model_3.pt'), model());
      const milliseconds = (await grown) - begin;
      console.log(`      ${milliseconds.toFixed(0)} ms`);
      assert.ok(milliseconds < 2000, `${milliseconds.toFixed(0)} ms`);
      assert.equal((await own())?.series.checkpoints.at(-1)?.epoch, 3);
      fs.rmSync(path.join(live, 'model_3.pt'));
      for (let tries = 0; (await own())?.series.checkpoints.length !== 2 && tries < 200; tries++)
        await delay(50);
      assert.equal((await own())?.series.checkpoints.length, 2);
    } finally {
      fs.rmSync(live, { recursive: true });
    }
  });

  it('lists a run once, though links of folders lead back to it', async () => {
    const live = folder('loop-run');
    const again = `${live}-again`;
    fs.rmSync(again, { force: true });
    try {
      for (const epoch of [1, 2]) fs.writeFileSync(path.join(live, `model_${epoch}.pt`), model());
      fs.symlinkSync('.', path.join(live, 'self'));
      fs.symlinkSync('..', path.join(live, 'up'));
      fs.symlinkSync('loop-run', again);
      await runs.all();
      await runs.refresh();
      const found = (await runs.all()).filter((run) =>
        fs.realpathSync(run.folder.fsPath).startsWith(fs.realpathSync(live)),
      );
      assert.deepEqual(
        found.map(({ folder: uri, series }) => [path.basename(uri.fsPath), series.checkpoints.length]),
        [['loop-run', 2]],
      );
    } finally {
      fs.rmSync(again, { force: true });
      fs.rmSync(live, { recursive: true });
    }
  });

  describe('of folders that were just made', () => {
    const own = async (name: string): Promise<string[]> =>
      (await runs.all())
        .filter((run) => run.name === name)
        .flatMap(({ folder: uri, series }) =>
          series.checkpoints.map(({ file }) =>
            path.relative(sample('.').fsPath, path.join(uri.fsPath, file)),
          ),
        );
    /** Waits for the checkpoints of a run, which must not take two seconds. */
    async function within(what: string, name: string, expected: readonly string[]): Promise<void> {
      const begin = performance.now();
      let found = await own(name);
      while (found.join() !== expected.join() && performance.now() - begin < 10_000) {
        await delay(20);
        found = await own(name);
      }
      const milliseconds = performance.now() - begin;
      assert.deepEqual(found, expected, what);
      console.log(`      ${what}: ${milliseconds.toFixed(0)} ms`);
      assert.ok(milliseconds < 2000, `${what}: ${milliseconds.toFixed(0)} ms`);
    }
    const made: string[] = [];
    const remove = (): void => {
      for (const one of made.splice(0)) fs.rmSync(one, { recursive: true, force: true });
    };
    const place = (name: string): string => {
      const one = sample(name).fsPath;
      fs.rmSync(one, { recursive: true, force: true });
      made.push(one);
      return one;
    };
    const write = (...names: string[]): void => {
      for (const name of names) {
        fs.mkdirSync(path.dirname(name), { recursive: true });
        fs.writeFileSync(name, model());
      }
    };
    before(() => runs.all());
    afterEach(remove);

    it('finds what is written at once, and what is written later', async () => {
      const one = place('new-run');
      write(`${one}/model_1.pt`, `${one}/model_2.pt`);
      await within('at once', 'new-run', ['new-run/model_1.pt', 'new-run/model_2.pt']);
      write(`${one}/model_3.pt`);
      await within('later', 'new-run', ['new-run/model_1.pt', 'new-run/model_2.pt', 'new-run/model_3.pt']);
    });

    it('finds what is written into folders in folders, however deep', async () => {
      const one = place('deep-run');
      write(...['000120', '000240', '000360'].map((step) => `${one}/a/ckpt/${step}/model.pt`));
      const file = (step: string): string => `deep-run/a/ckpt/${step}/model.pt`;
      await within('at once', 'a', ['000120', '000240', '000360'].map(file));
      await delay(3500);
      write(`${one}/a/ckpt/000480/model.pt`);
      await within('later', 'a', ['000120', '000240', '000360', '000480'].map(file));
    });

    it('follows a folder that is renamed, deleted, made again', async () => {
      const one = place('first-run');
      const other = place('second-run');
      write(`${one}/ckpts/model_1.pt`, `${one}/ckpts/model_2.pt`);
      await within('made', 'first-run', ['first-run/ckpts/model_1.pt', 'first-run/ckpts/model_2.pt']);
      fs.renameSync(one, other);
      await within('renamed', 'second-run', ['second-run/ckpts/model_1.pt', 'second-run/ckpts/model_2.pt']);
      assert.deepEqual(await own('first-run'), []);
      write(`${other}/ckpts/model_3.pt`);
      const three = [
        'second-run/ckpts/model_1.pt',
        'second-run/ckpts/model_2.pt',
        'second-run/ckpts/model_3.pt',
      ];
      await within('written to', 'second-run', three);
      fs.rmSync(other, { recursive: true });
      write(`${other}/ckpts/model_5.pt`, `${other}/ckpts/model_6.pt`);
      await within('made again', 'second-run', [
        'second-run/ckpts/model_5.pt',
        'second-run/ckpts/model_6.pt',
      ]);
      fs.rmSync(other, { recursive: true });
      await within('deleted', 'second-run', []);
    });

    it('follows a folder behind a link, which it lists once', async () => {
      const outside = fs.mkdtempSync(path.join(os.tmpdir(), 'rnn-linked-'));
      made.push(outside);
      write(`${outside}/scratch-run/model_1.pt`, `${outside}/scratch-run/model_2.pt`);
      fs.symlinkSync(outside, place('scratch'));
      const file = (epoch: number): string => `scratch/scratch-run/model_${epoch}.pt`;
      await within('linked', 'scratch-run', [1, 2].map(file));
      fs.symlinkSync('scratch/scratch-run', place('scratch-run-once-more'));
      write(`${outside}/scratch-run/model_3.pt`);
      await within('written to', 'scratch-run', [1, 2, 3].map(file));
      await runs.refresh();
      write(`${outside}/scratch-run/model_4.pt`);
      await within('written to after a search', 'scratch-run', [1, 2, 3, 4].map(file));
      assert.deepEqual(await own('scratch-run-once-more'), []);
    });
  });

  it('opens a long run in stretches', async () => {
    const checkpoints = Array.from({ length: 10_000 }, (_, epoch) => ({
      epoch,
      file: `m_${epoch}.pt`,
      entry: null,
    }));
    const run = {
      folder: sample('long'),
      name: 'long',
      series: {
        name: 'm_*.pt',
        axis: 'epoch' as const,
        checkpoints: [checkpoints[0]!, ...checkpoints.slice(1)] as const,
        notes: [],
      },
    };
    const stretches = await tree.getChildren({ kind: 'run', run });
    assert.equal(stretches.length, 40);
    assert.equal((await texts(stretches[0]!))[0], 'epoch 9750 – 9999');
    const inside = await tree.getChildren(stretches[0]);
    assert.equal((await texts(inside[0]!))[0], 'epoch 9999');
  });
});

describe('a run that is analysed as it grows', () => {
  const settings = vscode.workspace.getConfiguration('rnnDynamics');
  const { Global } = vscode.ConfigurationTarget;
  after(() => settings.update('autoAnalyze', undefined, Global));

  it('has a timeline without a panel where that is asked for, and only there', async () => {
    const live = folder('auto-run');
    const cacheFolder = fs.mkdtempSync(path.join(os.tmpdir(), 'rnn-auto-'));
    const runs = new WorkspaceRuns(() => worker, log);
    const timelines = new TimelineStore();
    let followed = false;
    const auto = new AutoAnalysis({
      ...{ runs, timelines, engine: () => worker, followed: () => followed },
      answers: { get: () => ({}) },
      cache: { folder: cacheFolder, maxBytes: 1e7 },
      log: { info: () => undefined },
    });
    const grow = async (epoch: number): Promise<void> => {
      const grown = new Promise((resolve) => runs.onDidGrow(resolve));
      fs.writeFileSync(path.join(live, `model_${epoch}.pt`), model());
      await grown;
    };
    const epochs = () => timelines.get(vscode.Uri.file(live))?.checkpoints.map(({ epoch }) => epoch);
    try {
      for (const epoch of [1, 2]) fs.writeFileSync(path.join(live, `model_${epoch}.pt`), model());
      await runs.all();
      await grow(3);
      await delay(300);
      assert.equal(epochs(), undefined, 'nobody asked');
      await settings.update('autoAnalyze', true, Global);
      await grow(4);
      await eventually(() => epochs()?.join() === '1,2,3,4', 'the timeline');
      followed = true;
      await grow(5);
      await delay(1000);
      assert.equal(epochs()?.length, 4, 'a panel does it');
    } finally {
      for (const part of [auto, runs, timelines]) part.dispose();
      for (const made of [live, cacheFolder]) fs.rmSync(made, { recursive: true });
    }
  });
});

describe('a watched run', () => {
  it('waits for files that are written in pieces; renamed and deleted ones are told', async () => {
    const live = folder('watched');
    const changes: RunChange[] = [];
    const watcher = watchRun(vscode.Uri.file(live), { include: ['**/*'], exclude: [] }, () => worker);
    watcher.onDidChange((change) => changes.push(change));
    const names = (kind: keyof RunChange): string[] =>
      changes.flatMap((change) => change[kind].map((uri) => path.basename(uri.fsPath)));
    try {
      const bytes = model();
      const file = path.join(live, 'model_1.pt');
      fs.writeFileSync(file, bytes.subarray(0, 600));
      await delay(1500);
      assert.deepEqual(names('written'), [], 'a half-written file is not told');
      assert.deepEqual(names('unreadable'), [], 'and not called damaged');
      fs.writeFileSync(file, bytes);
      await eventually(() => names('written').join() === 'model_1.pt', 'the whole file');
      fs.renameSync(file, path.join(live, 'model_2.pt'));
      await eventually(() => names('deleted').includes('model_1.pt'), 'the old name');
      await eventually(() => names('written').includes('model_2.pt'), 'the new name');
      fs.rmSync(path.join(live, 'model_2.pt'));
      await eventually(() => names('deleted').includes('model_2.pt'), 'the deletion');
      changes.length = 0;
      for (let i = 10; i < 60; i++) fs.writeFileSync(path.join(live, `model_${i}.pt`), bytes);
      await eventually(() => new Set(names('written')).size === 50, 'the burst');
      assert.ok(changes.length < 10, `a burst of 50 files in ${changes.length} changes`);
    } finally {
      watcher.dispose();
      fs.rmSync(live, { recursive: true });
    }
  });
});

describe('settling files', () => {
  it('reports a growing file once, and an unreadable one only after many looks', async () => {
    const told: Settled[] = [];
    let size = 1;
    const settler = new Settler({
      stat: () => Promise.resolve({ size: size < 5 ? size++ : size, mtime: 0 }),
      readable: () => Promise.resolve(true),
      report: (settled) => told.push(settled),
    });
    settler.touched('a');
    await eventually(() => told.length > 0, 'settling');
    assert.deepEqual(told, [{ written: ['a'], deleted: [], unreadable: [] }]);
    assert.equal(size, 5);
    settler.touched('a');
    await delay(700);
    assert.equal(told.length, 1, 'nothing happened since');
    size = 6;
    settler.touched('a');
    await eventually(() => told.length === 2, 'another report');
    settler.dispose();
  });

  it('reports a file that many events tell of while they arrive, and its last state', async () => {
    const told: Settled[] = [];
    let mtime = 1;
    let looked = 0;
    const settler = new Settler({
      stat: () => Promise.resolve({ size: 1, mtime }),
      readable: async () => {
        looked = mtime;
        await delay(60);
        // Written to while it is read.
        if (mtime === 1) {
          mtime = 2;
          settler.touched('a');
        }
        return true;
      },
      report: (settled) => told.push(settled),
    });
    const begin = performance.now();
    const events = setInterval(() => settler.touched('a'), 30);
    await eventually(() => told.length > 0, 'a report');
    assert.ok(performance.now() - begin < 2000, 'in time');
    clearInterval(events);
    await eventually(() => looked === 2, 'another look');
    await delay(400);
    settler.dispose();
    assert.deepEqual(new Set(told.flatMap(({ written }) => written)), new Set(['a']));
  });

  it('reports nothing once it is disposed of', async () => {
    const told: Settled[] = [];
    const settler = new Settler({
      stat: () => Promise.resolve(null),
      readable: () => Promise.resolve(true),
      report: (settled) => told.push(settled),
    });
    settler.touched('a');
    settler.dispose();
    await delay(500);
    assert.deepEqual(told, []);
  });
});

describe('checkpoints in programs', () => {
  let live: string;
  before(() => {
    live = folder('code-run');
    for (const epoch of [1, 2]) fs.writeFileSync(path.join(live, `net_${epoch}.pt`), model());
    fs.writeFileSync(path.join(live, 'net_epoch_1.pt'), model());
    fs.writeFileSync(path.join(live, 'net_epoch_2.pt'), model());
  });
  after(async () => {
    await closeAll();
    fs.rmSync(live, { recursive: true });
  });

  async function open(name: string, language: string, text: string): Promise<vscode.TextDocument> {
    const file = path.join(live, name);
    fs.writeFileSync(file, text);
    const opened = await vscode.workspace.openTextDocument(file);
    const document = await vscode.languages.setTextDocumentLanguage(opened, language);
    await vscode.window.showTextDocument(document);
    return document;
  }
  const lenses = (document: vscode.TextDocument): Thenable<vscode.CodeLens[]> =>
    vscode.commands.executeCommand('vscode.executeCodeLensProvider', document.uri, 10);

  async function shownLenses(document: vscode.TextDocument): Promise<vscode.CodeLens[]> {
    let found = await lenses(document);
    for (let tries = 0; found.length === 0 && tries < 100; tries++) {
      await delay(100);
      found = await lenses(document);
    }
    return found;
  }

  it('has a lens above the line that saves them', async () => {
    const document = await open(
      'train.py',
      'python',
      'import torch\nfor e in range(3):\n    torch.save(sd, f"net_epoch_{e}.pt")\ntorch.save(sd, "elsewhere/x.pt")\n',
    );
    const found = await shownLenses(document);
    assert.deepEqual(
      found.map(({ command, range }) => [command?.title, command?.command, range.start.line]),
      [['Timeline of these checkpoints', 'rnnDynamics.openTimeline', 2]],
    );
    assert.equal((found[0]!.command!.arguments![0] as vscode.Uri).fsPath, live);
  });

  it('describes a model file where its path stands', async () => {
    const document = await open('load.py', 'python', 'sd = torch.load("net_epoch_2.pt")\nx = "nothing.pt"\n');
    const hover = async (line: number, character: number): Promise<string> =>
      (
        await vscode.commands.executeCommand<vscode.Hover[]>(
          'vscode.executeHoverProvider',
          document.uri,
          new vscode.Position(line, character),
        )
      )
        .flatMap(({ contents }) => contents.map((part) => (part as vscode.MarkdownString).value))
        .join('\n');
    const text = await hover(0, 22);
    assert.match(text, /\*\*PLRNN\*\* · M = 2/);
    assert.match(text, /command:rnnDynamics\.analyze\?/);
    assert.match(text, /command:rnnDynamics\.openTimeline\?/);
    assert.equal(await hover(1, 8), '');
    assert.equal(await hover(0, 2), '');
  });
});
