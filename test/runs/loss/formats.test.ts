import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { zipSync } from 'fflate';
import { InputError } from '../../../src/core/errors';
import { crc32c } from '../../../src/runs/loss/crc32c';
import { curveOf, type CurveContext } from '../../../src/runs/loss/curve';
import { lossCandidates, lossInside, readLog } from '../../../src/runs/loss/readLoss';
import { JLD_TITLE, JuliaWriter } from '../../formats/julia/juliaWriter';
import { runFolder, textSource } from '../support';

const fixtures = path.resolve(import.meta.dirname, '../../fixtures');

const context = (
  epochs: readonly number[],
  metadata: Partial<CurveContext['metadata']> = {},
): CurveContext => ({
  axis: 'epoch',
  checkpoints: epochs.map((epoch) => ({ epoch, file: `model_${String(epoch)}.pt`, entry: null })),
  metadata: { stepsPerEpoch: null, loggingInterval: null, ...metadata },
});

async function curve(
  name: string,
  content: string | Uint8Array,
  about = context([1, 2, 3]),
  column: string | null = null,
) {
  const folder = runFolder({ [name]: content });
  const log = await readLog(textSource(name, content), name, folder);
  const found = curveOf(log, about, column);
  return {
    source: found?.source,
    points: found?.points.map(({ epoch, loss, gradNorm }) => [epoch, loss, gradNorm]),
    warnings: found?.warnings,
  };
}

/** A .npy file of version 1, little-endian float64, C order; layout of numpy.lib.format. */
function npy(values: readonly number[], shape: readonly number[] = [values.length]): Uint8Array {
  const text = `{'descr': '<f8', 'fortran_order': False, 'shape': (${shape.join(', ')},), }`;
  const header = text.padEnd(117) + '\n';
  const bytes = new Uint8Array(128 + 8 * values.length);
  bytes.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, 118, 0]);
  bytes.set(new TextEncoder().encode(header), 10);
  new Uint8Array(bytes.buffer, 128).set(new Uint8Array(Float64Array.from(values).buffer));
  return bytes;
}

