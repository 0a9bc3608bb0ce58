import type { Complex } from '../report/types';
import { ratio, type Composed } from './exact';

/** det(x I - M) of M = P / scale: coefficients c_0 .. c_n of (scale x)^j, exactly. */
export function characteristic(P: readonly bigint[], n: number): bigint[] {
  // Faddeev, LeVerrier: N_k = P N_(k-1) + c_(n-k+1) I, c_(n-k) = -tr(P N_k) / k.
  const coefficients = new Array<bigint>(n + 1).fill(0n);
  coefficients[n] = 1n;
  let N: bigint[] = Array.from({ length: n * n }, (_, i) => (i % (n + 1) === 0 ? 1n : 0n));
  for (let k = 1; k <= n; k++) {
    const product = new Array<bigint>(n * n);
    for (let i = 0; i < n; i++)
      for (let j = 0; j < n; j++) {
        let v = 0n;
        for (let l = 0; l < n; l++) v += P[i * n + l]! * N[l * n + j]!;
        product[i * n + j] = v;
      }
    let trace = 0n;
    for (let i = 0; i < n; i++) trace += product[i * (n + 1)]!;
    const c = -trace / BigInt(k);
    coefficients[n - k] = c;
    N = product;
    for (let i = 0; i < n; i++) N[i * (n + 1)] = N[i * (n + 1)]! + c;
  }
  return coefficients;
}

/** Bits after the point in which a multiplier is evaluated. */
const BITS = 200;

/**
 * How far each number is from an eigenvalue of M, by a Newton step on the exact characteristic polynomial:
 * an eigenvalue lies within n times that step. Infinity where the polynomial's slope vanishes and it does not.
 */
export function newtonSteps(
  coefficients: readonly bigint[],
  scale: bigint,
  multipliers: readonly Complex[],
): number[] {
  const n = coefficients.length - 1;
  const one = 1n << BigInt(BITS);
  return multipliers.map(({ re, im }) => {
    // x = lambda scale, in fixed point; Horner for the polynomial and its derivative.
    const x = { re: fixed(re) * scale, im: fixed(im) * scale };
    let value = { re: 0n, im: 0n };
    let slope = { re: 0n, im: 0n };
    let power = 1n;
    for (let j = n; j >= 0; j--) {
      slope = add(times(slope, x), value);
      value = times(value, x);
      value.re += coefficients[j]! * power;
      power *= one;
    }
    // value = p one^n, slope = p' one^(n-1), at x scale.
    const size = slope.re * slope.re + slope.im * slope.im;
    if (size === 0n) return value.re === 0n && value.im === 0n ? 0 : Infinity;
    const re2 = value.re * slope.re + value.im * slope.im;
    const im2 = value.im * slope.re - value.re * slope.im;
    const unit = size * one * scale;
    return Math.hypot(ratio(re2, unit), ratio(im2, unit));
  });
}

/** tr(M) */
export function trace({ P, scale }: Composed, n: number): number {
  let sum = 0n;
  for (let i = 0; i < n; i++) sum += P[i * (n + 1)]!;
  return ratio(sum, scale);
}

interface Gaussian {
  re: bigint;
  im: bigint;
}

function times(a: Gaussian, b: Gaussian): Gaussian {
  return { re: a.re * b.re - a.im * b.im, im: a.re * b.im + a.im * b.re };
}

function add(a: Gaussian, b: Gaussian): Gaussian {
  return { re: a.re + b.re, im: a.im + b.im };
}

/** value * 2^BITS, rounded. */
function fixed(value: number): bigint {
  if (value === 0) return 0n;
  const exponent = Math.floor(Math.log2(Math.abs(value)));
  const mantissa = BigInt(Math.round(value * 2 ** Math.min(1023, 52 - exponent)));
  const by = BITS - Math.min(1023, 52 - exponent);
  return by >= 0 ? mantissa << BigInt(by) : mantissa >> BigInt(-by);
}
