import { positiveOnCone } from './cone';
import type { PlainBox } from './confinement';
import {
  commonShift,
  hasBorder,
  reduceRows,
  toInteger,
  type AffineSolutions,
  type Composed,
  type IntegerMap,
  type RationalVector,
} from './exact';

/** What closed regions hold of the solutions of an itinerary's singular equations: more than one point. */
export interface Family {
  readonly kind: 'family';
  /** The rotation that is least. */
  readonly itinerary: readonly string[];
  /** Dimension of all solutions, inside the regions and outside. */
  readonly dimension: number;
  readonly solutions: AffineSolutions;
  /** Where every point of it is on a border: t L + u for unit u at point t. */
  readonly onBorder: ReadonlySet<number>;
  readonly forms: FamilyForms;
}

/**
 * Intersects the solutions of an itinerary's equations with its closed regions, exactly. Solutions are
 * z = (origin s + sum_f t_f spans_f) / (denominator s) with s > 0, so that every side is a linear form of (s, t) >= 0.
 * @returns the one point z_1 that there is, a family, or null where there is none
 */
export function intersect(
  map: IntegerMap,
  itinerary: readonly string[],
  steps: readonly Composed[],
  solutions: AffineSolutions,
): RationalVector | Omit<Family, 'kind'> | null {
  const forms = new FamilyForms(map, steps, solutions);
  const sides = forms.sides(itinerary);
  const { positive, point } = positiveOnCone([forms.scale, ...sides], forms.count);
  if (!positive[0]) return null;
  const fixed = sides.flatMap((side, i) => (positive[i + 1] ? [] : [[...side]]));
  if (reduceRows(fixed, forms.count).pivots.length === solutions.free.length) return forms.at(point);
  const onBorder = new Set(
    sides.flatMap((_, i) => (positive[i + 1] || !hasBorder(map, i % map.L) ? [] : [i])),
  );
  return { itinerary, dimension: solutions.free.length, solutions, onBorder, forms };
}

/** Linear forms of (s, t_1, .., t_m) on the solutions of an itinerary's equations. */
export class FamilyForms {
  readonly count: number;
  /** s */
  readonly scale: readonly bigint[];
  /** Coordinates of z_1 times the denominator. */
  readonly #first: readonly (readonly bigint[])[];

  constructor(
    private readonly map: IntegerMap,
    private readonly steps: readonly Composed[],
    private readonly solutions: AffineSolutions,
  ) {
    const { origin, spans } = solutions;
    this.count = spans.length + 1;
    this.scale = Array.from({ length: this.count }, (_, f) => (f === 0 ? 1n : 0n));
    this.#first = origin.map((v, i) => [v, ...spans.map((span) => span[i]!)]);
  }

  /** Signed C z + d of all units at all points: >= 0 on their side. */
  sides(itinerary: readonly string[]): bigint[][] {
    const { n, L, C, d } = this.map;
    return itinerary.flatMap((region, t) => {
      const { z, denominator } = this.#point(t);
      return Array.from({ length: L }, (_, u) => {
        const sign = region[u] === '1' ? 1n : -1n;
        const form = this.scale.map((v) => sign * d[u]! * denominator * v);
        for (let i = 0; i < n; i++) {
          const c = sign * C[u * n + i]!;
          if (c !== 0n) for (let f = 0; f < this.count; f++) form[f] = form[f]! + c * z[i]![f]!;
        }
        return form;
      });
    });
  }

  /** Whether a point of the family has all its orbit in a box, borders included. */
  meets(itinerary: readonly string[], box: PlainBox): boolean {
    const shift = commonShift([box.lower, box.upper]);
    const walls = itinerary.flatMap((_, t) => {
      const { z, denominator } = this.#point(t);
      return z.flatMap((coordinate, i) => {
        const [low, high] = [toInteger(box.lower[i]!, shift), toInteger(box.upper[i]!, shift)];
        const lifted = coordinate.map((v) => v << BigInt(shift));
        return [
          lifted.map((v, f) => v - low * denominator * this.scale[f]!),
          lifted.map((v, f) => high * denominator * this.scale[f]! - v),
        ];
      });
    });
    return positiveOnCone([this.scale, ...this.sides(itinerary), ...walls], this.count).positive[0]!;
  }

  /** z_1 at (s, t), s > 0. */
  at(point: readonly bigint[]): RationalVector {
    return {
      numerators: this.#first.map((form) => form.reduce((sum, v, f) => sum + v * point[f]!, 0n)),
      denominator: this.solutions.denominator * point[0]!,
    };
  }

  /** Coordinates of z_(t+1), times `denominator`. */
  #point(t: number): { z: readonly (readonly bigint[])[]; denominator: bigint } {
    const { n } = this.map;
    const { P, c, scale } = this.steps[t]!;
    const { denominator } = this.solutions;
    const z = c.map((offset, i) => {
      const form = this.scale.map((v) => offset * denominator * v);
      for (let j = 0; j < n; j++) {
        const p = P[i * n + j]!;
        if (p !== 0n) for (let f = 0; f < this.count; f++) form[f] = form[f]! + p * this.#first[j]![f]!;
      }
      return form;
    });
    return { z, denominator: scale * denominator };
  }
}
