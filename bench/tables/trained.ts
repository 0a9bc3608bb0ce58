import { basename, dirname, join } from 'node:path';
import { detect } from '../../src/core/detect/detect';
import { loadModel } from '../../src/jobs/load';
import { hashSource, neighbourhoodOf, openFile } from '../../src/worker/files';
import { figure, markdown, type Cells } from '../table';

const root = join(__dirname, '../..');
const SECONDS = 60;

/** Trained models, each with the order that is asked for. */
const MODELS: readonly (readonly [file: string, maxOrder: number])[] = [
  ['samples/R1_excerpt/ckpt_02124.pt', 60],
  ['samples/R1_excerpt/ckpt_03000.pt', 60],
  ['samples/R3_shPLRNN_lorenz63/ckpt_00400.pt', 12],
  ['samples/R6_ALRNN_lorenz63/ckpt_00480.pt', 16],
  ['samples/R8_rnn_relu_flipflop/ckpt_00120.pt', 3],
  ['test/fixtures/formats/plrnn/checkpoint.pt', 12],
  ['samples/formats/ALRNN_p2.npz', 12],
  ['test/fixtures/formats/shplrnn/checkpoint.pt', 12],
  ['test/fixtures/formats/clipped_shplrnn/checkpoint.pt', 120],
  ['test/fixtures/formats/dendplrnn/checkpoint.pt', 12],
  ['test/fixtures/formats/rnn_relu/checkpoint.pt', 6],
];

/** What is proven of trained models within a minute, and what stands in the way of more. */
export async function trainedTable(only: string): Promise<string> {
  const rows: Cells[] = [];
  for (const [file, maxOrder] of MODELS) {
    if (!file.includes(only)) continue;
    console.error(file);
    const place = join(root, file);
    const { map, model } = await loadModel(await openFile(place), neighbourhoodOf(place), {}, hashSource);
    const begin = performance.now();
    const found = await detect(map, {
      maxOrder,
      seed: 0,
      certify: true,
      proofSeconds: SECONDS,
      stop: () => performance.now() - begin > 1000 * SECONDS,
      onProgress: () => undefined,
      onFinds: () => undefined,
    });
    const seconds = (performance.now() - begin) / 1000;
    const open = found.orders.findIndex((o) => !o.complete);
    const to = open < 0 ? maxOrder : open;
    const certificate = found.orders[to - 1]?.certificate;
    const all = certificate?.periods === 'all';
    rows.push([
      `${basename(dirname(file))}/${basename(file)}`,
      model.kind,
      map.n,
      map.L,
      found.orders[0]!.cycles.length,
      found.orders[0]!.complete ? 'yes' : 'no',
      all ? 'all' : to,
      certificate ? (certificate.domain === 'everywhere' ? 'everywhere' : 'box') : '',
      found.orders.slice(1).reduce((sum, o) => sum + o.cycles.length, 0),
      figure(seconds),
      all || open < 0 ? '' : (found.orders[open]?.whyNot ?? ''),
    ]);
  }
  return markdown(
    'Trained models, one minute each',
    'One thread. "Proven to": all orders up to this one. "Why not further" is the reason in the report.',
    [
      'model',
      'kind',
      'M',
      'units',
      'fixed points',
      'proven',
      'proven to',
      'where',
      'longer cycles',
      's',
      'why not further',
    ],
    rows,
  );
}
