export { StateSpace } from './StateSpace';
export { Spectrum } from './Spectrum';
export { TimeSeries } from './TimeSeries';
export { Weights } from './Weights';
export { readTheme, useTheme } from './theme';
export * from './types';
