import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import * as vscode from 'vscode';
import { MadeModels } from '../../src/host/madeModels';
import { SavedPanels } from '../../src/host/savedPanels';

const DAY = 24 * 3600 * 1000;

describe('models opened from the parameter plane', () => {
  let root: string;
  let saved: SavedPanels;
  let made: MadeModels;
  beforeEach(() => {
    root = fs.mkdtempSync(path.join(os.tmpdir(), 'made-models-'));
    saved = new SavedPanels(vscode.Uri.file(root));
    made = new MadeModels(vscode.Uri.file(path.join(root, 'models')), saved);
  });
  afterEach(() => fs.rmSync(root, { recursive: true, force: true }));

  const keep = (token: string, file: vscode.Uri): Promise<void> =>
    saved.save(token, { file: file.toString(), answers: {}, result: null });

  it('are deleted with their folder when their panel is closed', async () => {
    const file = await made.add('model A[0] +0.1.json', '{}');
    const other = await made.add('model A[0] +0.1.json', '{}');
    assert.equal(fs.readFileSync(file.fsPath, 'utf8'), '{}');
    assert.ok(made.owns(file));
    await made.release(file);
    assert.equal(fs.existsSync(path.dirname(file.fsPath)), false);
    assert.ok(fs.existsSync(other.fsPath));
  });

  it('are kept for a panel that will come back', async () => {
    const file = await made.add('model.json', '{}');
    await keep('token-of-a-panel', file);
    await made.release(file);
    assert.ok(fs.existsSync(file.fsPath));
    await saved.remove('token-of-a-panel');
    await made.release(file);
    assert.equal(fs.existsSync(file.fsPath), false);
  });

  it('are the only files that are deleted', async () => {
    const file = path.join(root, 'mine', 'model.json');
    fs.mkdirSync(path.dirname(file));
    fs.writeFileSync(file, '{}');
    assert.equal(made.owns(vscode.Uri.file(file)), false);
    await made.release(vscode.Uri.file(file));
    assert.ok(fs.existsSync(file));
  });

  it('older than a week go, unless a panel that will come back needs them', async () => {
    const [old, needed, fresh] = [
      await made.add('old.json', '{}'),
      await made.add('needed.json', '{}'),
      await made.add('fresh.json', '{}'),
    ];
    await keep('token-of-a-panel', needed);
    const now = Date.now();
    for (const file of [old, needed])
      fs.utimesSync(file.fsPath, new Date(now - 8 * DAY), new Date(now - 8 * DAY));
    fs.utimesSync(fresh.fsPath, new Date(now - 6 * DAY), new Date(now - 6 * DAY));
    await made.sweep(now);
    assert.deepEqual(
      [old, needed, fresh].map(({ fsPath }) => fs.existsSync(fsPath)),
      [false, true, true],
    );
    await made.sweep(now + 2 * DAY);
    assert.equal(fs.existsSync(fresh.fsPath), false);
  });

  it('nothing to delete is no error', async () => {
    await made.sweep(Date.now());
    await made.release(vscode.Uri.file(path.join(root, 'models', 'gone', 'model.json')));
    assert.equal(fs.existsSync(path.join(root, 'models')), false);
  });
});
