import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

/** A seeded stream of random numbers, the same in worker, command line and tests. */
export interface Random {
  /** Uniform in [0, 1). */
  uniform(): number;
  /** Uniform integer in [0, n). */
  below(n: number): number;
}

/** @param seed any integers; streams of different lists of integers are unrelated */
export function random(...seed: readonly number[]): Random {
  let state = 0x9e3779b9;
  for (const part of seed) {
    state = Math.imul(state ^ (part | 0), 0x85ebca6b);
    state = Math.imul(state ^ (state >>> 13), 0xc2b2ae35) ^ (state >>> 16);
  }
  const generator = xoroshiro128plus(state);
  const uniform = (): number => uniformFloat64(generator);
  return { uniform, below: (n) => Math.min(n - 1, Math.floor(uniform() * n)) };
}
