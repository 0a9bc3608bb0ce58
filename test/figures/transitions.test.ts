import assert from 'node:assert/strict';
import type { SymbolicDynamics } from '../../src/core/stateSpace/symbols';
import { contrast } from '../../src/figures/color';
import { darkTheme, highContrastLightTheme, highContrastTheme, lightTheme } from '../../src/figures/theme';
import { drawTransitions } from '../../src/figures/transitions';
import { recorder } from './recorder';

/** Two regions: from the first a share goes on to the second, from there always back. */
function symbols(count: number, of: number): SymbolicDynamics {
  const region = (bits: string) => ({ region: bits, share: 0.5, spectralRadius: 1, determinant: 1 });
  return {
    regions: [region('0'), region('1')],
    met: 2,
    transitions: [
      { from: 0, to: 0, count: of - count },
      { from: 0, to: 1, count },
      { from: 1, to: 0, count: of },
    ],
    orbits: 1,
    steps: 2 * of,
    divergent: 0,
  };
}

describe('transitions between regions', () => {
  it('says shares, and neither never nor always where it is not so', () => {
    const painter = recorder();
    drawTransitions(painter, { symbols: symbols(1, 1000), cursor: null }, lightTheme);
    const texts = painter.calls.flatMap((call) => (call.kind === 'text' ? [call.text] : []));
    assert.deepEqual(
      texts.filter((text) => text.endsWith('%')),
      ['> 99 %', '< 1 %', '100 %'],
    );
  });

  it('writes every share so that it can be read on its colour, in every theme', () => {
    for (const theme of [darkTheme, lightTheme, highContrastTheme, highContrastLightTheme])
      for (let count = 1; count < 100; count++) {
        const painter = recorder();
        drawTransitions(painter, { symbols: symbols(count, 100), cursor: null }, theme);
        const fills = painter.calls.flatMap((call) => (call.kind === 'rect' && call.fill ? [call.fill] : []));
        const inks = painter.calls.flatMap((call) =>
          call.kind === 'text' && call.text.endsWith('%') ? [call.style.color] : [],
        );
        assert.equal(inks.length, 3);
        inks.forEach((ink, i) => {
          assert.ok(contrast(ink, fills[i]!) >= 4.5, `${ink} on ${fills[i]!}`);
        });
      }
  });
});
