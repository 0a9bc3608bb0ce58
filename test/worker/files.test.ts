import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { InputError } from '../../src/core/errors';
import { findSeries } from '../../src/runs/series';
import { hashSource, neighbourhoodOf, openFile, openRef, openRun } from '../../src/worker/files';

describe('files', () => {
  let root: string;
  before(async () => {
    root = await mkdtemp(path.join(os.tmpdir(), 'files-'));
    await mkdir(path.join(root, 'run/checkpoints'), { recursive: true });
    await writeFile(path.join(root, 'run/checkpoints/model_1.pt'), 'abcdefgh');
    await writeFile(path.join(root, 'run/checkpoints/run.json'), '{}');
    await writeFile(path.join(root, 'run/args.json'), '[]');
    await writeFile(path.join(root, 'secret.json'), 'secret');
    await symlink('loop_b', path.join(root, 'loop_a'));
    await symlink('loop_a', path.join(root, 'loop_b'));
    await symlink('gone', path.join(root, 'dangling'));
    await symlink('run/checkpoints/model_1.pt', path.join(root, 'link.pt'));
  });
  after(() => rm(root, { recursive: true }));
  const model = (): string => path.join(root, 'run/checkpoints/model_1.pt');
  const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

  it('reads ranges, and less past the end', async () => {
    const source = await openFile(model());
    assert.deepEqual([source.name, source.size], ['model_1.pt', 8]);
    assert.equal(text(await source.read(2, 3)), 'cde');
    assert.equal(text(await source.read(6, 10)), 'gh');
    assert.equal(text(await source.read(20, 1)), '');
    assert.equal((await openFile(path.join(root, 'link.pt'))).size, 8);
  });

  it('explains what cannot be opened', async () => {
    for (const [name, message] of [
      ['loop_a', /link leads back to itself/],
      ['dangling', /no such file/],
      ['nothing', /no such file/],
      ['run', /folder/],
      ['secret.json/x', /is a file, not a folder/],
    ] as const)
      await assert.rejects(
        openFile(path.join(root, name)),
        (error: unknown) => error instanceof InputError && message.test(error.message) && error.remedy !== '',
      );
  });

  it('does not mix an old and a new file', async () => {
    const file = path.join(root, 'changing.pt');
    const changes = (error: unknown): boolean =>
      error instanceof InputError && /changed while/.test(error.message);
    for (const size of [5, 2 ** 19]) {
      await writeFile(file, 'a'.repeat(size));
      const [read, untouched] = [await openFile(file), await openFile(file)];
      await read.read(0, 2);
      await writeFile(file, 'b'.repeat(size));
      await utimes(file, new Date(), new Date(Date.now() + 5000));
      // A small file was read whole.
      if (size === 5) assert.equal(new TextDecoder().decode(await read.read(2, 2)), 'aa');
      else await assert.rejects(read.read(2, 2), changes);
      await assert.rejects(untouched.read(2, 2), changes);
    }
  });

  it('sees the files beside and one folder up, and no others', async () => {
    const near = neighbourhoodOf(model());
    assert.deepEqual(near.folders.slice(0, 2), ['checkpoints', 'run']);
    assert.deepEqual(await near.list(), ['model_1.pt', 'run.json']);
    const up = await near.open('../args.json');
    assert.equal(text(await up!.read(0, 9)), '[]');
    assert.equal((await near.open('run.json'))?.name, 'run.json');
    for (const none of ['../../secret.json', '../x/../../secret.json', '/etc/passwd', 'missing', '..'])
      assert.equal(await near.open(none), null, none);
  });

  it('lists a run once, though links of folders lead back to it, to each other or to a file of it', async () => {
    const folder = path.join(root, 'dir_loop');
    await mkdir(path.join(folder, 'checkpoints'), { recursive: true });
    for (const name of ['checkpoints/ckpt_00001.pt', 'checkpoints/ckpt_00002.pt', 'loss.csv'])
      await writeFile(path.join(folder, name), 'x');
    await symlink('.', path.join(folder, 'self'));
    await symlink('..', path.join(folder, 'checkpoints/up'));
    await symlink('ping', path.join(folder, 'pong'));
    await symlink('pong', path.join(folder, 'ping'));
    await symlink('checkpoints', path.join(folder, 'again'));
    await symlink('ckpt_00002.pt', path.join(folder, 'checkpoints/ckpt_latest.pt'));
    const { folder: run } = await openRun(folder);
    const listed = (await run.list()).filter((name) => !name.startsWith('../'));
    assert.deepEqual(listed, [
      'checkpoints/ckpt_00001.pt',
      'checkpoints/ckpt_00002.pt',
      'checkpoints/ckpt_latest.pt',
      'loss.csv',
      'ping',
      'pong',
    ]);
    const [series, ...more] = findSeries(listed, {});
    assert.deepEqual(more, []);
    assert.deepEqual(
      series?.series.checkpoints.map(({ epoch, file }) => `${epoch} ${file}`),
      ['1 ckpt_00001.pt', '2 ckpt_00002.pt'],
    );
    // The folder by another of its names is the same run.
    const { folder: same } = await openRun(path.join(folder, 'self/again'));
    assert.deepEqual(
      (await same.list()).filter((name) => !name.startsWith('../')),
      ['ckpt_00001.pt', 'ckpt_00002.pt', 'ckpt_latest.pt'],
    );
  });

  it('hashes as sha256 does, in pieces', async () => {
    const bytes = Buffer.alloc((1 << 20) + 17, 'xyz');
    await writeFile(path.join(root, 'large'), bytes);
    const expected = createHash('sha256').update(bytes).digest('hex');
    assert.equal(await hashSource(await openFile(path.join(root, 'large'))), `sha256:${expected}`);
  });

  it('opens bytes that were handed over as it opens a path', async () => {
    const bytes = new TextEncoder().encode('abcdefgh');
    const beside = [{ path: '../args.json', bytes: new TextEncoder().encode('[]') }];
    const handed = await openRef({ kind: 'bytes', name: 'model_1.pt', bytes, folders: ['run'], beside });
    const read = await openRef({ kind: 'path', path: model() });
    assert.equal(await hashSource(handed.source), await hashSource(read.source));
    assert.deepEqual(await handed.neighbourhood.list(), ['model_1.pt']);
    assert.equal((await handed.neighbourhood.open('../args.json'))?.size, 2);
    assert.equal(await handed.neighbourhood.open('run.json'), null);
  });
});
