import type { Complex } from '../core/report/types';

/** True minus sign. */
export const MINUS = '\u2212';

const SUBSCRIPT = '₀₁₂₃₄₅₆₇₈₉';
const SUPERSCRIPT = '⁰¹²³⁴⁵⁶⁷⁸⁹';

/** Decimals by place: 3 in lists, 4 in cards, 5 in tables. */
export const DECIMALS = { list: 3, card: 4, table: 5 } as const;

/** 12 -> "₁₂" (non-negative integers). */
export function subscript(value: number): string {
  return Array.from(String(value), (digit) => SUBSCRIPT[Number(digit)] ?? digit).join('');
}

/** -17 -> "⁻¹⁷". */
export function superscript(value: number): string {
  const digits = Array.from(String(Math.abs(value)), (digit) => SUPERSCRIPT[Number(digit)] ?? digit).join('');
  return value < 0 ? `⁻${digits}` : digits;
}

/**
 * A number for reading: fixed decimals where they say something, otherwise "8.00 × 10⁻¹⁷".
 * NaN is "not a number", infinities are "∞" and "−∞".
 */
export function formatNumber(value: number, decimals: number): string {
  if (Number.isNaN(value)) return 'not a number';
  if (!Number.isFinite(value)) return value < 0 ? `${MINUS}∞` : '∞';
  if (value === 0) return (0).toFixed(decimals);
  const size = Math.abs(value);
  if (size >= 1e6 || size < 0.5 * 10 ** -decimals) return scientific(value, 2);
  return withMinus(value.toFixed(decimals));
}

/** "8 × 10⁻¹⁷": mantissa with at most `digits` decimals, trailing zeros dropped. */
export function scientific(value: number, digits = 2): string {
  if (value === 0) return '0';
  if (!Number.isFinite(value)) return formatNumber(value, 0);
  const [mantissa = '', exponent = '0'] = value.toExponential(digits).split('e');
  const short = mantissa.includes('.') ? mantissa.replace(/\.?0+$/, '') : mantissa;
  return `${withMinus(short)} × 10${superscript(Number(exponent))}`;
}

/** Tick label: as many decimals as the step needs; zero is "0" or "0.0" like its neighbours. */
export function formatTick(value: number, step: number): string {
  const size = Math.max(Math.abs(value), step);
  if (size >= 1e5 || step < 1e-4)
    return value === 0 ? '0' : scientific(value, Math.max(0, decades(size, step)));
  const decimals = stepDecimals(step);
  const rounded = Number(value.toFixed(decimals));
  return withMinus((rounded === 0 ? 0 : rounded).toFixed(decimals));
}

/** "0.3528 ± 0.2580 i" for the first of a conjugate pair, "1.3540" for a real number. */
export function formatComplex(value: Complex, decimals: number): string {
  const { re, im } = value;
  if (im === 0) return formatNumber(re, decimals);
  const imaginary = formatNumber(Math.abs(im), decimals);
  return `${formatNumber(re, decimals)} ± ${imaginary} i`;
}

/** Multipliers for reading: each conjugate pair once. */
export function formatMultipliers(values: readonly Complex[], decimals: number): string[] {
  const out: string[] = [];
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    out.push(formatComplex(value, decimals));
    const next = values[i + 1];
    if (value.im !== 0 && next && next.im === -value.im && next.re === value.re) i++;
  }
  return out;
}

/** "(0.450, 0.300)"; long vectors are cut after `limit` coordinates with an ellipsis and the count. */
export function formatVector(values: readonly number[], decimals: number, limit = 6): string {
  const shown = values.slice(0, limit).map((value) => formatNumber(value, decimals));
  if (values.length > limit) shown.push(`… ${String(values.length)} in all`);
  return `(${shown.join(', ')})`;
}

/** Decimals a step of the 1-2-2.5-5 series needs. */
export function stepDecimals(step: number): number {
  for (let decimals = 0; decimals < 12; decimals++) {
    const scaled = step * 10 ** decimals;
    if (Math.abs(scaled - Math.round(scaled)) < 1e-6 * scaled) return decimals;
  }
  return 12;
}

function decades(size: number, step: number): number {
  return (
    Math.floor(Math.log10(size)) - Math.floor(Math.log10(step)) + (stepDecimals(mantissa(step)) > 0 ? 1 : 0)
  );
}

function mantissa(value: number): number {
  return value / 10 ** Math.floor(Math.log10(value));
}

function withMinus(text: string): string {
  return text.replace('-', MINUS);
}

/** Counted work in words: "regions solved: 2,455"; what did not occur is left out. */
export function countWords(counts: Readonly<Record<string, number>>): string[] {
  return Object.entries(counts)
    .filter(([, count]) => count !== 0)
    .map(([what, count]) => {
      const words = what.replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase();
      return `${words}: ${count.toLocaleString('en-US')}`;
    });
}
