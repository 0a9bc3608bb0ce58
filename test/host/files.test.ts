import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { fileRef } from '../../src/host/fileRef';
import { fileLabel } from '../../src/host/modelFiles';
import { FileUnavailable } from '../../src/host/panelSession';
import { sample } from './extension';

/** A read-only file system in memory; sizes may be claimed larger than they are. */
class MemoryFiles implements vscode.FileSystemProvider {
  readonly onDidChangeFile = new vscode.EventEmitter<vscode.FileChangeEvent[]>().event;
  constructor(private readonly files: Readonly<Record<string, { bytes: Uint8Array; claimed?: number }>>) {}

  stat(uri: vscode.Uri): vscode.FileStat {
    const file = this.files[uri.path];
    if (file)
      return { type: vscode.FileType.File, ctime: 0, mtime: 0, size: file.claimed ?? file.bytes.length };
    if (this.readDirectory(uri).length > 0)
      return { type: vscode.FileType.Directory, ctime: 0, mtime: 0, size: 0 };
    throw vscode.FileSystemError.FileNotFound(uri);
  }
  readDirectory(uri: vscode.Uri): [string, vscode.FileType][] {
    const prefix = uri.path.endsWith('/') ? uri.path : `${uri.path}/`;
    const below = Object.keys(this.files).filter((path) => path.startsWith(prefix));
    const names = below.map((path) => path.slice(prefix.length));
    return names.map((name) => [name.split('/')[0] ?? '', name.includes('/') ? 2 : 1]);
  }
  readFile(uri: vscode.Uri): Uint8Array {
    const file = this.files[uri.path];
    if (!file) throw vscode.FileSystemError.FileNotFound(uri);
    return file.bytes;
  }
  watch(): vscode.Disposable {
    return new vscode.Disposable(() => undefined);
  }
  createDirectory(): never {
    throw vscode.FileSystemError.NoPermissions();
  }
  writeFile(): never {
    throw vscode.FileSystemError.NoPermissions();
  }
  delete(): never {
    throw vscode.FileSystemError.NoPermissions();
  }
  rename(): never {
    throw vscode.FileSystemError.NoPermissions();
  }
}

describe('files', () => {
  let provider: vscode.Disposable;
  const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

  before(() => {
    const files = new MemoryFiles({
      '/results/args.json': { bytes: bytes('{"model":"PLRNN"}') },
      '/results/other.pt': { bytes: bytes('no sidecar') },
      '/results/run/model_5.pt': { bytes: bytes('weights') },
      '/results/run/model_6.pt': { bytes: bytes('not wanted') },
      '/results/run/run.json': { bytes: bytes('{"P":2}') },
      '/results/run/huge.json': { bytes: bytes(''), claimed: 2 ** 30 },
      '/results/run/vast.pt': { bytes: bytes(''), claimed: 257 * 2 ** 20 },
    });
    provider = vscode.workspace.registerFileSystemProvider('memory', files, { isReadonly: true });
  });
  after(() => provider.dispose());

  it('hands a file on disk over by its path', async () => {
    const uri = sample('R1_excerpt/ckpt_02124.pt');
    assert.deepEqual(await fileRef(uri), { kind: 'path', path: uri.fsPath });
  });

  it('hands any other file over whole, with the small files beside it', async () => {
    const ref = await fileRef(vscode.Uri.parse('memory:/results/run/model_5.pt'));
    assert.ok(ref.kind === 'bytes');
    assert.equal(new TextDecoder().decode(ref.bytes), 'weights');
    assert.equal(ref.name, 'model_5.pt');
    assert.deepEqual(ref.folders, ['run', 'results']);
    assert.deepEqual(ref.beside.map(({ path }) => path).sort(), ['../args.json', 'run.json']);
  });

  it('refuses more than 256 MB from another file system, and says what to do', async () => {
    await assert.rejects(fileRef(vscode.Uri.parse('memory:/results/run/vast.pt')), (error) => {
      assert.ok(error instanceof FileUnavailable);
      assert.match(error.message, /257 MB.*256 MB/);
      assert.ok(error.remedy.length > 0);
      return true;
    });
  });

  for (const [path, run, epoch] of [
    ['/r/R1/ckpt_02124.pt', 'R1', 2124],
    ['/r/exp/model_5.bson', 'exp', 5],
    ['/r/exp/model_after_500_epochs.pt', 'exp', 500],
    ['/r/ckpts/checkpoint_epoch_12.safetensors', 'ckpts', 12],
    ['/r/ckpts/epoch_7.jld2', 'ckpts', 7],
    ['/r/lorenz_m20_p2', null, null],
    ['/r/weights.npz', null, null],
  ] as const) {
    it(`labels ${path}`, () => {
      assert.deepEqual(fileLabel(path), { name: path.split('/').at(-1), run, epoch });
    });
  }
});
