import type { JSX } from 'preact';
import type { SpectrumProps, StateSpaceProps, TimeSeriesProps, WeightsProps } from '../figures/types';
const Box = ({ text }: { text: string }): JSX.Element => <div class="placeholder">{text}</div>;
export const StateSpaceFigure = (p: StateSpaceProps): JSX.Element => (
  <Box text={`state ${String(p.objects.length)}`} />
);
export const SpectrumFigure = (p: SpectrumProps): JSX.Element => (
  <Box text={`spectrum ${String(p.objects.length)}`} />
);
export const TimeSeriesFigure = (p: TimeSeriesProps): JSX.Element => (
  <Box text={`series ${String(p.rows.length)}`} />
);
export const WeightsFigure = (p: WeightsProps): JSX.Element => (
  <Box text={`weights ${String(p.matrices.length)}`} />
);
