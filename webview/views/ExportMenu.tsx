import type { JSX } from 'preact';
import type { RefObject } from 'preact';
import type { FigureHandle } from '../figures/types';
import { Menu } from '../ui';
import { usePanel } from './context';

/** The figure on screen, by name, for the menu to save. */
export interface FigureSource {
  readonly name: string;
  readonly handle: RefObject<FigureHandle | null>;
}

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
  return (
    <Menu
      text="Export"
      icon="export"
      disabled={!state.report}
      groups={picture ? [report, picture] : [report]}
    />
  );
}
