/**
 * Renders every figure in every theme to artefacts/gallery for the eye:
 *
 *     npx tsx test/figures/gallery.ts [name part]
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { toFigureObjects } from '../../src/figures/objects';
import type { Painter, Theme } from '../../src/figures/painter';
import { drawStateSpace, type StateSpaceFigure } from '../../src/figures/stateSpace';
import { drawSpectrum, type SpectrumFigure } from '../../src/figures/spectrum';
import { DEFAULT_ROTATION, drawStateSpace3d } from '../../src/figures/stateSpace3d';
import { drawTimeSeries, type TimeSeriesFigure } from '../../src/figures/timeSeries';
import { drawWeights } from '../../src/figures/weights';
import { svgPainter } from '../../src/figures/svgPainter';
import { darkTheme, highContrastLightTheme, highContrastTheme, lightTheme } from '../../src/figures/theme';
import { loadFixture } from './fixtures';

const out = join(__dirname, '..', '..', 'artefacts', 'gallery');
const vdp = loadFixture('vdp');
const lorenz = loadFixture('lorenz');
const themes = { dark: darkTheme, light: lightTheme, hc: highContrastTheme, hcl: highContrastLightTheme };

const portrait: StateSpaceFigure = {
  stateDim: 2,
  objects: toFigureObjects(vdp.cycles),
  scene: vdp.scene,
  axes: { x: { type: 'state', index: 0 }, y: { type: 'state', index: 1 } },
  show: { borders: true, simulated: true, trajectories: true },
  selected: 'C13a',
  trajectories: [{ id: 't1', trajectory: vdp.trajectory }],
  view: null,
  cursor: [0.78, -0.12],
};
const chaos: StateSpaceFigure = {
  ...portrait,
  stateDim: 3,
  objects: toFigureObjects(lorenz.cycles),
  scene: lorenz.scene,
  axes: { x: { type: 'pc', index: 0 }, y: { type: 'state', index: 2 } },
  selected: 'FP4',
  trajectories: [{ id: 't1', trajectory: lorenz.trajectory }],
  cursor: null,
};

const spectrum: SpectrumFigure = {
  objects: portrait.objects,
  selected: 'C13a',
  perStep: false,
  compact: true,
  view: null,
};
const series: TimeSeriesFigure = {
  stateDim: 2,
  rows: [
    { type: 'state', index: 0 },
    { type: 'state', index: 1 },
  ],
  scene: vdp.scene,
  objects: portrait.objects,
  selected: null,
  trajectories: portrait.trajectories,
  compact: true,
  view: null,
};
const huge = portrait.objects.map((object, i) => ({
  ...object,
  multipliers: object.multipliers.map(({ re, im }) => ({ re: re * 90 ** i, im: im * 90 ** i })),
  spectralRadius: (object.spectralRadius ?? 0) * 90 ** i,
}));

const figures: Record<string, { size: [number, number]; draw: (painter: Painter, theme: Theme) => unknown }> =
  {
    portrait: { size: [735, 730], draw: (p, t) => drawStateSpace(p, portrait, t) },
    cube: {
      size: [735, 640],
      draw: (p, t) =>
        drawStateSpace3d(
          p,
          {
            ...chaos,
            axes: {
              x: { type: 'state', index: 0 },
              y: { type: 'state', index: 1 },
              z: { type: 'state', index: 2 },
            },
            rotation: DEFAULT_ROTATION,
          },
          t,
        ),
    },
    spectrum: { size: [330, 290], draw: (p, t) => drawSpectrum(p, spectrum, t) },
    'spectrum-large': {
      size: [700, 560],
      draw: (p, t) => drawSpectrum(p, { ...spectrum, objects: huge, selected: null, compact: false }, t),
    },
    series: { size: [330, 360], draw: (p, t) => drawTimeSeries(p, series, t) },
    'series-large': {
      size: [735, 560],
      draw: (p, t) => drawTimeSeries(p, { ...series, selected: 'C13a', compact: false }, t),
    },
    'series-cycle': {
      size: [735, 400],
      draw: (p, t) => drawTimeSeries(p, { ...series, selected: 'C13b', compact: false, trajectories: [] }, t),
    },
    tiles: {
      size: [900, 560],
      draw: (p, t) =>
        drawWeights(p, { matrices: lorenz.weights, parameter: null, view: null, focus: 'W1' }, t),
    },
    heat: {
      size: [900, 420],
      draw: (p, t) =>
        drawWeights(p, { matrices: vdp.weights, parameter: 'W', view: null, cursor: [0, 1] }, t),
    },
    'heat-wide': {
      size: [900, 420],
      draw: (p, t) =>
        drawWeights(p, { matrices: lorenz.weights, parameter: 'W1', view: null, cursor: [1, 12] }, t),
    },
    chaos: { size: [735, 560], draw: (p, t) => drawStateSpace(p, chaos, t) },
  };

async function main(): Promise<void> {
  const part = process.argv[2] ?? '';
  mkdirSync(out, { recursive: true });
  const browser = await chromium.launch({
    executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
  const page = await browser.newPage({ deviceScaleFactor: 1.5 });
  for (const [name, { size, draw }] of Object.entries(figures)) {
    if (!name.includes(part)) continue;
    for (const [themeName, theme] of Object.entries(themes)) {
      const painter = svgPainter(size[0], size[1], theme, name);
      draw(painter, theme);
      const svg = painter.toSvg(false);
      writeFileSync(join(out, `${name}-${themeName}.svg`), painter.toSvg());
      await page.setViewportSize({ width: size[0], height: size[1] });
      await page.setContent(`<body style="margin:0">${svg}</body>`);
      await page.screenshot({ path: join(out, `${name}-${themeName}.png`) });
    }
  }
  await browser.close();
}

void main();
