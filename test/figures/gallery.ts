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

const figures: Record<string, { size: [number, number]; draw: (painter: Painter, theme: Theme) => unknown }> =
  {
    portrait: { size: [735, 730], draw: (p, t) => drawStateSpace(p, portrait, t) },
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
