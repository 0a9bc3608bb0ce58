import { luminance } from './color';
import type { Hue } from './objects';
import type { Theme } from './painter';

const FONT = "Inter, 'Segoe UI', system-ui, -apple-system, sans-serif";
const MONO = "ui-monospace, 'SF Mono', Menlo, Consolas, 'DejaVu Sans Mono', monospace";

/** Dark Modern. Marks >= 3:1, text >= 4.5:1 against paper. */
export const darkTheme: Theme = {
  paper: '#1f1f1f',
  ink: '#cccccc',
  ink2: '#9d9d9d',
  ink3: '#858585',
  axis: '#6b6b6b',
  grid: '#2a2a2a',
  fog: '#9a9a9a',
  fogOpacity: 0.5,
  accent: '#0078d4',
  fixedPoint: '#e69f00',
  families: ['#56b4e9', '#1fb58a', '#d98fb6', '#f0e442'],
  fixedPointText: '#e69f00',
  familiesText: ['#56b4e9', '#1fb58a', '#d98fb6', '#f0e442'],
  proven: '#1fb58a',
  fontFamily: FONT,
  monoFamily: MONO,
};

/** Light Modern. */
export const lightTheme: Theme = {
  paper: '#ffffff',
  ink: '#2b2b2b',
  ink2: '#616161',
  ink3: '#767676',
  axis: '#8a8a8a',
  grid: '#eeeeee',
  fog: '#6f6f6f',
  fogOpacity: 0.45,
  accent: '#005fb8',
  fixedPoint: '#b87900',
  families: ['#1f86c4', '#008763', '#b0568c', '#8f8500'],
  fixedPointText: '#8f5e00',
  familiesText: ['#15699c', '#007555', '#9c4079', '#6f6700'],
  proven: '#008763',
  fontFamily: FONT,
  monoFamily: MONO,
};

/** High Contrast (dark). */
export const highContrastTheme: Theme = {
  paper: '#000000',
  ink: '#ffffff',
  ink2: '#e0e0e0',
  ink3: '#c8c8c8',
  axis: '#ffffff',
  grid: '#2e2e2e',
  fog: '#d0d0d0',
  fogOpacity: 0.6,
  accent: '#f38518',
  fixedPoint: '#ffb61a',
  families: ['#6cc8ff', '#2fe0ad', '#f5aed2', '#fff04a'],
  fixedPointText: '#ffb61a',
  familiesText: ['#6cc8ff', '#2fe0ad', '#f5aed2', '#fff04a'],
  proven: '#2fe0ad',
  fontFamily: FONT,
  monoFamily: MONO,
};

/** High Contrast Light: the text hues serve as marks too. */
export const highContrastLightTheme: Theme = {
  ...lightTheme,
  ink: '#000000',
  ink2: '#292929',
  ink3: '#444444',
  axis: '#292929',
  fog: '#4a4a4a',
  fogOpacity: 0.6,
  accent: '#0f4a85',
  fixedPoint: lightTheme.fixedPointText,
  families: lightTheme.familiesText,
  proven: '#007555',
};

/** Everything in ink: shape, fill and dash alone tell objects apart. */
export function monochrome(theme: Theme): Theme {
  const four = [theme.ink, theme.ink, theme.ink, theme.ink] as const;
  return {
    ...theme,
    fixedPoint: theme.ink,
    fixedPointText: theme.ink,
    families: four,
    familiesText: four,
    proven: theme.ink,
  };
}

/** Colour of an object's marks and lines. */
export function hueColor(theme: Theme, hue: Hue): string {
  return hue === 'fixedPoint' ? theme.fixedPoint : theme.families[hue];
}

/** Colour of an object's labels. */
export function hueText(theme: Theme, hue: Hue): string {
  return hue === 'fixedPoint' ? theme.fixedPointText : theme.familiesText[hue];
}

export function isDark(theme: Theme): boolean {
  return luminance(theme.paper) < 0.2;
}

/** The type scale of the figures, CSS pixels. */
export const TYPE = { index: 10, small: 11, medium: 12 } as const;

/** Share of the colour that objects keep while another one is selected. */
export const DIMMED = 0.58;
