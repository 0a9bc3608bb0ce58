import assert from 'node:assert/strict';
import { mkdtempSync, openSync, closeSync, ftruncateSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Cancelled, InputError } from '../../src/core/errors';
import { WeightFile } from '../../src/jobs/inspect';
import type { TensorWindow } from '../../src/protocol/weights';
import { neighbourhoodOf, openFile } from '../../src/worker/files';
import { memoryNeighbourhood, memorySource } from '../formats/sources';
import { concat, npyFile, packed, safetensorsFile } from '../formats/writers';

const never = (): boolean => false;
const doubles = (shape: readonly number[], values: readonly number[]): Uint8Array =>
  npyFile(packed(values, 'float64'), '<f8', shape);
const nothing = (): void => undefined;

function inMemory(name: string, bytes: Uint8Array | string): Promise<WeightFile> {
  return WeightFile.open(memorySource(name, bytes), memoryNeighbourhood(), {}, null);
}
const numbers = (window: TensorWindow): number[] => window.cells.map(Number);
const all = { slice: 0, rows: [0, 1e9], columns: [0, 1e9], maxRows: 100, maxColumns: 100 } as const;

describe('looking into a weight file', () => {
  it('names tensors and model by the headers alone', async () => {
    const file = await inMemory('m.json', JSON.stringify({ model: 'PLRNN', A: [0.5, 0.25], W: [[0, 1], [-1, 0]], h: [0, 1] })); // prettier-ignore
    const { tensors, model, format, scalars, epochs } = file.inspection;
    assert.equal(format, 'JSON');
    assert.deepEqual(epochs, [null]);
    assert.deepEqual(tensors.map(({ name, shape }) => [name, shape]), [['A', [2]], ['W', [2, 2]], ['h', [2]]]); // prettier-ignore
    assert.deepEqual(scalars, [{ name: 'model', value: 'PLRNN' }]);
    assert.equal(model.status, 'recognised');
    const fits = file.inspection.mappable.find(({ kind }) => kind === 'PLRNN')?.parameters;
    assert.deepEqual(fits?.find(({ name }) => name === 'W')?.fits, ['W']);
  });

  it('says that tensors fit no architecture', async () => {
    const strange = await inMemory('x.json', JSON.stringify({ q: [1, 2, 3], r: [[1, 2]] }));
    assert.equal(strange.inspection.model.status, 'unrecognised');
  });

  it('describes the last set of a series, or the one asked for', async () => {
    const set = (epoch: number) => ({ epoch, A: [epoch, 0], W: [[0, 0], [0, 0]], h: [0, 0] }); // prettier-ignore
    const text = JSON.stringify({ checkpoints: [set(1), set(5), set(9)] });
    const last = await inMemory('s.json', text);
    assert.deepEqual(last.inspection.epochs, [1, 5, 9]);
    assert.equal(last.inspection.entry, 2);
    const first = await WeightFile.open(memorySource('s.json', text), memoryNeighbourhood(), {}, 0);
    const at = first.inspection.tensors.findIndex(({ name }) => name === 'A');
    assert.equal((await first.detail(at, never, nothing)).max, 1);
  });

  it('counts what is not finite and describes the rest', async () => {
    const values = [3, -4, NaN, Infinity, -Infinity, 0];
    const file = await inMemory('a.npy', doubles([2, 3], values));
    const detail = await file.detail(0, never, nothing);
    const { nan, positiveInfinite, negativeInfinite, firstNotFinite, zeros, min, max, norm1, norm2, normMax } = detail; // prettier-ignore
    assert.deepEqual(
      [nan, positiveInfinite, negativeInfinite, firstNotFinite, zeros, min, max, norm1, norm2, normMax],
      [1, 1, 1, 2, 1, -4, 3, 7, 5, 4],
    );
    assert.ok(Math.abs(detail.mean! + 1 / 3) < 1e-15);
    // Population deviation of 3, -4, 0: sqrt(25/3 - 1/9).
    assert.ok(Math.abs(detail.std! - Math.sqrt(25 / 3 - 1 / 9)) < 1e-14);
    assert.equal(
      detail.histogram.counts.reduce((sum, count) => sum + count),
      3,
    );
    assert.deepEqual((await file.window({ index: 0, ...all }, never)).cells, [3, -4, 'NaN', 'Infinity', '-Infinity', 0]); // prettier-ignore
    const [summary] = await file.summaries([0], never);
    assert.equal(summary?.state, 'read');
    await assert.rejects(file.properties(0), InputError);
  });

  it('gives numbers as large as doubles go', async () => {
    const file = await inMemory('a.npy', doubles([2], [1e308, -1e308]));
    const detail = await file.detail(0, never, nothing);
    assert.equal(detail.mean, 0);
    assert.ok(Math.abs(detail.std! / 1e308 - 1) < 1e-15);
    assert.deepEqual([detail.histogram.counts[0], detail.histogram.counts.at(-1)], [1, 1]);
  });

  it('finds spectral radius, rank and condition of square matrices', async () => {
    // Rotation by 90 degrees times 2 beside 5: eigenvalues +-2i and 5, singular values 5, 2, 2.
    const file = await inMemory('a.npy', doubles([3, 3], [0, -2, 0, 2, 0, 0, 0, 0, 5]));
    const found = await file.properties(0);
    assert.ok(Math.abs(found.spectralRadius - 5) < 1e-12);
    assert.ok(Math.abs(found.spectralNorm - 5) < 1e-12);
    assert.equal(found.rank, 3);
    assert.ok(Math.abs(found.condition! - 2.5) < 1e-12);
    const singular = await inMemory('a.npy', doubles([2, 2], [1, 2, 2, 4]));
    assert.equal((await singular.properties(0)).rank, 1);
    assert.equal((await singular.properties(0)).condition, null);
  });

  it('shows of each block the entry of largest modulus', async () => {
    const values = Array.from({ length: 24 }, (_, i) => (i % 2 ? i : -i));
    const file = await inMemory('a.npy', doubles([4, 6], values));
    const window = await file.window({ index: 0, ...all, maxRows: 2, maxColumns: 2 }, never);
    assert.deepEqual([window.blockRows, window.blockColumns, window.sampled], [2, 3, false]);
    assert.deepEqual(numbers(window), [-8, 11, -20, 23]);
    const part = await file.window({ ...all, index: 0, rows: [1.5, 3], columns: [4, 99] }, never);
    assert.deepEqual([part.rows, part.columns], [[1, 3], [4, 6]]); // prettier-ignore
    assert.deepEqual(numbers(part), [-10, 11, -16, 17]);
  });

  it('shows more than two dimensions as a stack of matrices', async () => {
    const file = await inMemory('a.npy', doubles([2, 2, 2], [1, 2, 3, 4, 5, 6, 7, 8]));
    assert.deepEqual(numbers(await file.window({ ...all, index: 0, slice: 1 }, never)), [5, 6, 7, 8]);
  });

  it('stops when it is told to', async () => {
    const file = await inMemory('a.npy', doubles([2], [1, 2]));
    await assert.rejects(file.detail(0, () => true, nothing), Cancelled); // prettier-ignore
    await assert.rejects(file.summaries([0], () => true), Cancelled); // prettier-ignore
  });
});

