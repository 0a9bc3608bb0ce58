import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TensorHandle } from '../../src/core/tensor';
import { readFile, refusal } from './helpers';
import { fixtures } from './sources';

/*
 * Real files of each architecture, written by torch, numpy and others. The expected shapes, element types, sums
 * and samples were computed by numpy from the arrays in memory when the files were written (see the README there).
 */

interface Expected {
  readonly shape: readonly number[];
  readonly dtype: string;
  readonly sum: number;
  readonly samples: readonly (readonly [readonly number[], number])[];
}

interface ExpectedFile {
  readonly format: string;
  readonly tensors: Readonly<Record<string, Expected>>;
  readonly epoch?: number;
  readonly loss?: number;
  readonly model?: string;
  readonly metadata?: Readonly<Record<string, string>>;
}

const folders = ['plrnn', 'alrnn', 'shplrnn', 'clipped_shplrnn', 'dendplrnn', 'rnn_relu'];
const read = /^(?:JSON|npy|npz|safetensors|torch zip|torch legacy|TorchScript|MAT |HDF5)/;

/** Where in the saved object the state dict lies, by the name of the file. */
const prefixes: Readonly<Record<string, string>> = {
  'checkpoint.pt': 'model_state_dict.',
  'checkpoint_module_prefix.ckpt': 'state_dict.',
  'list_of_state_dict.pt': '0.',
};

async function check(tensor: TensorHandle, expected: Expected): Promise<void> {
  assert.deepEqual(tensor.shape, expected.shape);
  assert.equal(tensor.dtype, expected.dtype);
  const data = await tensor.load();
  const scale = data.reduce((total, value) => total + Math.abs(value), 0);
  const sum = data.reduce((total, value) => total + value, 0);
  assert.equal(
    data.length,
    expected.shape.reduce((a, b) => a * b, 1),
  );
  assert.ok(Math.abs(sum - expected.sum) <= 1e-12 * scale, `sum ${sum}, expected ${expected.sum}`);
  for (const [index, value] of expected.samples) {
    const at = index.reduce((flat, i, d) => flat * tensor.shape[d]! + i, 0);
    assert.equal(data[at], value, `element ${index.join()}`);
  }
}

for (const folder of folders) {
  const { files } = JSON.parse(readFileSync(join(fixtures, 'formats', folder, 'expected.json'), 'utf8')) as {
    files: Readonly<Record<string, ExpectedFile>>;
  };

  describe(`files of a ${folder}`, () => {
    for (const [name, expected] of Object.entries(files)) {
      const path = join(fixtures, 'formats', folder, name);
      // Tested in onnx.test.ts and csv.test.ts.
      if (/^(?:ONNX|CSV|TSV)/.test(expected.format)) continue;
      if (!read.test(expected.format)) {
        it(`${name} is told to be a log`, async () => {
          const error = await refusal(readFile(path));
          assert.match(error.message, /holds losses but no weights/);
        });
        continue;
      }
      it(`${name}: ${expected.format}`, async () => {
        const container = await readFile(path);
        assert.equal(container.entries.length, 1);
        const [entry] = container.entries;
        const isNpy = expected.format.startsWith('npy');
        for (const [tensorName, description] of Object.entries(expected.tensors)) {
          const wanted = isNpy
            ? name.slice('npy_'.length, -'.npy'.length)
            : `${prefixes[name] ?? ''}${tensorName.replaceAll('/', '.')}`;
          const tensor = entry.tensors.find((candidate) => candidate.name === wanted);
          assert.ok(tensor, `${wanted} among ${entry.tensors.map((t) => t.name).join(', ')}`);
          await check(tensor, description);
        }
        if (!isNpy && !(name in prefixes))
          assert.deepEqual(
            entry.tensors.map((tensor) => tensor.name).sort(),
            Object.keys(expected.tensors)
              .map((each) => each.replaceAll('/', '.'))
              .sort(),
          );
        if (expected.epoch !== undefined) assert.equal(entry.epoch, expected.epoch);
        const scalar = (key: string): unknown => entry.scalars.find((each) => each.name === key)?.value;
        if (expected.model !== undefined) assert.equal(scalar('model'), expected.model);
        if (name === 'checkpoint.pt') assert.equal(scalar('loss'), expected.loss);
        if (name === 'list_of_state_dict.pt') assert.equal(typeof scalar('1'), 'number');
        for (const [key, value] of Object.entries(expected.metadata ?? {}))
          assert.equal(scalar(`__metadata__.${key}`), value);
        if (isNpy) assert.match(container.format, /^NumPy \.npy/);
        else if (name !== 'full_module.pt') assert.deepEqual(container.warnings, []);
      });
    }
  });
}
