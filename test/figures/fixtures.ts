import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Cycle } from '../../src/core/report/types';
import type { ParameterMatrix, Scene, Trajectory } from '../../src/core/report/scene';

/** A trained network as the figures see it; written by test/fixtures/figures/make_fixtures.py. */
export interface FigureFixture {
  readonly cycles: readonly Cycle[];
  readonly scene: Scene;
  readonly trajectory: Trajectory;
  readonly weights: readonly ParameterMatrix[];
}

/** 'vdp': two dimensions, an unstable fixed point, a stable and a saddle 13-cycle. 'lorenz': three dimensions. */
export function loadFixture(name: 'vdp' | 'lorenz'): FigureFixture {
  const path = join(__dirname, '..', 'fixtures', 'figures', `${name}.json`);
  const fixture = JSON.parse(readFileSync(path, 'utf8')) as FigureFixture;
  // The files hold no orbits on their way: a trajectory serves as one.
  return { ...fixture, scene: { ...fixture.scene, transients: [fixture.trajectory.points.slice(0, 60)] } };
}
