import type { JSX } from 'preact';
import type { RefObject } from 'preact';
import type { FigureHandle } from '../figures/types';
import { Menu } from '../ui';
import type { State } from '../store';
import type { DataFormat, Explored } from '../../src/protocol/panel';
import { usePanel } from './context';

/** The figure on screen, by name, for the menu to save. */
export interface FigureSource {
  readonly name: string;
  readonly handle: RefObject<FigureHandle | null>;
}

const DETAILS: Record<Explored, Record<DataFormat, string>> = {
  sensitivity: { json: 'every derivative, full doubles', csv: 'one row per weight' },
  manifolds: { json: 'curves and crossings', csv: 'one row per vertex' },
  basins: { json: 'the grid and the shares', csv: 'one row per cell' },
};

const isPicture = (manifolds: State['manifolds']): boolean => manifolds !== null && manifolds !== 'waiting';

export function ExportMenu({ figure }: { figure: FigureSource | null }): JSX.Element {
  const { state, controller } = usePanel();
  const save = (format: 'svg' | 'png'): void => {
    const handle = figure?.handle.current;
    if (!figure || !handle) return;
    if (format === 'svg') controller.saveFigure(figure.name, format, handle.toSvg());
    else void handle.toPng().then((data) => controller.saveFigure(figure.name, format, data));
  };
  const report = {
    label: 'Analysis',
    items: [
      { text: 'JSON report', detail: 'everything, full doubles', run: () => controller.exportReport('json') },
      { text: 'CSV table', detail: 'one row per point', run: () => controller.exportReport('csv') },
      { text: 'HTML report', detail: 'one file to share', run: () => controller.exportReport('html') },
    ],
  };
  const picture = figure && {
    label: `Figure: ${figure.name}`,
    items: [
      { text: 'SVG', detail: 'vector', run: () => save('svg') },
      { text: 'PNG', detail: 'twice the resolution', run: () => save('png') },
    ],
  };
  const { tab, manifolds, basins } = state.kept;
  const { sensitivity } = state;
  const available: readonly Explored[] = [
    ...(tab === 'sensitivity' && sensitivity?.picture?.reason === null ? (['sensitivity'] as const) : []),
    ...(tab === 'state' && manifolds && isPicture(state.manifolds) ? (['manifolds'] as const) : []),
    ...(tab === 'state' && basins && state.basins?.picture ? (['basins'] as const) : []),
  ];
  const data = available.map((what) => ({
    label: `Data: ${what}`,
    items: [
      { text: 'JSON', detail: DETAILS[what].json, run: () => controller.exportData(what, 'json') },
      { text: 'CSV', detail: DETAILS[what].csv, run: () => controller.exportData(what, 'csv') },
    ],
  }));
  return (
    <Menu
      text="Export"
      icon="export"
      disabled={!state.report}
      groups={[report, ...(picture ? [picture] : []), ...data]}
    />
  );
}
