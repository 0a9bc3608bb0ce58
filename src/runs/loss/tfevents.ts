import { InputError } from '../../core/errors';
import { viewOf } from '../../formats/bytes';
import { varint } from '../../formats/onnx/protobuf';
import type { Source } from '../../formats/source';
import { Window } from '../../formats/window';
import { maskedCrc32c } from './crc32c';
import { LogBuilder, type Log } from './log';

/**
 * TensorBoard's event files: records of (length, its checksum, payload, its checksum), each payload a protobuf
 * `Event` (tensorflow/core/util/event.proto) with a step and a summary of tagged values, stored as `simple_value` or
 * as a tensor of one number.
 */
const RECORD_HEAD = 12;
const RECORD_TAIL = 4;
const limits = {
  /** Bytes of the file that are looked at, and of one record: larger ones are pictures and are passed over. */
  file: 2 ** 28,
  record: 2 ** 16,
  records: 2 ** 20,
};

/** Whether the name is one that TensorBoard gives. */
export function isTfeventsName(name: string): boolean {
  return /(?:^|\.)tfevents(?:\.|$)/.test(name);
}

/**
 * The scalars of an event file: a column for each tag, and `step`. Damaged records are left out with a warning, as is
 * a last one that is still being written. Throws InputError if no record can be read.
 */
export async function readTfevents(source: Source): Promise<Log> {
  const window = new Window(source, source.name);
  const log = new LogBuilder();
  const rows = new Map<number, [tag: string, value: number][]>();
  const end = Math.min(source.size, limits.file);
  let at = 0;
  let good = 0;
  let damaged = 0;
  for (let record = 0; at + RECORD_HEAD + RECORD_TAIL <= end && record < limits.records; record++) {
    const head = Uint8Array.from(await window.read(at, RECORD_HEAD));
    const view = viewOf(head);
    const length = Number(view.getBigUint64(0, true));
    if (view.getUint32(8, true) !== maskedCrc32c(head.subarray(0, 8))) {
      log.warnings.push(
        `the length of a record at byte ${String(at)} fails its checksum; what follows is left out`,
      );
      damaged++;
      break;
    }
    if (at + RECORD_HEAD + length + RECORD_TAIL > source.size) break;
    if (length <= limits.record) {
      const body = Uint8Array.from(await window.read(at + RECORD_HEAD, length + RECORD_TAIL));
      const payload = body.subarray(0, length);
      if (viewOf(body).getUint32(length, true) !== maskedCrc32c(payload)) damaged++;
      else {
        good++;
        const event = eventOf(payload);
        if (event && event.values.length > 0) {
          const known = rows.get(event.step);
          if (known) known.push(...event.values);
          else rows.set(event.step, [...event.values]);
        }
      }
    } else good++;
    at += RECORD_HEAD + length + RECORD_TAIL;
  }
  if (good === 0)
    throw new InputError(
      'no record of the event file can be read',
      `byte ${String(at)}`,
      'The file is damaged or no file of TensorBoard events.',
    );
  if (damaged > 0) log.warnings.push(`${String(damaged)} damaged records were left out`);
  else if (at < end) log.warnings.push('the last record is cut off and was left out');
  if (source.size > limits.file) log.warnings.push('only the first 256 MB were read');
  for (const [step, values] of [...rows].sort(([a], [b]) => a - b)) {
    log.next();
    log.set('step', step);
    for (const [tag, value] of values) if (tag !== 'step') log.set(tag, value);
  }
  return log.finish();
}

interface Event {
  readonly step: number;
  readonly values: readonly [tag: string, value: number][];
}

interface Field {
  readonly number: number;
  readonly wire: number;
  readonly bytes: Uint8Array;
  readonly value: bigint;
}

/** Fields of a message in memory; what does not fit ends it. */
function* fieldsOf(bytes: Uint8Array): Generator<Field> {
  for (let at = 0; at < bytes.length;) {
    const tag = varint(bytes, at);
    if (!tag) return;
    at += tag.length;
    const number = Number(tag.value >> 3n);
    const wire = Number(tag.value & 7n);
    let length = wire === 1 ? 8 : wire === 5 ? 4 : 0;
    let value = 0n;
    if (wire === 0 || wire === 2) {
      const found = varint(bytes, at);
      if (!found) return;
      at += found.length;
      value = found.value;
      if (wire === 2) length = Number(found.value);
    } else if (wire !== 1 && wire !== 5) return;
    if (at + length > bytes.length) return;
    yield { number, wire, value, bytes: bytes.subarray(at, at + length) };
    at += length;
  }
}

function eventOf(payload: Uint8Array): Event | null {
  let step = 0;
  const values: [string, number][] = [];
  for (const { number, wire, value, bytes } of fieldsOf(payload)) {
    if (number === 2 && wire === 0) step = Number(BigInt.asIntN(64, value));
    if (number === 5 && wire === 2)
      for (const field of fieldsOf(bytes))
        if (field.number === 1 && field.wire === 2) {
          const scalar = scalarOf(field.bytes);
          if (scalar) values.push(scalar);
        }
  }
  return { step, values };
}

/** `Summary.Value`: tag, and the number as simple_value or in a tensor. */
function scalarOf(value: Uint8Array): [string, number] | null {
  let tag = '';
  let number: number | null = null;
  for (const field of fieldsOf(value)) {
    if (field.number === 1 && field.wire === 2) tag = new TextDecoder().decode(field.bytes);
    if (field.number === 2 && field.wire === 5) number = viewOf(field.bytes).getFloat32(0, true);
    if (field.number === 8 && field.wire === 2) number = tensorNumber(field.bytes);
  }
  return tag === '' || number === null ? null : [tag, number];
}

/** `TensorProto` of one float (type 1) or double (type 2): in its raw content, or listed, packed or not. */
function tensorNumber(tensor: Uint8Array): number | null {
  let type = 0;
  let found: number | null = null;
  for (const { number, wire, value, bytes } of fieldsOf(tensor)) {
    if (number === 1 && wire === 0) type = Number(value);
    const double = number === 6 || (number === 4 && type === 2);
    const single = number === 5 || (number === 4 && type === 1);
    if (double && bytes.length === 8) found = viewOf(bytes).getFloat64(0, true);
    if (single && bytes.length === 4) found = viewOf(bytes).getFloat32(0, true);
  }
  return found;
}
