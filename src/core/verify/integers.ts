import { commonShift, toInteger } from './exact';

/** Numbers times 2^shift, without rounding. */
export function integers(list: readonly number[]): { values: bigint[]; shift: number } {
  const shift = commonShift([list]);
  return { values: list.map((v) => toInteger(v, shift)), shift };
}

export function magnitude(v: bigint): bigint {
  return v < 0n ? -v : v;
}
