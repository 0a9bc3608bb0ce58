import assert from 'node:assert/strict';
import { mkdtemp, readFile, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { MemoryCache } from '../../src/jobs/cache';
import { CacheFolder } from '../../src/worker/cacheFolder';

describe('cache on disk', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'cache-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const files = async (): Promise<string[]> => {
    const subs = await readdir(folder);
    const lists = await Promise.all(
      subs.map(async (sub) =>
        (await readdir(path.join(folder, sub))).map((name) => path.join(folder, sub, name)),
      ),
    );
    return lists.flat();
  };

  it('gives back what was put, in another process too', async () => {
    await new CacheFolder(folder).put('a key', { x: [1, 0.1, null] });
    const other = new CacheFolder(folder);
    assert.deepEqual(await other.get('a key'), { x: [1, 0.1, null] });
    assert.equal(await other.get('another key'), null);
  });
  it('ignores entries that are damaged, cut short or empty', async () => {
    const cache = new CacheFolder(folder);
    await cache.put('key', { value: 12345 });
    const [file] = await files();
    const text = await readFile(file!, 'utf8');
    for (const damaged of [text.replace('12345', '12346'), text.slice(0, -1), '', 'no line', '\n{}']) {
      await writeFile(file!, damaged);
      assert.equal(await cache.get('key'), null);
    }
    await cache.put('key', { value: 2 });
    assert.deepEqual(await cache.get('key'), { value: 2 });
  });
  it('removes what was used longest ago when it is full', async () => {
    const cache = new CacheFolder(folder, 4000);
    const text = 'x'.repeat(1000);
    await cache.put('key 0', text);
    const [first] = await files();
    await utimes(first!, new Date(2000, 0), new Date(2000, 0));
    for (let i = 1; i < 6; i++) await cache.put(`key ${String(i)}`, text);
    await cache.trim();
    assert.ok((await files()).length <= 3);
    assert.equal(await cache.get('key 0'), null);
  });
  it('keeps silent where the folder cannot be written', async () => {
    const file = path.join(folder, 'file');
    await writeFile(file, '');
    const cache = new CacheFolder(file);
    await cache.put('key', 1);
    assert.equal(await cache.get('key'), null);
    await cache.trim();
  });
  it('answers from memory first, and forgets the oldest', async () => {
    const memory = new MemoryCache(2);
    memory.behind = new CacheFolder(folder);
    await memory.put('a', 1);
    await rm(folder, { recursive: true });
    assert.equal(await memory.get('a'), 1);
    memory.behind = null;
    await memory.put('b', 2);
    await memory.put('c', 3);
    assert.deepEqual([await memory.get('a'), await memory.get('b'), await memory.get('c')], [null, 2, 3]);
  });
});