describe('a weight file of 2 GB', () => {
  const ROWS = 20_000;
  const COLUMNS = 26_800;
  const VALUE = 3.5;
  const folder = mkdtempSync(path.join(tmpdir(), 'large-'));
  const name = path.join(folder, 'large.safetensors');
  before(() => {
    const bytes = ROWS * COLUMNS * 4;
    const header = safetensorsFile(
      {
        h: { dtype: 'F32', shape: [3], data_offsets: [0, 12] },
        W: { dtype: 'F32', shape: [ROWS, COLUMNS], data_offsets: [12, 12 + bytes] },
      },
      new Uint8Array(packed([1, 2, 4], 'float32')),
    );
    const file = openSync(name, 'w');
    writeSync(file, header);
    const start = header.length;
    ftruncateSync(file, start + bytes);
    // A sparse file: zeros that take no space, and one number in row 10000, column 300.
    writeSync(file, packed([VALUE], 'float32'), 0, 4, start + (10_000 * COLUMNS + 300) * 4);
    closeSync(file);
  });
  after(() => rmSync(folder, { recursive: true }));

  it('opens within a second, and takes memory for what is looked at', async () => {
    const before = process.memoryUsage.rss();
    const begin = performance.now();
    const file = await WeightFile.open(await openFile(name), neighbourhoodOf(name), {}, null);
    const opened = performance.now() - begin;
    assert.ok(opened < 1000, `${opened} ms`);
    const index = file.inspection.tensors.findIndex((tensor) => tensor.name === 'W');
    assert.deepEqual(file.inspection.tensors[index]?.shape, [ROWS, COLUMNS]);
    assert.deepEqual(await file.summaries([index], never), [{ index, state: 'large' }]);
    const [small] = await file.summaries([1 - index], never);
    assert.ok(small?.state === 'read' && small.max === 4);
    const near = await file.window(
      { index, slice: 0, rows: [9990, 10_010], columns: [295, 305], maxRows: 100, maxColumns: 100 },
      never,
    );
    assert.equal(near.sampled, false);
    assert.equal(Number(near.cells[10 * 10 + 5]), VALUE);
    const whole = await file.window({ index, ...all }, never);
    assert.equal(whole.sampled, true);
    const took = performance.now() - begin;
    assert.ok(took < 5000, `${took} ms`);
    const grown = (process.memoryUsage.rss() - before) / 2 ** 20;
    assert.ok(grown < 150, `${grown} MB more`);
  });

  it('has its statistics read in pieces, says how far it got, and stops', async () => {
    const file = await WeightFile.open(await openFile(name), neighbourhoodOf(name), {}, null);
    const index = file.inspection.tensors.findIndex((tensor) => tensor.name === 'W');
    const fractions: number[] = [];
    const work = file.detail(index, () => fractions.length > 5, (fraction) => fractions.push(fraction)); // prettier-ignore
    await assert.rejects(work, Cancelled);
    assert.ok(fractions.every((fraction, i) => fraction > (fractions[i - 1] ?? 0) && fraction < 0.01));
    await assert.rejects(file.file(index, 'npy'), InputError);
  });
});

