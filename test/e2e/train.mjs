// @ts-check
/**
 * A training script in small: writes a PLRNN (M = 2) to `model_<epoch>.safetensors` and its loss to `loss.csv`, one
 * epoch after another, each file in two parts with a pause between.
 *
 *     node train.mjs FOLDER FROM TO PAUSE_MS
 *
 * Both units are active at the fixed point, where J = [[0.6, -w], [w, 0.6]] has the multipliers 0.6 +- i w: they leave
 * the unit circle, a center bifurcation, where w = 0.8. w grows by 0.02 an epoch from 0.69, so that is at epoch 5.5.
 */
import * as fs from 'node:fs';
import * as path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const [folder = '.', from = '0', to = '10', pause = '500'] = process.argv.slice(2);

/** The safetensors layout: length of the header (8 bytes), header in JSON, data. @param {Record<string, { shape: number[], data: number[] }>} tensors */
function safetensors(tensors) {
  let at = 0;
  /** @type {Record<string, unknown>} */
  const header = {};
  for (const [name, { shape, data }] of Object.entries(tensors)) {
    header[name] = { dtype: 'F64', shape, data_offsets: [at, at + 8 * data.length] };
    at += 8 * data.length;
  }
  const text = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  const data = Object.values(tensors).flatMap((tensor) => tensor.data);
  return Buffer.concat([length, text, Buffer.from(Float64Array.from(data).buffer)]);
}

fs.mkdirSync(folder, { recursive: true });
const log = path.join(folder, 'loss.csv');
if (!fs.existsSync(log)) fs.writeFileSync(log, 'epoch,loss\n');
for (let epoch = Number(from); epoch <= Number(to); epoch++) {
  const w = 0.69 + 0.02 * epoch;
  const bytes = safetensors({
    A: { shape: [2], data: [0.6, 0.6] },
    W: { shape: [2, 2], data: [0, -w, w, 0] },
    h: { shape: [2], data: [1, 0.2] },
  });
  const file = path.join(folder, `model_${epoch}.safetensors`);
  fs.writeFileSync(file, bytes.subarray(0, 40));
  await delay(Number(pause) / 4);
  fs.writeFileSync(file, bytes);
  fs.appendFileSync(log, `${epoch},${1 / (1 + epoch)}\n`);
  await delay(Number(pause));
}
