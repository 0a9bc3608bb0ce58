import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { InputError } from '../../src/core/errors';
import { indexJson, updateIndex } from '../../src/formats/json/jsonIndex';
import { placeAt, valuesOf } from '../../src/formats/json/places';
import { readPickle } from '../../src/formats/pickle/pickle';
import { findTensors } from '../../src/formats/torch/objects';
import { maskedCrc32c } from '../../src/runs/loss/crc32c';
import { readLog } from '../../src/runs/loss/readLoss';
import { readSidecars } from '../../src/runs/sidecar';
import { runFolder, textSource } from '../runs/support';
import { inTwoSeconds, readAll, seeded } from './helpers';
import { JuliaWriter } from './julia/juliaWriter';
import { fixtures } from './sources';
import { concat, op, packed, pickleFile, torchFile, zipFile } from './writers';

/** Mutations of each kind of file; docs/security.md has the command of a long run. */
const CASES = Number(process.env['FUZZ_CASES'] ?? 300);

/** How much memory all the cases of one reader may take together, garbage included, in bytes. */
const MEMORY = 256 * 2 ** 20;

/** The most memory that this process has had, in bytes. */
const peak = (): number => process.resourceUsage().maxRSS * 1024;

function fixture(path: string): Uint8Array {
  return new Uint8Array(readFileSync(join(fixtures, path)));
}

/** Flips bits, overwrites, cuts, splices and repeats: one to four changes. */
function mutate(original: Uint8Array, other: Uint8Array, random: () => number): Uint8Array {
  let bytes = original.slice();
  const below = (limit: number): number => random() % Math.max(1, limit);
  for (let changes = 1 + below(4); changes > 0; changes--) {
    const at = below(bytes.length);
    switch (below(6)) {
      case 0:
        bytes[at] = bytes[at]! ^ (1 << below(8));
        break;
      case 1:
        bytes[at] = [0, 1, 0x7f, 0x80, 0xff, 0x2d, 0x5b, 0x7b][below(8)]!;
        break;
      case 2:
        bytes.fill(0xff, at, at + 1 + below(8));
        break;
      case 3:
        bytes = bytes.slice(0, at);
        break;
      case 4: {
        const from = below(other.length);
        const piece = other.subarray(from, from + below(64));
        bytes = Uint8Array.from([...bytes.subarray(0, at), ...piece, ...bytes.subarray(at)]);
        break;
      }
      default:
        bytes = Uint8Array.from([...bytes.subarray(0, at), ...bytes.subarray(at + below(16))]);
    }
  }
  return bytes;
}

interface Outcome {
  read: number;
  refused: number;
}

/** Processor time of this process, in milliseconds. */
function cpuTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

async function survives(
  name: string,
  seeds: readonly Uint8Array[],
  use: (bytes: Uint8Array) => unknown,
): Promise<Outcome> {
  const random = seeded(20_240_229);
  const outcome = { read: 0, refused: 0 };
  const before = process.memoryUsage.rss();
  const peakBefore = peak();
  let worst = 0;
  for (let i = 0; i < CASES; i++) {
    const bytes = mutate(seeds[i % seeds.length]!, seeds[random() % seeds.length]!, random);
    const begin = cpuTime();
    try {
      await inTwoSeconds(`${name}, case ${i}`, () => use(bytes));
      outcome.read++;
    } catch (error) {
      outcome.refused++;
      if (!(error instanceof InputError))
        assert.fail(`${name}, case ${i} (base64 ${Buffer.from(bytes).toString('base64')}): ${String(error)}`);
    }
    worst = Math.max(worst, cpuTime() - begin);
  }
  const grown = peak() - before;
  assert.ok(peak() === peakBefore || grown < MEMORY, `${name} took ${grown} bytes`);
  if (process.env['FUZZ_CASES'])
    process.stdout.write(
      `${name}: ${outcome.read} read, ${outcome.refused} refused, worst ${Math.round(worst)} ms, ${Math.round(grown / 2 ** 20)} MB\n`,
    );
  return outcome;
}