describe('a stored .npz of 2 GB', () => {
  const ROWS = 20_000;
  const COLUMNS = 13_400;
  const folder = mkdtempSync(path.join(tmpdir(), 'large-zip-'));
  const name = path.join(folder, 'large.npz');
  before(() => {
    const entry = 'W.npy';
    const npy = npyFile(new Uint8Array(0), '<f8', [ROWS, COLUMNS]);
    const size = npy.length + ROWS * COLUMNS * 8;
    // Local header, the entry with a hole for its zeros, central directory, end record (APPNOTE 4.3.7, 4.3.12, 4.3.16).
    const sizes = [...packed([0, size, size], 'uint32'), ...packed([entry.length], 'uint16')];
    const start = concat(packed([0x04034b50], 'uint32'), packed([20, 0, 0, 0, 0], 'uint16'), sizes, [0, 0], entry, npy); // prettier-ignore
    const directoryAt = start.length - npy.length + size;
    const central = concat(packed([0x02014b50], 'uint32'), packed([20, 20, 0, 0, 0, 0], 'uint16'), sizes, new Uint8Array(16), entry); // prettier-ignore
    const end = concat(packed([0x06054b50], 'uint32'), packed([0, 0, 1, 1], 'uint16'), packed([central.length, directoryAt], 'uint32'), [0, 0]); // prettier-ignore
    const file = openSync(name, 'w');
    writeSync(file, start);
    writeSync(file, concat(central, end), 0, central.length + end.length, directoryAt);
    const element = start.length + (123 * COLUMNS + 45) * 8;
    writeSync(file, packed([-2.5], 'float64'), 0, 8, element);
    closeSync(file);
  });
  after(() => rmSync(folder, { recursive: true }));

  it('opens within a second and shows any part of it', async () => {
    const before = process.memoryUsage.rss();
    const begin = performance.now();
    const file = await WeightFile.open(await openFile(name), neighbourhoodOf(name), {}, null);
    assert.ok(performance.now() - begin < 1000);
    assert.deepEqual(file.inspection.tensors, [{ name: 'W', dtype: 'float64', shape: [ROWS, COLUMNS] }]);
    const part = await file.window({ ...all, index: 0, rows: [120, 130], columns: [40, 50] }, never);
    assert.equal(Number(part.cells[3 * 10 + 5]), -2.5);
    await file.window({ index: 0, ...all }, never);
    const grown = (process.memoryUsage.rss() - before) / 2 ** 20;
    assert.ok(grown < 150, `${grown} MB more`);
  });
});
