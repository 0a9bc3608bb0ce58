import { strict as assert } from 'node:assert';
import { InputError } from '../../../src/core/errors';
import { cellAt, placeSurface, surfaceAt, type SurfaceTable } from '../../../src/core/plane/surface';

const table = (
  rows: number,
  columns: number,
  values: number[],
  at: SurfaceTable['at'] = null,
): SurfaceTable => ({
  file: 'loss.csv',
  rows,
  columns,
  values: Float64Array.from(values),
  at,
});

describe('a loss on the plane', () => {
  it('a matrix covers the window, lowest y first', () => {
    const surface = placeSurface(table(2, 3, [1, 2, 3, 4, 5, 6]), [-1, 1], [0, 10]);
    assert.deepEqual(surface.x, [-1, 0, 1]);
    assert.deepEqual(surface.y, [0, 10]);
    assert.equal(surfaceAt(surface, [-1, 0]), 1);
    assert.equal(surfaceAt(surface, [0.9, 1]), 3);
    assert.equal(surfaceAt(surface, [0.1, 9]), 5);
    assert.deepEqual(surface.range, [1, 6]);
  });

  it('offsets of its own stay where they are; beyond their cells there is no value', () => {
    const at = { x: Float64Array.of(0, 1, 4), y: Float64Array.of(0, 2) };
    const surface = placeSurface(table(2, 3, [1, 2, 3, 4, NaN, 6], at), [-10, 10], [-10, 10]);
    // Cells end in the middle between neighbours, and as far beyond the last.
    assert.equal(surfaceAt(surface, [-0.49, 0]), 1);
    assert.equal(surfaceAt(surface, [-0.51, 0]), null);
    assert.equal(surfaceAt(surface, [2.4, 0.9]), 2);
    assert.equal(surfaceAt(surface, [2.6, 1.1]), 6);
    assert.equal(surfaceAt(surface, [1, 2]), null);
    assert.equal(surface.blank, 1);
    assert.equal(surfaceAt(surface, [4, 3.1]), null);
  });

  it('finds the cell of a coordinate', () => {
    assert.deepEqual(
      [-0.6, -0.5, 0.4, 0.6, 1.4, 2.4, 2.6, 6, 7.1].map((at) => cellAt([0, 1, 2, 5], at)),
      [-1, 0, 0, 1, 1, 2, 2, 3, -1],
    );
    assert.equal(cellAt([3], -100), 0);
  });

  it('a logarithmic scale where all is positive and spans more than two decades', () => {
    const scale = (...values: number[]): string =>
      placeSurface(table(1, values.length, values), [0, 1], [0, 1]).scale;
    assert.equal(scale(0.1, 9.9), 'linear');
    assert.equal(scale(0.1, 10.1), 'log');
    assert.equal(scale(0, 10, 1e6), 'linear');
    assert.equal(scale(-1, 1e6), 'linear');
    assert.equal(scale(NaN, 1, 101, Infinity), 'log');
  });

  it('refuses what lies elsewhere, and what has no value', () => {
    const at = { x: Float64Array.of(0.8, 0.9), y: Float64Array.of(0, 1) };
    assert.throws(
      () => placeSurface(table(2, 2, [1, 2, 3, 4], at), [-0.1, 0.1], [0, 1]),
      (error: unknown) =>
        error instanceof InputError &&
        /loss\.csv: its x runs from 0\.8 to 0\.9, outside of the plane, -0\.1 to 0\.1/.test(error.message) &&
        error.place === 'column x' &&
        /offsets/.test(error.remedy),
    );
    assert.throws(() => placeSurface(table(1, 2, [NaN, Infinity]), [0, 1], [0, 1]), /none of its values/);
  });
});
