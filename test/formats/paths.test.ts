import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { readContainer } from '../../src/formats/index';
import type { Neighbourhood } from '../../src/formats/source';
import { neighbourhoodOf, openFile, runFolderOf } from '../../src/worker/files';
import { refusal } from './helpers';
import { JuliaWriter } from './julia/juliaWriter';
import { initialiser, model, num, raw, run, tensor } from './onnx/onnxWriter';
import { concat, npyFile, op, packed, torchFile, zipFile } from './writers';

/*
 * Names of files that stand in a file: whatever they say, nothing is opened by them. The names lead out of the folder,
 * to a link in it, or to a file that lies beside and would even be there.
 */
const names = [
  '../secret.bin',
  '../../etc/passwd',
  '..\\secret.bin',
  '/etc/passwd',
  'C:\\Windows\\win.ini',
  'C:secret.bin',
  '\\\\server\\share\\secret.bin',
  'file:///etc/passwd',
  'secret\0.bin',
  'link.bin',
  'loop',
  'beside.bin',
];

const SECRET = packed([42, 42, 42, 42], 'float32');

/** Files of each format whose tensor A lies elsewhere, by a name. */
const formats: Readonly<Record<string, (name: string) => Uint8Array>> = {
  'external.onnx': (name) =>
    model(initialiser(tensor('A', 1, [4], run(13, concat(run(1, 'location'), run(2, name))), num(14, 1)))),
  'external-beside-data.onnx': (name) =>
    model(
      initialiser(tensor('A', 1, [4], raw([1, 2, 3, 4]), run(13, concat(run(1, 'location'), run(2, name))))),
    ),
  'model.safetensors.index.json': (name) =>
    concat(JSON.stringify({ metadata: { total_size: 16 }, weight_map: { A: name } })),
  'external.h5': (name) => {
    const file = new JuliaWriter();
    return file.file({ A: file.elsewhere([4], name) }, '');
  },
  'linked.h5': (name) => {
    const file = new JuliaWriter();
    return file.file({ group: file.linkTo(name, '/A') }, '');
  },
  'storage.pt': (name) => torchFile(op.dict(['A', op.tensor('FloatStorage', name, 4, 0, [4], [1])]), {}),
};

describe('names of files inside files', () => {
  let root: string;
  before(async () => {
    root = await mkdtemp(path.join(os.tmpdir(), 'names-'));
    await mkdir(path.join(root, 'run'));
    await writeFile(path.join(root, 'secret.bin'), SECRET);
    await writeFile(path.join(root, 'run/beside.bin'), SECRET);
    await symlink('../secret.bin', path.join(root, 'run/link.bin'));
    await symlink('loop', path.join(root, 'run/loop'));
  });
  after(() => rm(root, { recursive: true }));

  for (const [format, write] of Object.entries(formats))
    it(`${format}: refused, and nothing is opened`, async () => {
      for (const name of names) {
        const file = path.join(root, 'run', format);
        await writeFile(file, write(name));
        const opened: string[] = [];
        const near = neighbourhoodOf(file);
        const watched: Neighbourhood = {
          ...near,
          open: (relative) => {
            opened.push(relative);
            return near.open(relative);
          },
        };
        const error = await refusal(readContainer(await openFile(file), watched));
        assert.match(error.message, /other files?|holds no|not in the archive|another file/, name);
        assert.deepEqual(opened, [], name);
      }
    });

  it('entries of archives are names in a table, and those that would lead out of it are left out', async () => {
    const array = npyFile(SECRET, '<f4', [4]);
    const inside = new Set(['link.bin', 'loop', 'beside.bin', 'file:///etc/passwd']);
    for (const name of names) {
      const file = path.join(root, 'run/entries.npz');
      await writeFile(file, zipFile({ 'h.npy': array, [`${name}.npy`]: array }));
      const { entries } = await readContainer(await openFile(file), neighbourhoodOf(file));
      const found = entries[0].tensors.map((tensor) => tensor.name);
      assert.deepEqual(found, inside.has(name) ? ['h', name] : ['h']);
    }
    const entries = await readdir(path.join(root, 'run'));
    assert.deepEqual(
      entries.filter((name) => name.endsWith('.npy')),
      [],
    );
  });

  it('no name leads out of the folder of a file, or of a run', async () => {
    const folders = [
      neighbourhoodOf(path.join(root, 'run/model.pt')),
      await runFolderOf(path.join(root, 'run')),
    ];
    for (const folder of folders) {
      for (const name of names.filter(
        (each) => !['beside.bin', 'link.bin', '../secret.bin', '..\\secret.bin'].includes(each),
      ))
        assert.equal(await folder.open(name), null, name);
      // One folder up lie the hyperparameters of many codes.
      assert.equal((await folder.open('../secret.bin'))?.size, 16);
      for (const name of ['../../secret.bin', 'x/../../secret.bin', '..', '.', '', './beside.bin', 'x//y'])
        assert.equal(await folder.open(name), null, name);
    }
  });
});