describe('losses in every format', () => {
  it('CSV with a header', async () => {
    assert.deepEqual((await curve('loss.csv', 'epoch,loss,grad_norm\n1,3,30\n2,2,20\n')).points, [
      [1, 3, 30],
      [2, 2, 20],
    ]);
  });

  it('names of the code with back-propagation: Loss before MAR Loss, total_grad_norm', async () => {
    const text = 'epoch,MAR Loss,max. eig(A),Loss,total_grad_norm,metric_mse\n1,9,1,3,30,5\n2,8,1,2,20,5\n';
    assert.deepEqual((await curve('loss.csv', text)).points, [
      [1, 3, 30],
      [2, 2, 20],
    ]);
  });

  it("TensorBoard's CSV export", async () => {
    const found = await curve('run-.-tag-Loss.csv', 'Wall time,Step,Value\n1.7e9,1,0.5\n1.7e9,2,0.25\n');
    assert.deepEqual(found.points, [
      [1, 0.5, null],
      [2, 0.25, null],
    ]);
    assert.equal(found.source, 'column Value');
  });

  it("Lightning's metrics.csv: rows of training and of validation, several rows of an epoch", async () => {
    const text =
      'epoch,grad_norm,step,train_loss_epoch,train_loss_step,val_loss\n0,4,9,,0.9,\n0,2,19,,0.7,\n0,,19,0.8,,\n0,,19,,,0.6\n1,1,39,0.5,,\n';
    const found = await curve('metrics.csv', text);
    assert.equal(found.source, 'columns train_loss_epoch and grad_norm');
    assert.deepEqual(found.points, [
      [0, 0.8, 3],
      [1, 0.5, 1],
    ]);
  });

  it('JSON lines, also with NaN and a last line that is being written', async () => {
    const text =
      '{"epoch":1,"train":{"loss":0.5}}\n{"epoch":2,"train":{"loss":NaN}}\n{"epoch":3,"train":{"loss":0.1}}\n{"epoch":4,"tr';
    assert.deepEqual((await curve('log.jsonl', text)).points, [
      [1, 0.5, null],
      [3, 0.1, null],
    ]);
    await assert.rejects(
      curve('log.jsonl', '{"epoch":1,"loss":2}\nnonsense\n{"epoch":2,"loss":1}\n'),
      (error: unknown) => {
        assert.ok(error instanceof InputError);
        assert.equal(error.place, 'line 2');
        return true;
      },
    );
  });

  it('JSON: a list of rows inside an object, an object of lists', async () => {
    assert.deepEqual(
      (
        await curve(
          'trainer_state.json',
          '{"log_history":[{"epoch":1,"loss":2,"grad_norm":9},{"epoch":2,"loss":1}]}',
        )
      ).points,
      [
        [1, 2, 9],
        [2, 1, null],
      ],
    );
    assert.deepEqual((await curve('history.json', '{"loss":[3,2,1],"lr":[1,1,1]}')).points, [
      [1, 3, null],
      [2, 2, null],
      [3, 1, null],
    ]);
  });

  it('text, one value to a line', async () => {
    assert.deepEqual((await curve('mses.txt', '0.5\n0.25\n0.125\n')).points, [
      [1, 0.5, null],
      [2, 0.25, null],
      [3, 0.125, null],
    ]);
  });

  it('.npy: by epoch, by checkpoint, by logging interval, from epoch 0', async () => {
    const five = npy([5, 4, 3, 2, 1]);
    const epochs = async (about: CurveContext) =>
      (await curve('losses.npy', five, about)).points?.map(([epoch]) => epoch);
    assert.deepEqual(await epochs(context([0, 5])), [1, 2, 3, 4, 5]);
    assert.deepEqual(await epochs(context([0, 10, 20, 30, 40])), [0, 10, 20, 30, 40]);
    assert.deepEqual(await epochs(context([25, 50, 125], { loggingInterval: 25 })), [25, 50, 75, 100, 125]);
    assert.deepEqual(await epochs(context([0, 4])), [0, 1, 2, 3, 4]);
    const assumed = await curve('losses.npy', five, context([0, 50]));
    assert.deepEqual(
      assumed.points?.map(([epoch]) => epoch),
      [10, 20, 30, 40, 50],
    );
    assert.match(assumed.warnings?.join() ?? '', /one for every 10 was assumed/);
  });

  it('.npz with epochs, and a matrix whose first column is the loss', async () => {
    const archive = zipSync(
      { 'epochs.npy': npy([10, 20]), 'losses.npy': npy([2, 1]), 'grad_norms.npy': npy([7, 6]) },
      { level: 0 },
    );
    assert.deepEqual((await curve('metrics.npz', archive)).points, [
      [10, 2, 7],
      [20, 1, 6],
    ]);
    const found = await curve('metrics.npy', npy([3, 30, 2, 20, 1, 10], [3, 2]), context([0, 3]));
    assert.deepEqual(
      found.points?.map(([, loss]) => loss),
      [3, 2, 1],
    );
  });

  // Layout of the AL-RNN code: a vector of [loss, D_stsp, D_H, PE] for every logging interval, in JLD.
  it('metrics.jld: a list of short vectors, whose first number is the loss', async () => {
    const file = new JuliaWriter();
    const rows = [
      [4, 0.5, 0.25, 1],
      [3, 0.75, 0.5, 2],
      [2, 0.125, 0.5, 3],
    ];
    const metrics = file.references(rows.map((row) => file.floats([4], row)));
    const found = await curve(
      'metrics.jld',
      file.file({ metrics }, JLD_TITLE),
      context([0, 25, 50, 75], { loggingInterval: 25 }),
    );
    assert.equal(found.source, 'column metrics[0]');
    assert.deepEqual(found.points, [
      [25, 4, null],
      [50, 3, null],
      [75, 2, null],
    ]);
  });

  it('Loss.jld2: one vector', async () => {
    const file = new JuliaWriter();
    const found = await curve('Loss.jld2', file.file({ loss: file.floats([3], [3, 2, 1]) }));
    assert.deepEqual(found.points, [
      [1, 3, null],
      [2, 2, null],
      [3, 1, null],
    ]);
  });

  it('vectors that are no rows of one table stay columns', async () => {
    const file = new JuliaWriter();
    const uneven = file.references([file.floats([3], [3, 2, 1]), file.floats([2], [1, 2])]);
    const loss = file.floats([3], [9, 8, 7]);
    const found = await curve('log.jld2', file.file({ loss, uneven }));
    assert.deepEqual(
      found.points?.map(([, value]) => value),
      [9, 8, 7],
    );
  });

  it("DynaMix's metrics.pt: a PyTorch archive of plain lists", async () => {
    // pickle protocol 2 of {'epochs': [25, 50], 'losses': [0.5, 0.25]}, written out by hand.
    const text = (word: string): number[] => [0x58, word.length, 0, 0, 0, ...new TextEncoder().encode(word)];
    const double = (value: number): number[] => {
      const bytes = new Uint8Array(8);
      new DataView(bytes.buffer).setFloat64(0, value);
      return [0x47, ...bytes];
    };
    const list = (...items: readonly number[][]): number[] => [0x5d, 0x28, ...items.flat(), 0x65];
    const pickle = Uint8Array.from([
      ...[0x80, 2, 0x7d, 0x28],
      ...text('epochs'),
      ...list([0x4b, 25], [0x4b, 50]),
      ...text('losses'),
      ...list(double(0.5), double(0.25)),
      ...[0x75, 0x2e],
    ]);
    const archive = zipSync(
      { 'metrics/data.pkl': pickle, 'metrics/version': new TextEncoder().encode('3\n') },
      { level: 0 },
    );
    assert.deepEqual((await curve('metrics.pt', archive, context([25, 50]))).points, [
      [25, 0.5, null],
      [50, 0.25, null],
    ]);
  });

  it('steps beside epochs: by the stated number of steps, else by an assumption that is named', async () => {
    const text = 'step,loss\n50,3\n100,2\n150,1\n';
    const stated = await curve('loss.csv', text, context([1, 2, 3], { stepsPerEpoch: 50 }));
    assert.deepEqual(
      stated.points?.map(([epoch]) => epoch),
      [1, 2, 3],
    );
    assert.deepEqual(stated.warnings, []);
    assert.match((await curve('loss.csv', text)).warnings?.join() ?? '', /50 steps to an epoch were assumed/);
  });

  // Written by hand to the published layout; counts, ends and sums are of the values in memory.
  for (const kind of ['simple', 'tensor'])
    it(`TensorBoard events, values as ${kind}`, async () => {
      const name = `events.out.tfevents.1700000000.host.${kind}`;
      const found = await curve(
        name,
        fs.readFileSync(path.join(fixtures, 'formats/plrnn', name)),
        context([0, 40]),
      );
      assert.equal(found.source, 'columns train/loss and train/grad_norm');
      assert.equal(found.points?.length, 40);
      assert.deepEqual(found.points[0], [1, 0.537726640701294, 1.1437218189239502]);
      assert.deepEqual(found.points.at(-1), [40, 0.08338978886604309, 0.9100938439369202]);
      const sum = (column: 1 | 2): number =>
        found.points!.reduce((total, point) => total + point[column]!, 0);
      assert.ok(Math.abs(sum(1) - 5.965102069079876) < 1e-12);
      assert.ok(Math.abs(sum(2) - 45.24624019861221) < 1e-12);
    });

  it('TensorBoard events: what is damaged or still being written is left out and named', async () => {
    const name = 'events.out.tfevents.1.host';
    const bad = await curve(
      name,
      fs.readFileSync(path.join(fixtures, 'bad/bad_crc.tfevents')),
      context([0, 40]),
    );
    assert.match(bad.warnings?.join() ?? '', /damaged record/);
    const cut = await curve(
      name,
      fs.readFileSync(path.join(fixtures, 'bad/truncated.tfevents')),
      context([0, 40]),
    );
    assert.match(cut.warnings?.join() ?? '', /cut off/);
    const values = (found: typeof cut): number =>
      found.points!.flat().filter((value) => value !== null).length;
    assert.ok(values(cut) === 40 + 79 && values(bad) === 40 + 79);
    await assert.rejects(curve(name, 'no events at all, but some text that is long enough'), InputError);
  });

  it('the checksum is CRC-32C', () => {
    // RFC 3720, B.4: 32 bytes of zeros give aa 36 91 8a.
    assert.equal(crc32c(new Uint8Array(32)), 0x8a9136aa);
  });
});

describe('where the loss is looked for', () => {
  it('nearest and surest first, never in the checkpoints', () => {
    const paths = [
      '../loss.csv',
      'tb/events.out.tfevents.1.h',
      'metrics.csv',
      'loss.csv',
      'model_1.json',
      'notes.txt',
      'W_loss_free.md',
      'optimizer_log.pt',
    ];
    assert.deepEqual(lossCandidates(paths, new Set(['model_1.json']), ''), [
      'loss.csv',
      'metrics.csv',
      'tb/events.out.tfevents.1.h',
      '../loss.csv',
    ]);
  });

  it('knows the loss among the values of a checkpoint', () => {
    const scalars = [
      { name: 'epoch', value: 3 },
      { name: 'val_loss', value: 0.5 },
      { name: 'metrics.train_loss', value: 0.25 },
      { name: 'lr', value: 0.1 },
      { name: 'grad_norm', value: 2 },
    ];
    assert.deepEqual(lossInside(scalars), { loss: { name: 'metrics.train_loss', value: 0.25 }, gradNorm: 2 });
    assert.deepEqual(lossInside([{ name: 'lr', value: 0.1 }]), { loss: null, gradNorm: null });
  });
});