describe('mutated files', function () {
  // Time on the clock, on a machine that does other things too: each case has its own limit of processor time.
  this.timeout(60_000 + 100 * CASES);

  const corpus: readonly (readonly [string, readonly string[]])[] = [
    [
      'model.json',
      ['formats/plrnn/arrays.json', 'formats/dendplrnn/arrays_named.json', 'bad/proto_pollution.json'],
    ],
    [
      'model.npy',
      ['formats/plrnn/npy_A.npy', 'formats/shplrnn/npy_fortran_order.npy', 'formats/alrnn/npy_float16.npy'],
    ],
    [
      'model.npz',
      [
        'formats/plrnn/arrays.npz',
        'formats/plrnn/arrays_compressed.npz',
        'formats/plrnn/arrays_fortran_f64.npz',
      ],
    ],
    [
      'model.safetensors',
      [
        'formats/plrnn/weights.safetensors',
        'formats/plrnn/weights_mixed.safetensors',
        'bad/st_empty_tensor.safetensors',
      ],
    ],
    [
      'model.pt',
      [
        'formats/plrnn/state_dict.pt',
        'formats/plrnn/checkpoint.pt',
        'formats/plrnn/full_module.pt',
        'formats/plrnn/noncontiguous.pt',
        'bad/malicious_eval.pt',
      ],
    ],
    [
      'model.mat',
      [
        'formats/plrnn/arrays_v5.mat',
        'formats/plrnn/arrays_v5_compressed.mat',
        'formats/plrnn/struct_v5.mat',
        'formats/plrnn/arrays_v73.mat',
      ],
    ],
    [
      'model.h5',
      [
        'formats/plrnn/arrays.h5',
        'formats/plrnn/groups_gzip.h5',
        'formats/plrnn/arrays_latest.h5',
        'formats/hdf5/dense_latest.h5',
        'formats/hdf5/chunks_latest.h5',
        'formats/hdf5/early.h5',
      ],
    ],
    ['script.pt', ['formats/plrnn/torchscript.pt', 'formats/rnn_relu/torchscript.pt']],
    [
      'model.pth',
      [
        'formats/plrnn/state_dict_legacy.pth',
        'formats/shplrnn/noncontiguous_legacy.pth',
        'formats/alrnn/shared_storage_legacy.pth',
        'bad/malicious_os_system_legacy.pth',
      ],
    ],
    [
      'model.pkl',
      [
        'formats/pickle/protocol0.pkl',
        'formats/pickle/layouts_protocol2.pkl',
        'formats/pickle/layouts_protocol5.pkl',
        'formats/pickle/mixed_protocol5.pkl',
        'formats/pickle/lists_protocol4.pkl',
        'bad/malicious_plain.pkl',
      ],
    ],
    [
      'model.bson',
      [
        'formats/julia/dendplrnn_model_500.bson',
        'formats/julia/dynamix_v1.bson',
        'formats/julia/arrays_40.bson',
        'formats/julia/flux_rnn_relu.bson',
      ],
    ],
    [
      'model.onnx',
      [
        'formats/alrnn/model.onnx',
        'formats/dendplrnn/model.onnx',
        'formats/rnn_relu/model.onnx',
        'formats/clipped_shplrnn/model.onnx',
      ],
    ],
    [
      'model.csv',
      [
        'formats/plrnn/csv_W.csv',
        'formats/plrnn/csv_init_map_header.csv',
        'bad/semicolons_decimal_comma.csv',
        'formats/julia/dynamical_objects.csv',
      ],
    ],
    [
      'model.tsv',
      [
        'formats/plrnn/csv_tabs_init_map.tsv',
        'formats/shplrnn/csv_tabs_W1.tsv',
        'formats/rnn_relu/csv_tabs_rnn_weight_ih_l0.tsv',
      ],
    ],
  ];
  for (const [name, paths] of corpus)
    it(`${name}: ${CASES} mutations end in values or an explanation`, async () => {
      const outcome = await survives(name, paths.map(fixture), (bytes) => readAll(name, bytes));
      assert.ok(outcome.refused > CASES / 20 && outcome.read > 0, JSON.stringify(outcome));
    });

  it(`model.jld2: ${CASES} mutations end in values or an explanation`, async () => {
    const run = new JuliaWriter();
    const lists = [1, 2].map(() => run.references([1, 2].map((e) => run.floats([2, 2], [e, 2, 3, 4]))));
    const one = new JuliaWriter();
    const found = new JuliaWriter();
    const point = (): number => found.floats([2], [0.5, 0.25]);
    const nested = (...items: readonly number[]): number => found.references(items);
    const orders = nested(nested(nested(point())), nested(nested(point(), point())));
    const eigenvalues = nested(nested(point()), nested(point()));
    const seeds = [
      run.file({ A: lists[0]!, W: lists[1]! }),
      found.file({ dynamical_objects: nested(nested(orders, eigenvalues), nested(orders, eigenvalues)) }),
      one.file({ W: one.floats([5, 5], new Array<number>(25).fill(1)), note: one.text('a') }),
    ];
    const outcome = await survives('model.jld2', seeds, (bytes) => readAll('model.jld2', bytes));
    assert.ok(outcome.refused > CASES / 20 && outcome.read > 0, JSON.stringify(outcome));
  });

  const tensor = op.tensor('FloatStorage', '0', 4, 0, [2, 2], [2, 1]);
  const streams = [
    op.dict(['A', tensor], ['epoch', op.int(3)]),
    op.list(op.dict(['A', tensor]), op.dict(['A', tensor])),
    op.reduce(op.global('mylab', 'f'), op.tuple(tensor, op.text('x'))),
    [
      ...op.global('m', 'C'),
      0x29,
      0x81,
      ...op.dict(['_parameters', op.dict(['A', tensor])], ['_modules', [0x7d]]),
      0x62,
    ],
  ];

  it(`pickle streams: ${CASES} mutations end in a walk or an explanation`, async () => {
    const outcome = await survives('pickle', streams.map(pickleFile), (bytes) => [
      ...findTensors(readPickle(bytes).value),
    ]);
    assert.ok(outcome.read > 0 && outcome.refused > 0, JSON.stringify(outcome));
  });

  it(`pickles inside sound archives: ${CASES} mutations end in values or an explanation`, async () => {
    const outcome = await survives('pickle in a zip', streams.map(pickleFile), (bytes) =>
      readAll('model.pt', torchFile([...bytes.subarray(2)], { '0': new Uint8Array(16) })),
    );
    assert.ok(outcome.read > 0 && outcome.refused > 0, JSON.stringify(outcome));
  });

  const weights = [
    'formats/plrnn/arrays.h5',
    'formats/shplrnn/groups_gzip.h5',
    'formats/alrnn/arrays_latest.h5',
  ].map(fixture);
  const keras = (file: Uint8Array): Uint8Array =>
    zipFile({
      'metadata.json': concat('{"keras_version": "3.0.0"}'),
      'config.json': concat('{"module": "keras"}'),
      'model.weights.h5': file,
    });

  it(`model.keras: ${CASES} mutations end in values or an explanation`, async () => {
    const outcome = await survives('model.keras', weights.map(keras), (bytes) =>
      readAll('model.keras', bytes),
    );
    assert.ok(outcome.read > 0 && outcome.refused > CASES / 20, JSON.stringify(outcome));
  });

  it(`weights inside sound Keras archives: ${CASES} mutations end in values or an explanation`, async () => {
    const outcome = await survives('weights in a Keras archive', weights, (bytes) =>
      readAll('model.keras', keras(bytes)),
    );
    assert.ok(outcome.read > 0 && outcome.refused > CASES / 20, JSON.stringify(outcome));
  });

  it(`JSON in an editor: ${CASES} mutations are indexed, asked about and edited`, async () => {
    const random = seeded(20_240_301);
    const texts = [
      'formats/plrnn/arrays.json',
      'formats/dendplrnn/arrays_named.json',
      'bad/proto_pollution.json',
      'bad/utf8_bom.json',
    ];
    const outcome = await survives('JSON index', texts.map(fixture), (bytes) => {
      const text = new TextDecoder().decode(bytes);
      const index = indexJson(text);
      for (const array of index.arrays) valuesOf(text, array);
      for (let i = 0; i < 8; i++) placeAt(index, text, random() % (text.length + 1));
      const offset = random() % (text.length + 1);
      const removed = text.slice(offset, offset + (random() % 4));
      const inserted = ['', '1', '[', ']', '{', '"', '/*', '*/', '//', ',', '\n', '-', 'e5'][random() % 13]!;
      const edited = text.slice(0, offset) + inserted + text.slice(offset + removed.length);
      assert.deepEqual(updateIndex(index, edited, { offset, removed, inserted }), indexJson(edited));
    });
    assert.equal(outcome.refused, 0);
  });

  const logs: readonly (readonly [name: string, seeds: readonly (string | Uint8Array)[]])[] = [
    [
      'events.out.tfevents.1.host',
      ['simple', 'tensor'].map((kind) =>
        fixture(`formats/plrnn/events.out.tfevents.1700000000.host.${kind}`),
      ),
    ],
    [
      'loss.csv',
      ['epoch,loss,grad_norm\n1,3,30\n2,2,20\n', 'Wall time,Step,Value\n1.7e9,1,0.5\n1.7e9,2,0.25\n'],
    ],
    ['loss.txt', ['0.5\n0.25\nnan\n', '1 0.5\n2 1e-3\n']],
    [
      'loss.json',
      [
        '{"epoch": 1, "loss": 3}\n{"epoch": 2, "loss": NaN}\n',
        '{"history": [{"epoch": 1, "loss": 3.5, "nested": {"a": [1, 2]}}, {"epoch": 2, "loss": 2.5}]}',
        '{"loss": [3, 2, 1], "epochs": [1, 2, 3]}',
      ],
    ],
  ];
  for (const [name, seeds] of logs)
    it(`${name}: ${CASES} mutations end in a log or an explanation`, async () => {
      const outcome = await survives(
        name,
        seeds.map((seed) => concat(seed)),
        (bytes) => readLog(textSource(name, bytes), name, runFolder({ [name]: bytes })),
      );
      assert.ok(outcome.read > 0, JSON.stringify(outcome));
    });

  it(`payloads of sound event records: ${CASES} mutations end in a log or an explanation`, async () => {
    const [simple, tensor] = ['simple', 'tensor'].map((kind) =>
      payloads(fixture(`formats/plrnn/events.out.tfevents.1700000000.host.${kind}`)),
    );
    const name = 'events.out.tfevents.1.host';
    const outcome = await survives(
      'event payloads',
      [...simple!.slice(0, 4), ...tensor!.slice(0, 4)],
      (bytes) => {
        const file = concat(record(simple![1]!), record(bytes));
        return readLog(textSource(name, file), name, runFolder({ [name]: file }));
      },
    );
    assert.ok(outcome.read > CASES / 2, JSON.stringify(outcome));
  });

  it(`sidecars: ${CASES} mutations end in hints or a warning`, async () => {
    const seeds: Readonly<Record<string, Uint8Array>> = {
      'args.json': concat(
        '{"model": "PLRNN", "P": 2, "nested": {"deep": {"latent_dim": 3}}, "list": [1, 2]}',
      ),
      'hypers.txt': concat('latent_model dendr-PLRNN\nmean_centering 1\nclip_range: 10\n'),
      'config.yaml': concat('model: ALRNN\npwl_units: 2\nnested:\n  a: "b"\n'),
      'hypers.pkl': pickleFile(op.dict(['latent_model', op.text('PLRNN')], ['clip_range', op.int(10)])),
    };
    const names = Object.keys(seeds);
    let turn = 0;
    const outcome = await survives('sidecars', Object.values(seeds), (bytes) => {
      const name = names[turn++ % names.length]!;
      return readSidecars('model_1.pt', runFolder({ [name]: bytes }));
    });
    assert.equal(outcome.refused, 0);
  });
});

/** The payloads of an event file: records of length, checksum, payload, checksum. */
function payloads(file: Uint8Array): Uint8Array[] {
  const found: Uint8Array[] = [];
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  for (let at = 0; at < file.length;) {
    const length = Number(view.getBigUint64(at, true));
    found.push(file.slice(at + 12, at + 12 + length));
    at += 16 + length;
  }
  return found;
}

function record(payload: Uint8Array): Uint8Array {
  const head = packed([payload.length], 'uint64');
  const sum = (bytes: Uint8Array): Uint8Array => packed([maskedCrc32c(bytes)], 'uint32');
  return concat(head, sum(head), payload, sum(payload));
}
