import assert from 'node:assert/strict';
import type { Report } from '../../src/core/report/types';
import { reportToHtml } from '../../src/export/html';
import { loadFixture } from '../figures/fixtures';
import { sample } from './sample';

const vdp = loadFixture('vdp');

/** Opening tags must close in order; void elements and self-closing ones aside. */
function assertBalanced(html: string): void {
  const open: string[] = [];
  const voids = new Set(['meta', 'br', 'hr', 'img', 'link', 'input']);
  const body = html.replace(/<style>[\s\S]*?<\/style>/, '').replace(/<!doctype html>/, '');
  for (const [, slash, name, , self] of body.matchAll(/<(\/?)([a-zA-Z][\w-]*)((?:"[^"]*"|[^">])*?)(\/?)>/g)) {
    if (slash) assert.equal(open.pop(), name);
    else if (!self && !voids.has(name!)) open.push(name!);
  }
  assert.deepEqual(open, []);
}

describe('reportToHtml', () => {
  const real: Report = {
    ...sample,
    file: 'ckpt_02124.pt',
    orders: [{ ...sample.orders[0]!, continua: [], boundaryPoints: [], cycles: [vdp.cycles[0]!] }],
    beyond: vdp.cycles.slice(1),
  };

  it('is one balanced document without scripts, handlers or anything remote', () => {
    for (const scene of [vdp.scene, null]) {
      const html = reportToHtml(real, scene);
      assertBalanced(html);
      assert.doesNotMatch(html, /<script|javascript:|\son\w+=|<iframe|<object|<embed|@import/i);
      const remote = [...html.matchAll(/https?:\/\/[^"'\s<]*/g)].map(([url]) => url);
      assert.deepEqual([...new Set(remote)], ['http://www.w3.org/2000/svg']);
      assert.doesNotMatch(html, /NaN|undefined|\[object/);
    }
  });

  it('states what was found and what is proven, with the domain', () => {
    const html = reportToHtml(real, vdp.scene);
    assert.match(html, /1 unstable fixed point, 1 stable 13-cycle, 1 saddle 13-cycle/);
    assert.match(html, /Proven complete/);
    assert.match(html, /Holds inside the box from \(−1\.000, −1\.000\) to \(1\.000, 1\.000\)/);
    assert.match(html, /0\.3528 ± 0\.2580 i/);
    assert.match(html, /2 cycles of order above 2 met on the way/);
    // Every point of every object is listed.
    assert.match(html, /C13b, 13 points/);
    assert.match(html, /−0\.13078/);
  });

  it('does not say that nothing was found where there is a continuum', () => {
    const continuum = { regions: ['10'], dimension: 1, point: [0.2, -0.1], directions: [[1, 0]] };
    const order = { ...sample.orders[0]!, cycles: [], boundaryPoints: [], continua: [continuum] };
    const html = reportToHtml({ ...sample, orders: [order], beyond: [] }, vdp.scene);
    assert.doesNotMatch(html, /no objects found|None were found/i);
    assert.match(html, /1 continuum/);
    assert.match(html, /L1<\/strong> Fixed points: a 1-dimensional family through \(0\.2000, −0\.1000\)/);
  });

  it('claims nothing where an order is not complete', () => {
    const order = { ...sample.orders[0]!, complete: false, certificate: null, whyNot: 'The budget ran out.' };
    const html = reportToHtml({ ...sample, orders: [order] }, null);
    assert.doesNotMatch(html, />Proven complete</);
    assert.match(html, /No guarantee/);
    assert.match(html, /The budget ran out\./);
  });

  it('escapes whatever comes from the file', () => {
    const evil = `"><script>alert('x')</script><img src=x onerror=alert(1)>`;
    const html = reportToHtml(
      {
        ...real,
        file: evil,
        digest: evil,
        model: {
          ...sample.model,
          equation: evil,
          tensors: { [evil]: evil },
          assumptions: [evil],
          notes: [evil],
        },
        warnings: [evil],
        beyond: [{ ...vdp.cycles[1]!, id: evil, regions: vdp.cycles[1]!.regions.map(() => evil) }],
      },
      vdp.scene,
    );
    assertBalanced(html);
    assert.doesNotMatch(html, /<script|<img/i);
    assert.ok(html.includes('&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;'));
  });

  it('follows the reader: both themes are inside, one is shown', () => {
    const html = reportToHtml(real, vdp.scene);
    assert.match(html, /prefers-color-scheme:dark/);
    assert.match(html, /@media print/);
    assert.equal(html.split('class="only-dark"').length, html.split('class="only-light"').length);
    const ids = [...html.matchAll(/<clipPath id="([^"]*)"/g)].map(([, id]) => id);
    assert.equal(new Set(ids).size, ids.length);
  });

  it('writes the same bytes each time', () => {
    assert.equal(reportToHtml(real, vdp.scene), reportToHtml(real, vdp.scene));
  });

  it('survives a report with nothing in it', () => {
    const html = reportToHtml({ ...sample, orders: [], beyond: [], attractors: [], warnings: [] }, null);
    assertBalanced(html);
    assert.match(html, /no objects found/);
  });

  it('stays of a readable size for a thousand cycles of 18 points', () => {
    const base = vdp.cycles[1]!;
    const beyond = Array.from({ length: 1000 }, (_, i) => ({
      ...base,
      id: `C18-${String(i)}`,
      order: 18,
      points: Array.from({ length: 18 }, (_unused, j) => [Math.cos(i + j), Math.sin(i * j)]),
      regions: Array.from({ length: 18 }, (_unused, j) => (((i * 7919) >> (j % 10)) & 1 ? '01' : '10')),
    }));
    const html = reportToHtml({ ...real, beyond }, vdp.scene);
    assert.ok(html.length < 16e6, `${String(html.length)} characters`);
    assertBalanced(html);
  });

  it('gives the Lyapunov exponents of a chaotic attractor with standard errors, and its dimension', () => {
    const html = reportToHtml(sample, null);
    assert.match(html, /0\.4702 ± 0\.0012, −1\.1633 ± 0\.0012, −∞; Kaplan–Yorke dimension 1\.4040 ± 0\.0010/);
  });
});
