/**
 * Roots inside the unit circle by the recursion of Schur and Cohn (M. Marden, Geometry of Polynomials, 1966, sec. 42),
 * in integers with a bound on what was cut off: where a number is returned, it is right.
 */

import { magnitude } from './integers';

/** Bits kept of each coefficient: coefficients double their bits at every step, of which most say nothing. */
const PRECISIONS = [1024, 8192];
/** Where the recursion breaks down at radius 1, it is tried at 1 -+ 2^-80. */
const NEARBY = 80n;

/**
 * How many roots of a real polynomial of degree n have modulus below 1, none having modulus 1; null where a root is
 * within 2^-80 of the circle, or cannot be told from one there.
 * @param coefficients integers c_0 .. c_n of (scale x)^j, c_n not zero
 */
export function rootsInside(coefficients: readonly bigint[], scale: bigint): number | null {
  const n = coefficients.length - 1;
  let power = 1n;
  const polynomial = coefficients.map((c) => {
    const a = c * power;
    power *= scale;
    return a;
  });
  const exactly = count(polynomial);
  if (exactly !== null) return exactly;
  const one = 1n << NEARBY;
  const within = (radius: bigint): number | null =>
    count(polynomial.map((a, j) => (a * radius ** BigInt(j)) << (NEARBY * BigInt(n - j))));
  const below = within(one - 1n);
  return below !== null && below === within(one + 1n) ? below : null;
}

function count(polynomial: readonly bigint[]): number | null {
  for (const bits of PRECISIONS) {
    const inside = recursion(polynomial, bits);
    if (inside !== null) return inside;
  }
  return null;
}

/**
 * T p = p(0) p - a_m p*, p*(x) = x^m p(1/x). Its roots inside the circle are as many as those of p where |p(0)| > |a_m|,
 * as those of p* (the roots of p outside) where |p(0)| < |a_m|, and roots on the circle stay: by Rouche's theorem, with
 * m as the formal degree. A constant has none, so that none was on the circle when the recursion ends.
 */
function recursion(polynomial: readonly bigint[], bits: number): number | null {
  let { a, error } = cut(polynomial, 0n, bits);
  // inside(p) = offset + sign inside(present polynomial)
  let offset = 0;
  let sign = 1;
  for (let m = a.length - 1; m > 0; m--) {
    const first = a[0]!;
    const last = a[m]!;
    const size = a.reduce((most, v) => (magnitude(v) > most ? magnitude(v) : most), 0n);
    const next = a.slice(0, m).map((v, j) => first * v - last * a[m - j]!);
    const bound = 4n * size * error + 2n * error * error;
    if (magnitude(next[0]!) <= bound) return null;
    if (next[0]! < 0n) {
      offset += sign * m;
      sign = -sign;
    }
    ({ a, error } = cut(next, bound, bits));
  }
  return offset;
}

/** Integers divided by a common power of two, and what each may be off by. */
function cut(values: readonly bigint[], error: bigint, bits: number): { a: bigint[]; error: bigint } {
  const longest = values.reduce((most, v) => Math.max(most, magnitude(v).toString(16).length * 4), 0);
  if (longest <= bits) return { a: [...values], error };
  const by = BigInt(longest - bits);
  return { a: values.map((v) => v >> by), error: (error >> by) + 2n };
}
