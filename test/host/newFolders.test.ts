import assert from 'node:assert/strict';
import { KnownFiles } from '../../src/host/runs/knownFiles';
import { NewFolders, type Entry, type Happening } from '../../src/host/runs/newFolders';
import { baseOf, folderOf } from '../../src/runs/files';

/** Lets everything run that waits for promises alone. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** A file system in memory, with a clock, that counts what it is asked. */
class Disk {
  time = 1000;
  readonly listings: string[] = [];
  looks = 0;
  readonly touched: string[] = [];
  readonly known = new KnownFiles();
  /** Whether folders can be listened to. */
  hears = true;
  readonly #files = new Set<string>();
  readonly #born = new Map<string, number>([['', 0.5]]);
  /** Where links lead: below the watched folder, or to a place outside. */
  readonly #links = new Map<string, { inside: string } | { outside: string }>();
  readonly ears = new Map<string, (how: Happening, name: string | null) => void>();
  #timers: { at: number; action: () => void }[] = [];
  readonly folders = new NewFolders(
    {
      standing: (path) => {
        this.looks++;
        return Promise.resolve(this.#standing(path));
      },
      list: (folder) => {
        this.listings.push(folder);
        return Promise.resolve(this.#born.has(folder) ? this.#entries(folder) : null);
      },
      place: (folder) => Promise.resolve(this.#links.get(folder) ?? { inside: folder }),
      listen: (folder, heard) => {
        if (!this.hears) return null;
        this.ears.set(folder, heard);
        return () => this.ears.delete(folder);
      },
      now: () => this.time,
      after: (milliseconds, action) => {
        const timer = { at: this.time + milliseconds, action };
        this.#timers.push(timer);
        return () => (this.#timers = this.#timers.filter((one) => one !== timer));
      },
      wanted: (file) => file.endsWith('.pt'),
      excluded: (path) => path.split('/').includes('node_modules'),
      touched: (file) => this.touched.push(file),
    },
    this.known,
  );

  mkdir(folder: string): void {
    if (folder === '' || this.#born.has(folder)) return;
    this.mkdir(folderOf(folder));
    this.#born.set(folder, this.time);
    this.#heard('made', folder);
  }
  write(file: string): void {
    this.mkdir(folderOf(file));
    const how = this.#files.has(file) ? 'changed' : 'made';
    this.#files.add(file);
    this.#heard(how, file);
  }
  link(path: string, to: { inside: string } | { outside: string }): void {
    this.#links.set(path, to);
    this.#born.set(path, this.time);
  }
  rm(path: string): void {
    const below = (one: string): boolean => one === path || one.startsWith(`${path}/`);
    for (const file of [...this.#files]) if (below(file)) this.#files.delete(file);
    for (const folder of [...this.#born.keys()]) if (below(folder)) this.#born.delete(folder);
    this.#heard('made', path);
  }
  mv(from: string, to: string): void {
    for (const file of [...this.#files])
      if (file.startsWith(`${from}/`)) {
        this.#files.delete(file);
        this.#files.add(to + file.slice(from.length));
      }
    for (const [folder, born] of [...this.#born])
      if (folder === from || folder.startsWith(`${from}/`)) {
        this.#born.delete(folder);
        this.#born.set(to + folder.slice(from.length), born);
      }
  }
  /** Files that were there when watching began. */
  before(...files: string[]): void {
    this.time -= 500;
    for (const file of files) {
      this.write(file);
      this.known.add(file);
    }
    this.time += 500;
    this.folders.begin();
  }
  /** Time goes by; whatever falls due is done in order. */
  async pass(milliseconds: number): Promise<void> {
    const end = this.time + milliseconds;
    await settled();
    for (;;) {
      const due = this.#timers.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
      if (!due) break;
      this.#timers = this.#timers.filter((one) => one !== due);
      this.time = due.at;
      due.action();
      await settled();
    }
    this.time = end;
  }
  get idle(): boolean {
    return this.#timers.length === 0;
  }
  told(): string[] {
    return [...new Set(this.touched.splice(0))].sort();
  }

  #standing(path: string) {
    const linked = this.#links.has(path);
    const born = this.#born.get(path);
    if (born !== undefined) return { kind: 'folder' as const, linked, born };
    return this.#files.has(path) ? { kind: 'file' as const, linked, born: 1 } : null;
  }
  #entries(folder: string): Entry[] {
    const kinds = [
      ...[...this.#files].map((path) => [path, 'file'] as const),
      ...[...this.#born.keys()].map((path) => [path, 'folder'] as const),
    ];
    return kinds
      .filter(([path]) => path !== '' && folderOf(path) === folder)
      .map(([path, kind]) => ({ name: baseOf(path), kind, linked: this.#links.has(path) }));
  }
  #heard(how: Happening, path: string): void {
    this.ears.get(folderOf(path))?.(how, baseOf(path));
  }
}

describe('folders that are new', () => {
  let disk: Disk;
  beforeEach(() => {
    disk = new Disk();
    disk.before('old/a_1.pt');
  });
  afterEach(() => disk.folders.dispose());

  it('are listed at once and three times more, then never again', async () => {
    disk.write('run/a_1.pt');
    disk.folders.event('made', 'run');
    const counts: number[] = [];
    for (const milliseconds of [0, 299, 1, 699, 1, 1999, 1, 60_000]) {
      await disk.pass(milliseconds);
      counts.push(disk.listings.filter((folder) => folder === 'run').length);
    }
    assert.deepEqual(counts, [1, 1, 2, 2, 3, 3, 4, 4]);
    assert.deepEqual(disk.told(), ['run/a_1.pt']);
    assert.ok(disk.idle);
  });

  it('give what is written into them without an event, while they are listed', async () => {
    disk.hears = false;
    disk.mkdir('run');
    disk.folders.event('made', 'run');
    for (const [milliseconds, epoch] of [
      [100, 1],
      [400, 2],
      [1500, 3],
    ] as const) {
      await disk.pass(milliseconds);
      disk.write(`run/a_${epoch}.pt`);
    }
    await disk.pass(10_000);
    assert.deepEqual(disk.told(), ['run/a_1.pt', 'run/a_2.pt', 'run/a_3.pt']);
  });

  it('are listened to, with those in them, which the system never learns of', async () => {
    disk.write('run/ckpt/000120/model.pt');
    disk.folders.event('made', 'run');
    await disk.pass(10_000);
    assert.deepEqual(disk.told(), ['run/ckpt/000120/model.pt']);
    disk.write('run/ckpt/000240/model.pt');
    await disk.pass(100);
    assert.deepEqual(disk.told(), ['run/ckpt/000240/model.pt'], 'a new folder');
    disk.write('run/ckpt/000120/model.pt');
    await disk.pass(100);
    assert.deepEqual(disk.told(), ['run/ckpt/000120/model.pt'], 'a file that is written anew');
  });

  it('are new again where they replace one of their name', async () => {
    disk.rm('old');
    disk.write('old/b_1.pt');
    disk.folders.event('changed', 'old');
    await disk.pass(100);
    assert.deepEqual(disk.told(), ['old/a_1.pt', 'old/b_1.pt']);
    disk.known.delete('old/a_1.pt');
    disk.known.add('old/b_1.pt');
    await disk.pass(10_000);
    disk.told();
    disk.rm('old');
    disk.write('old/b_1.pt');
    disk.folders.event('changed', 'old');
    await disk.pass(100);
    assert.deepEqual(disk.told(), ['old/b_1.pt'], 'the same name, another file');
  });

  it('are looked through where they were renamed', async () => {
    disk.before('old/ckpt/a_2.pt');
    disk.mv('old', 'renamed');
    disk.folders.event('made', 'old');
    disk.folders.event('made', 'renamed');
    await disk.pass(100);
    assert.deepEqual(disk.told(), [
      ...['old/a_1.pt', 'old/ckpt/a_2.pt'],
      ...['renamed/a_1.pt', 'renamed/ckpt/a_2.pt'],
    ]);
    disk.write('renamed/ckpt/a_3.pt');
    await disk.pass(100);
    assert.deepEqual(disk.told(), ['renamed/ckpt/a_3.pt'], 'of which the system tells by the old name');
  });

  it('are forgotten with all that is below when they are deleted, by one event', async () => {
    disk.write('run/ckpt/a_1.pt');
    disk.folders.event('made', 'run');
    await disk.pass(400);
    disk.known.add('run/ckpt/a_1.pt');
    disk.told();
    assert.deepEqual([...disk.ears.keys()], ['run', 'run/ckpt']);
    disk.rm('run');
    disk.folders.event('made', 'run');
    await disk.pass(10_000);
    assert.deepEqual(disk.told(), ['run/ckpt/a_1.pt']);
    assert.equal(disk.ears.size, 0);
    assert.ok(disk.idle);
  });

  it('are listed once however many links lead to them', async () => {
    disk.link('self', { inside: '' });
    disk.link('again', { inside: 'old' });
    disk.link('scratch', { outside: '/scratch' });
    disk.link('scratch2', { outside: '/scratch' });
    disk.write('scratch/a_1.pt');
    disk.write('scratch2/a_1.pt');
    for (const name of ['self', 'again', 'scratch', 'scratch2']) disk.folders.event('made', name);
    await disk.pass(10_000);
    assert.deepEqual(disk.told(), ['scratch/a_1.pt']);
    assert.deepEqual(new Set(disk.listings), new Set(['', 'scratch']));
    disk.write('scratch/a_2.pt');
    await disk.pass(100);
    assert.deepEqual(disk.told(), ['scratch/a_2.pt'], 'no watcher of the system follows links');
  });

  it('are listed once where one link leads below another', async () => {
    disk.link('run', { outside: '/scratch/runs/run' });
    disk.write('run/a_1.pt');
    disk.folders.event('made', 'run');
    await disk.pass(10_000);
    disk.link('inner', { outside: '/scratch/runs/run/ckpt' });
    disk.write('inner/a_1.pt');
    disk.link('outer', { outside: '/scratch' });
    disk.write('outer/runs/run/a_1.pt');
    disk.write('outer/runs/other/a_1.pt');
    for (const name of ['inner', 'outer']) disk.folders.event('made', name);
    await disk.pass(10_000);
    assert.deepEqual(disk.told(), ['outer/runs/other/a_1.pt', 'run/a_1.pt']);
  });

  it('are left alone where they are excluded', async () => {
    disk.write('node_modules/x/a_1.pt');
    disk.folders.event('made', 'node_modules');
    disk.folders.event('made', 'node_modules/x/a_1.pt');
    await disk.pass(10_000);
    assert.deepEqual([disk.told(), disk.listings, disk.looks], [[], [], 0]);
  });

  it('keep their numbers of listings and listeners within bounds', async () => {
    for (let i = 0; i < 2000; i++) disk.mkdir(`many/${String(i)}`);
    disk.folders.event('made', 'many');
    await disk.pass(20_000);
    assert.ok(disk.listings.length < 2000 + 4 * 1100, `${String(disk.listings.length)} listings`);
    assert.equal(disk.ears.size, 512);
    assert.ok(disk.idle);
  });
});

describe('folders that were there before', () => {
  it('are listed once, at the first event: 10,000 files cost one listing', async () => {
    const disk = new Disk();
    disk.before(...Array.from({ length: 10_000 }, (_, i) => `f${String(i % 100)}/a_${String(i)}.pt`));
    await disk.pass(10_000);
    assert.deepEqual([disk.listings.length, disk.looks], [0, 0], 'nothing happens, nothing is done');
    for (let i = 0; i < 500; i++) {
      const file = `f7/b_${String(i)}.pt`;
      disk.write(file);
      disk.known.add(file);
      disk.folders.event('made', file);
      disk.folders.event('changed', file);
      await disk.pass(20);
    }
    await disk.pass(10_000);
    assert.deepEqual(disk.listings, ['f7']);
    assert.equal(disk.told().length, 500);
    assert.ok(disk.idle);
  });

  it('give what was written before the system watched them, at the first event', async () => {
    const disk = new Disk();
    disk.before('old/a_1.pt');
    disk.write('old/a_2.pt');
    disk.write('old/a_3.pt');
    disk.folders.event('made', 'old/a_3.pt');
    await disk.pass(100);
    assert.deepEqual(disk.told(), ['old/a_2.pt', 'old/a_3.pt']);
  });

  it('are listened to where runs lie, with the folders above; of many the last', async () => {
    const disk = new Disk();
    const runs = Array.from({ length: 300 }, (_, i) => `runs/version_${String(i)}`);
    disk.before(...runs.map((run) => `${run}/a_1.pt`));
    disk.write('runs/version_299/a_2.pt');
    await disk.folders.attend(runs);
    assert.equal(disk.ears.size, 256);
    assert.ok(['runs', 'runs/version_299', 'runs/version_45'].every((folder) => disk.ears.has(folder)));
    assert.ok(!disk.ears.has('runs/version_2'));
    assert.deepEqual(disk.told(), ['runs/version_299/a_2.pt'], 'written before anyone listened');
    disk.write('runs/version_300/a_1.pt');
    await disk.pass(100);
    assert.deepEqual(disk.told(), ['runs/version_300/a_1.pt']);
  });

  it('are all listened to where all is of interest', async () => {
    const disk = new Disk();
    disk.write('a_1.pt');
    disk.write('ckpt/a_1.pt');
    await disk.folders.surround();
    assert.deepEqual([...disk.ears.keys()], ['', 'ckpt']);
    assert.deepEqual([disk.told(), [...disk.known]], [[], ['a_1.pt', 'ckpt/a_1.pt']]);
    disk.write('ckpt/a_2.pt');
    await disk.pass(100);
    assert.deepEqual(disk.told(), ['ckpt/a_2.pt']);
  });
});
