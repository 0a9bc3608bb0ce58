import assert from 'node:assert/strict';
import { timelineToHtml } from '../../src/export/timelineHtml';
import { A } from '../webview/timelineStates';

describe('timelineToHtml', () => {
  const html = timelineToHtml({ ...A, run: { ...A.run, folder: 'a <b>run</b>', forcing: 'GTF alpha 0.15' } });

  it('is a document without scripts or anything remote, with names escaped', () => {
    assert.doesNotMatch(html, /<script|javascript:|\son\w+=|<iframe|<object|<embed|@import|<b>/i);
    const remote = [...html.matchAll(/https?:\/\/[^"'\s<]*/g)].map(([url]) => url);
    assert.deepEqual([...new Set(remote)], ['http://www.w3.org/2000/svg']);
    assert.doesNotMatch(html, /NaN|undefined|Infinity|\[object/);
    assert.match(html, /a &lt;b>run|a &lt;b&gt;run/);
  });

  it('shows the run, its rows and its last phase portrait in light and dark, at the width of the page', () => {
    const names = [...html.matchAll(/<svg [^>]*width="(\d+)"/g)].map(([, width]) => Number(width));
    assert.deepEqual(names, [1032, 1032, 1032, 1032, 440, 440]);
    assert.match(html, /figure class="wide"/);
    assert.match(html, /Phase portrait at epoch 3000, the last/);
    assert.match(html, /Numbers above the diagram are orders of cycles/);
    assert.match(html, /<dd>GTF α = 0\.15<\/dd>/);
  });

  it('has no portrait of a line, and speaks of no cycles where there are none', () => {
    const line = timelineToHtml({
      ...A,
      model: { ...A.model, stateDim: 1 },
      branches: A.branches.slice(0, 1),
    });
    assert.doesNotMatch(line, /Phase portrait|orders of cycles/);
  });
});
