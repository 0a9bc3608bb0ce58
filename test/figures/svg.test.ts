import assert from 'node:assert/strict';
import { toFigureObjects } from '../../src/figures/objects';
import { drawSpectrum } from '../../src/figures/spectrum';
import { drawStateSpace } from '../../src/figures/stateSpace';
import { escapeXml, svgPainter } from '../../src/figures/svgPainter';
import { darkTheme } from '../../src/figures/theme';
import { drawWeights } from '../../src/figures/weights';
import { loadFixture } from './fixtures';

/** A small strict reader of the XML subset that is written: balanced tags, quoted attributes, known entities. */
function assertWellFormed(xml: string): void {
  const open: string[] = [];
  let rest = xml.replace(/^<\?xml[^?]*\?>\s*/, '');
  while (rest !== '') {
    const tag = /^<(\/?)([\w-]+)((?:\s[\w:-]+="[^"<]*")*)\s*(\/?)>/.exec(rest);
    if (tag) {
      if (tag[1]) assert.equal(open.pop(), tag[2]);
      else if (!tag[4]) open.push(tag[2]!);
      assert.doesNotMatch(tag[3]!, /&(?!(amp|lt|gt|quot|#39);)/);
      rest = rest.slice(tag[0].length);
      continue;
    }
    const content = /^[^<]+/.exec(rest);
    assert.ok(content, `not XML: ${rest.slice(0, 80)}`);
    assert.doesNotMatch(content[0], /&(?!(amp|lt|gt|quot|#39);)/);
    rest = rest.slice(content[0].length);
  }
  assert.deepEqual(open, []);
}

describe('svgPainter', () => {
  const vdp = loadFixture('vdp');

  it('writes well-formed documents without styles, scripts or numbers that are none', () => {
    const figures = [
      (title: string) => {
        const painter = svgPainter(600, 600, darkTheme, title);
        drawStateSpace(
          painter,
          {
            stateDim: 2,
            objects: toFigureObjects(vdp.cycles),
            scene: vdp.scene,
            axes: { x: { type: 'state', index: 0 }, y: { type: 'state', index: 1 } },
            show: { borders: true, simulated: true, trajectories: true },
            selected: 'C13a',
            trajectories: [{ id: 't', trajectory: vdp.trajectory }],
            view: null,
          },
          darkTheme,
        );
        return painter.toSvg();
      },
      (title: string) => {
        const painter = svgPainter(400, 400, darkTheme, title);
        const objects = toFigureObjects(vdp.cycles);
        drawSpectrum(
          painter,
          { objects, selected: null, perStep: true, compact: false, view: null },
          darkTheme,
        );
        return painter.toSvg();
      },
      (title: string) => {
        const painter = svgPainter(600, 400, darkTheme, title);
        drawWeights(painter, { matrices: vdp.weights, parameter: 'W', view: null }, darkTheme);
        return painter.toSvg();
      },
    ];
    for (const figure of figures) {
      const svg = figure('plain');
      assertWellFormed(svg);
      assert.ok(
        svg.startsWith('<?xml version="1.0" encoding="UTF-8"?>\n<svg xmlns="http://www.w3.org/2000/svg"'),
      );
      assert.doesNotMatch(svg, /NaN|Infinity|undefined|style=|<style|<script/);
      assert.equal(svg, figure('plain'));
    }
  });

  it('escapes hostile names in every place', () => {
    const hostile = `"/><script>alert(1)</script>&'\u0000\ud800 z`;
    const painter = svgPainter(100, 100, { ...darkTheme, fontFamily: hostile }, hostile);
    painter.text(1, 2, hostile, { color: hostile, size: 11, halo: hostile, mono: true });
    painter.rect(0, 0, 1, 1, hostile, { color: hostile, width: 1 });
    painter.dots([1, 1], 1, hostile);
    const svg = painter.toSvg();
    assertWellFormed(svg);
    assert.doesNotMatch(svg, /<script/);
    assert.ok(!svg.includes('\u0000') && !svg.includes('\ud800'));
    assert.ok(svg.includes('&lt;script&gt;'));
  });

  it('keeps characters outside the basic plane whole', () => {
    assert.equal(escapeXml('a 😀 <b>'), 'a 😀 &lt;b&gt;');
  });

  it('lifts the pen at NaN and leaves out what is not finite', () => {
    const painter = svgPainter(10, 10, darkTheme, 't');
    painter.line([0, 0, 1, 1, NaN, NaN, 5, 5, 6, 6], { color: '#fff', width: 1 });
    painter.circle(NaN, 0, 1, '#fff', null);
    painter.polygon([0, 0, 1, 0, 1, 1, NaN, 0, 3, 3, 4, 3, 4, 4], '#fff', null);
    const svg = painter.toSvg();
    assert.ok(svg.includes('d="M0 0L1 1M5 5L6 6"'));
    assert.ok(svg.includes('d="M0 0L1 0L1 1ZM3 3L4 3L4 4Z"'));
    assert.ok(!svg.includes('<circle'));
  });
});
