import { createContext } from 'preact';
import { useContext, useEffect, useState } from 'preact/hooks';
import type { Controller } from '../controller';
import type { FigureContinuum } from '../../src/figures/continua';
import type { FigureObject } from '../figures/types';
import type { PanelObject } from '../objects';
import type { State } from '../store';

export interface Panel {
  readonly state: State;
  readonly controller: Controller;
}

export const PanelContext = createContext<Panel | null>(null);

export function usePanel(): Panel {
  const panel = useContext(PanelContext);
  if (!panel) throw new Error('a view was drawn outside the panel');
  return panel;
}

/** Whether a media query holds, kept up to date. */
export function useMedia(query: string): boolean {
  const [holds, setHolds] = useState(() => window.matchMedia(query).matches);
  useEffect(() => {
    const list = window.matchMedia(query);
    const update = (): void => setHolds(list.matches);
    update();
    list.addEventListener('change', update);
    return () => list.removeEventListener('change', update);
  }, [query]);
  return holds;
}

const drawn = new WeakMap<readonly PanelObject[], readonly FigureObject[]>();

/** What the figures draw of a list: the same array for the same list, so that figures can compare by identity. */
export function figureObjects(objects: readonly PanelObject[]): readonly FigureObject[] {
  let figures = drawn.get(objects);
  if (!figures) {
    figures = objects.flatMap(({ figure }) => (figure ? [figure] : []));
    drawn.set(objects, figures);
  }
  return figures;
}

const families = new WeakMap<readonly PanelObject[], readonly FigureContinuum[]>();

/** The continua of a list, again the same array for the same list. */
export function figureContinua(objects: readonly PanelObject[]): readonly FigureContinuum[] {
  let continua = families.get(objects);
  if (!continua) {
    continua = objects.flatMap((object) =>
      object.kind === 'continuum' ? [{ id: object.id, ...object.continuum }] : [],
    );
    families.set(objects, continua);
  }
  return continua;
}
