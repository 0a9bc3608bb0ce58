import type { Continuum } from '../core/report/types';
import type { Scene } from '../core/report/scene';

/** An affine family of fixed points or cycles, as the figures draw it. */
export interface FigureContinuum extends Pick<Continuum, 'regions' | 'point' | 'directions'> {
  readonly id: string;
}

export type Segment = readonly [readonly number[], readonly number[]];

/**
 * One segment for each direction of a family of fixed points, through its known point: inside the region it lies
 * in, and no farther than `reach`. A family of cycles is restricted by the regions of all its points, which the
 * borders of one do not tell; for it the known point alone is returned.
 */
export function continuumSegments(
  continuum: FigureContinuum,
  scene: Scene | null,
  reach: number,
): readonly Segment[] {
  const { point, directions, regions } = continuum;
  const region = regions.length === 1 ? regions[0] : undefined;
  if (!scene || region === undefined) return [[point, point]];
  return directions.map((direction) => {
    const length = Math.hypot(...direction);
    let from = length > 0 ? -reach / length : 0;
    let to = -from;
    for (const { unit, normal, offset } of scene.borders) {
      const side = region[unit] === '1' ? 1 : -1;
      let at = offset;
      let slope = 0;
      normal.forEach((value, i) => {
        at += value * point[i]!;
        slope += value * direction[i]!;
      });
      // side * (at + t * slope) >= 0
      if (Math.abs(slope) * reach < 1e-12 * (Math.abs(at) + Math.abs(offset) + 1)) continue;
      const t = -at / slope;
      if (side * slope > 0) from = Math.max(from, Math.min(t, 0));
      else to = Math.min(to, Math.max(t, 0));
    }
    const along = (t: number): number[] => point.map((value, i) => value + t * direction[i]!);
    return [along(from), along(to)];
  });
}
