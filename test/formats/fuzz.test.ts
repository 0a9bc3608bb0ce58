import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { InputError } from '../../src/core/errors';
import { readPickle } from '../../src/formats/pickle/pickle';
import { findTensors } from '../../src/formats/torch/objects';
import { inTwoSeconds, readAll, seeded } from './helpers';
import { JuliaWriter } from './julia/juliaWriter';
import { fixtures } from './sources';
import { op, pickleFile, torchFile } from './writers';

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

async function survives(
  name: string,
  seeds: readonly Uint8Array[],
  use: (bytes: Uint8Array) => unknown,
): Promise<Outcome> {
  const random = seeded(20_240_229);
  const outcome = { read: 0, refused: 0 };
  const before = process.memoryUsage.rss();
  const peakBefore = peak();
  for (let i = 0; i < CASES; i++) {
    const bytes = mutate(seeds[i % seeds.length]!, seeds[random() % seeds.length]!, random);
    try {
      await inTwoSeconds(`${name}, case ${i}`, () => use(bytes));
      outcome.read++;
    } catch (error) {
      outcome.refused++;
      if (!(error instanceof InputError))
        assert.fail(`${name}, case ${i} (base64 ${Buffer.from(bytes).toString('base64')}): ${String(error)}`);
    }
  }
  const grown = peak() - before;
  assert.ok(peak() === peakBefore || grown < MEMORY, `${name} took ${grown} bytes`);
  return outcome;
}

describe('mutated files', function () {
  this.timeout(60_000 + 20 * CASES);

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
    const seeds = [
      run.file({ A: lists[0]!, W: lists[1]! }),
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
});
