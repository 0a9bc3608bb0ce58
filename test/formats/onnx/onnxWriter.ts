import { concat, packed } from '../writers';

/** A writer of the fields of onnx.proto that hold a model's weights and operations. */

export function varint(value: number): number[] {
  const out: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  for (; rest > 127n; rest >>= 7n) out.push(Number(rest & 127n) | 128);
  return [...out, Number(rest)];
}
export const num = (field: number, value: number): Uint8Array => concat(varint(field << 3), varint(value));
export const run = (field: number, bytes: Uint8Array | string): Uint8Array => {
  const body = concat(bytes);
  return concat(varint((field << 3) | 2), varint(body.length), body);
};
export const float = (field: number, value: number): Uint8Array =>
  concat(varint((field << 3) | 5), packed([value], 'float32'));
export const dims = (...extents: readonly number[]): Uint8Array =>
  concat(...extents.map((extent) => num(1, extent)));
export const tensor = (
  name: string,
  type: number,
  shape: readonly number[],
  ...data: readonly Uint8Array[]
): Uint8Array => concat(dims(...shape), num(2, type), run(8, name), ...data);
export const model = (...parts: readonly Uint8Array[]): Uint8Array =>
  concat(num(1, 7), run(2, 'test'), run(7, concat(...parts)));
export const initialiser = (bytes: Uint8Array): Uint8Array => run(5, bytes);
export const node = (
  op: string,
  name: string,
  inputs: readonly string[],
  outputs: readonly string[],
  ...attributes: readonly Uint8Array[]
): Uint8Array =>
  run(
    1,
    concat(
      ...inputs.map((each) => run(1, each)),
      ...outputs.map((each) => run(2, each)),
      run(3, name),
      run(4, op),
      ...attributes.map((each) => run(5, each)),
    ),
  );
export const raw = (values: readonly number[]): Uint8Array => run(9, packed(values, 'float32'));
