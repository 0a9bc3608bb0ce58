import type { Quantity } from '../core/bifurcation/sensitivity';
import type { ParameterMatrix, SensitivityPicture } from '../core/report/scene';
import type { Cycle } from '../core/report/types';
import { subscript } from './format';

/** Multipliers that are offered, of a pair one; the others matter less for what happens next. */
const LEADING = 6;

/** "|λ₁|", "arg λ₁", "|z|", "z₃"; points are counted from 1 and named where there are several. */
export function quantityName(quantity: Quantity, order: number): string {
  const of = (point: number): string => (order > 1 ? ` of point ${String(point + 1)}` : '');
  switch (quantity.kind) {
    case 'coordinate':
      return `z${subscript(quantity.unit + 1)}${of(quantity.point)}`;
    case 'norm':
      return `|z|${of(quantity.point)}`;
    case 'modulus':
      return `|λ${subscript(quantity.multiplier + 1)}|`;
    case 'argument':
      return `arg λ${subscript(quantity.multiplier + 1)}`;
  }
}

/** What can be differentiated of an object, the multipliers first: they say what is about to change. */
export function quantitiesOf(
  { multipliers, points }: Pick<Cycle, 'multipliers' | 'points'>,
  point: number,
): Quantity[] {
  const ofMultipliers: Quantity[] = [];
  let offered = 0;
  for (const [multiplier, { im }] of multipliers.entries()) {
    if (im < 0 || offered === LEADING) continue;
    offered++;
    ofMultipliers.push({ kind: 'modulus', multiplier });
    if (im > 0) ofMultipliers.push({ kind: 'argument', multiplier });
  }
  return [
    ...ofMultipliers,
    { kind: 'norm', point },
    ...(points[point] ?? []).map((_, unit): Quantity => ({ kind: 'coordinate', point, unit })),
  ];
}

/** The derivatives in the form that heat maps of parameters take; NaN where an entry is no weight. */
export function derivativeMatrices({ parameters }: SensitivityPicture): ParameterMatrix[] {
  return parameters.map(({ name, tensor, rows, columns, derivatives }) => {
    const given = derivatives.filter((value) => value !== null);
    const count = Math.max(1, given.length);
    const mean = given.reduce((sum, value) => sum + value, 0) / count;
    const squares = given.reduce((sum, value) => sum + value * value, 0);
    return {
      name,
      tensor,
      rows,
      columns,
      values: derivatives.map((value) => value ?? NaN),
      statistics: {
        min: given.reduce((a, b) => Math.min(a, b), Infinity),
        max: given.reduce((a, b) => Math.max(a, b), -Infinity),
        mean,
        std: Math.sqrt(given.reduce((sum, value) => sum + (value - mean) ** 2, 0) / count),
        norm: Math.sqrt(squares),
        spectralRadius: null,
        rank: null,
        condition: null,
      },
    };
  });
}

/** The largest derivative by modulus. */
export const largestDerivative = ({ largest }: SensitivityPicture): number =>
  Math.abs(largest[0]?.derivative ?? 0);
