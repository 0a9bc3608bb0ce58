import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import * as vscode from 'vscode';
import { placeKey, placeOf, TimelinePanel, type TimelinePlace } from '../../src/host/timelinePanel';
import { TimelineStore } from '../../src/host/runs/timelineStore';
import type { FromTimelinePanel, ToTimelinePanel } from '../../src/protocol/timelinePanel';
import { eventually, extension, sample } from './extension';

/** Titles of the open timeline panels. */
const open = (): string[] =>
  vscode.window.tabGroups.all
    .flatMap(({ tabs }) => tabs)
    .filter(
      ({ input }) =>
        input instanceof vscode.TabInputWebview && input.viewType.endsWith('rnnDynamics.timeline'),
    )
    .map(({ label }) => label);

/** A panel without a page: what it is told is kept, what the page would say is said by the test. */
class FakePanel {
  readonly told: ToTimelinePanel[] = [];
  readonly #message = new vscode.EventEmitter<unknown>();
  readonly #disposed = new vscode.EventEmitter<void>();
  readonly visible = true;
  readonly onDidChangeViewState = new vscode.EventEmitter<never>().event;
  readonly onDidDispose = this.#disposed.event;
  readonly webview = {
    html: '',
    options: {},
    cspSource: 'csp:',
    asWebviewUri: (uri: vscode.Uri) => uri,
    onDidReceiveMessage: this.#message.event,
    postMessage: (message: ToTimelinePanel) => this.told.push(message) > 0,
  };

  say(message: FromTimelinePanel | Record<string, unknown>): void {
    this.#message.fire(message);
  }

  last<T extends ToTimelinePanel['type']>(type: T): Extract<ToTimelinePanel, { type: T }> | undefined {
    return this.told.findLast((one): one is Extract<ToTimelinePanel, { type: T }> => one.type === type);
  }

  dispose(): void {
    this.#disposed.fire();
  }
}

describe('Open Bifurcation Timeline', () => {
  afterEach(() => vscode.commands.executeCommand('workbench.action.closeAllEditors'));

  it('opens one panel for a folder, however often it is asked, and the sample run', async () => {
    const folder = sample('runs/R2_plrnn2_vdp_gtf');
    await vscode.commands.executeCommand('rnnDynamics.openTimeline', folder);
    await vscode.commands.executeCommand('rnnDynamics.openTimeline', folder);
    await vscode.commands.executeCommand('rnnDynamics.openSampleTimeline');
    await eventually(() => open().length === 2, 'two panels');
    assert.deepEqual(open(), ['R2_plrnn2_vdp_gtf: timeline', 'R1_plrnn2_vdp_sgd: timeline']);
  });

  it('compares two selected files', async () => {
    const files = [2058, 2060].map((epoch) => sample(`runs/R1_plrnn2_vdp_sgd/ckpt_0${epoch}.pt`));
    await vscode.commands.executeCommand('rnnDynamics.compareFiles', files[0], files);
    await eventually(() => open().length === 1, 'the comparison');
    assert.deepEqual(open(), ['ckpt_02058.pt ↔ ckpt_02060.pt']);
  });
});

describe('the timeline panel', () => {
  const cache = fs.mkdtempSync(path.join(os.tmpdir(), 'rnn-timeline-'));
  const warnings: string[] = [];
  const opened: string[] = [];
  const timelines = new TimelineStore();
  const panels: FakePanel[] = [];
  after(() => fs.rmSync(cache, { recursive: true }));
  afterEach(() => {
    for (const panel of panels.splice(0)) panel.dispose();
  });

  const show = (place: TimelinePlace): FakePanel => {
    const panel = new FakePanel();
    panels.push(panel);
    new TimelinePanel(panel as never, place, {
      extension: extension().extensionUri,
      panels: { open: (file: vscode.Uri) => opened.push(path.basename(file.path)) },
      answers: { get: () => ({}) },
      timelines,
      runs: { all: () => Promise.resolve([]) },
      cache: { folder: cache, maxBytes: 1e8 },
      log: { warn: (text: string) => warnings.push(text), error: (text: string) => warnings.push(text) },
    } as never);
    return panel;
  };
  const pair = [2058, 2060].map((epoch) => sample(`runs/R1_plrnn2_vdp_sgd/ckpt_0${epoch}.pt`)) as [
    vscode.Uri,
    vscode.Uri,
  ];

  it('tells its page of the comparison, opens its files, and adds spectra when they are asked for', async () => {
    const panel = show(pair);
    panel.say({ type: 'ready' });
    const first = await eventually(() => {
      const made = panel.last('timeline')?.timeline;
      return made?.search.partial === false && made;
    }, 'the whole timeline');
    assert.equal(panel.told[0]?.type, 'init');
    // R1 loses stability at a center bifurcation between these two.
    assert.ok(first.events.some(({ kind }) => kind === 'center'));
    await eventually(() => panel.last('busy')?.busy === false, 'the end');
    panel.say({ type: 'openCheckpoints', side: 'A', epochs: [0, 1] });
    await eventually(() => opened.length === 2, 'both files');
    assert.deepEqual(opened, ['ckpt_02058.pt', 'ckpt_02060.pt']);
    panel.say({ type: 'spectra', on: true });
    await eventually(
      () =>
        panel.last('timeline')?.timeline.checkpoints[0]?.attractors.some(({ spectrum }) => spectrum !== null),
      'spectra',
    );
  });

  it('says what is wrong with a folder without a run, and does not fall for messages that are none', async () => {
    const panel = show(sample('json'));
    panel.say({ type: 'ready' });
    const { failure } = await eventually(() => panel.last('failure'), 'the failure');
    assert.notEqual(failure.remedy, '');
    warnings.length = 0;
    panel.say({ type: 'openCheckpoints', side: 'C', epochs: [NaN] });
    panel.say({ type: 'saveFigure', name: '../x', format: 'exe', data: '' });
    assert.equal(warnings.filter((text) => text.includes('turned down')).length, 2);
  });

  it('tells a page that was hidden everything again', async () => {
    const panel = show(pair);
    panel.say({ type: 'ready' });
    await eventually(() => panel.last('timeline'), 'the timeline');
    panel.told.length = 0;
    panel.say({ type: 'ready' });
    assert.ok(panel.last('init') && panel.last('timeline'));
  });

  it('finds its place again after a reload', () => {
    const folder = sample('runs/R1_plrnn2_vdp_sgd');
    assert.equal(placeOf(placeKey(folder))?.toString(), folder.toString());
    assert.deepEqual(String(placeOf(placeKey(pair))), String(pair));
    assert.equal(placeOf('a b c'), null);
  });
});
