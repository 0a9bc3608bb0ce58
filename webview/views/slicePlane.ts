import { useMemo } from 'preact/hooks';
import { planeThrough } from '../../src/core/stateSpace/slices';
import type { ChosenPlane, FigureScene } from '../../src/figures/projection';
import type { PanelObject } from '../objects';
import { usePanel } from './context';

/** The plane through three objects, "FP1, C4a.2, FP3" (point 2 of C4a), or what is wrong with the text. */
export function planeOf(
  text: string,
  objects: readonly PanelObject[],
): { readonly plane: ChosenPlane } | { readonly problem: string } {
  const names = text.split(/[\s,;]+/).filter((name) => name !== '');
  if (names.length !== 3) return { problem: 'Name three objects.' };
  const points: (readonly number[])[] = [];
  for (const name of names) {
    const [id = '', point = '1'] = name.split('.');
    const object = objects.find((one) => one.id.toLowerCase() === id.toLowerCase());
    const state = object?.figure?.points[Number(point) - 1];
    if (!state) return { problem: `There is no ${object?.figure ? 'point' : 'object'} ${name}.` };
    points.push(state);
  }
  const [a, b, c] = points;
  const plane = planeThrough(a!, b!, c!);
  if (!plane) return { problem: 'These three lie on a line.' };
  const [first, second, third] = names;
  return { plane: { ...plane, titles: [`${first!} to ${second!}`, `aside, to ${third!}`] } };
}

/** The scene with the plane that was chosen, the same object for the same choice. */
export function useFigureScene(): FigureScene | null {
  const { state } = usePanel();
  const { scene, objects, kept } = state;
  return useMemo(() => {
    const found = planeOf(kept.through, objects);
    return scene && 'plane' in found ? { ...scene, plane: found.plane } : scene;
  }, [scene, objects, kept.through]);
}
