import * as vscode from 'vscode';
import { closeAll, eventually, panelsAre, sample } from './extension';

const analyze = (...given: unknown[]): Thenable<unknown> =>
  vscode.commands.executeCommand('rnnDynamics.analyze', ...given);

describe('Analyze RNN Dynamics', () => {
  afterEach(closeAll);

  it('opens a panel named after the file', async () => {
    await analyze(sample('R1_excerpt/ckpt_02124.pt'));
    await panelsAre(['ckpt_02124.pt']);
  });

  it('shows the panel there is instead of opening another', async () => {
    const file = sample('R1_excerpt/ckpt_02124.pt');
    await analyze(file);
    await analyze(sample('json/plrnn-16-cycles.json'));
    await analyze(file);
    await panelsAre(['ckpt_02124.pt', 'plrnn-16-cycles.json']);
    await eventually(
      () => vscode.window.tabGroups.activeTabGroup.activeTab?.label === 'ckpt_02124.pt',
      'reveal',
    );
  });

  it('opens one panel for each selected file', async () => {
    const files = ['R1_excerpt/ckpt_02124.pt', 'R1_excerpt/ckpt_03000.pt'].map(sample);
    await analyze(files[1], files);
    await panelsAre(['ckpt_02124.pt', 'ckpt_03000.pt']);
  });

  it('leaves folders of a selection out', async () => {
    const selected = ['R1_excerpt', 'R1_excerpt/ckpt_02124.pt'].map(sample);
    await analyze(selected[1], selected);
    await panelsAre(['ckpt_02124.pt']);
  });

  it("takes the active editor's file when called without one", async () => {
    await vscode.window.showTextDocument(sample('json/plrnn-16-cycles.json'));
    await analyze();
    await panelsAre(['plrnn-16-cycles.json']);
  });

  it('opens a bundled sample by name', async () => {
    await vscode.commands.executeCommand('rnnDynamics.analyzeSample', 'R8_rnn_relu_flipflop/ckpt_00120.pt');
    await panelsAre(['ckpt_00120.pt']);
  });

  it('opens again after it was closed', async () => {
    await analyze(sample('json/plrnn-16-cycles.json'));
    await closeAll();
    await analyze(sample('json/plrnn-16-cycles.json'));
    await panelsAre(['plrnn-16-cycles.json']);
  });
});
