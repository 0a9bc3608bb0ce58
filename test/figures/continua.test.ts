import assert from 'node:assert/strict';
import type { Scene } from '../../src/core/report/scene';
import { continuumSegments, type FigureContinuum } from '../../src/figures/continua';
import { drawStateSpace, fitStateSpace, type StateSpaceFigure } from '../../src/figures/stateSpace';
import { darkTheme } from '../../src/figures/theme';
import { recorder } from './recorder';

/** z1' = relu(z1), z2' = z2 / 2: every (c, 0) with c >= 0 is a fixed point; the border is z1 = 0. */
const scene: Scene = {
  stateDim: 2,
  reluUnits: 1,
  simulated: [],
  transients: [],
  principal: {
    mean: [0, 0],
    components: [
      [1, 0],
      [0, 1],
    ],
    explained: [1, 0],
  },
  borders: [{ unit: 0, normal: [1, 0], offset: 0 }],
};
const halfLine: FigureContinuum = { id: 'L1', regions: ['1'], point: [2, 0], directions: [[1, 0]] };

describe('continua', () => {
  it('end at the border of their region, and otherwise at the reach asked for', () => {
    const [[from, to] = []] = continuumSegments(halfLine, scene, 10);
    assert.deepEqual(from, [0, 0]);
    assert.deepEqual(to, [12, 0]);
  });

  it('run the other way where the unit is inactive', () => {
    const inactive = { ...halfLine, regions: ['0'], point: [-3, 0], directions: [[2, 0]] };
    const [[from, to] = []] = continuumSegments(inactive, scene, 10);
    assert.deepEqual(from, [-13, 0]);
    assert.ok(to && Math.abs(to[0]!) < 1e-12);
  });

  it('lie between two borders; a border along the family does not end it', () => {
    const borders = [
      ...scene.borders,
      { unit: 1, normal: [-0.5, 0], offset: 2 },
      { unit: 2, normal: [0, 1], offset: 1 },
    ];
    const between = { ...halfLine, regions: ['111'] };
    const [[from, to] = []] = continuumSegments(between, { ...scene, borders }, 100);
    assert.deepEqual(from, [0, 0]);
    assert.deepEqual(to, [4, 0]);
  });

  it('claims no more than the known point for families of cycles', () => {
    const cycles = { ...halfLine, regions: ['1', '0'] };
    assert.deepEqual(continuumSegments(cycles, scene, 10), [[cycles.point, cycles.point]]);
  });

  it('are drawn and named in the portrait, whose fit shows them', () => {
    const figure: StateSpaceFigure = {
      stateDim: 2,
      objects: [],
      continua: [halfLine],
      scene,
      axes: { x: { type: 'state', index: 0 }, y: { type: 'state', index: 1 } },
      show: { borders: false, simulated: true, trajectories: true },
      selected: null,
      trajectories: [],
      view: null,
    };
    const view = fitStateSpace(figure);
    assert.ok(view.x[0] < 0 && view.x[1] > 2, JSON.stringify(view));
    const painter = recorder(600, 600);
    drawStateSpace(painter, figure, darkTheme);
    const lines = painter.calls.filter((call) => call.kind === 'line' && call.stroke?.width === 3);
    assert.equal(lines.length, 1);
    assert.ok(painter.calls.some((call) => call.kind === 'text' && call.text === 'L1'));
  });
});
