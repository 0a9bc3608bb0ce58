import assert from 'node:assert/strict';
import fc from 'fast-check';
import { toFigureObjects, type FigureObject } from '../../src/figures/objects';
import { planeThrough } from '../../src/core/stateSpace/slices';
import { coordinateOf, dot, stateAt, valueAt } from '../../src/figures/projection';
import {
  borderText,
  clipLine,
  drawStateSpace,
  hitStateSpace,
  layoutStateSpace,
  MAX_BORDERS,
  projectStates,
  stateUnder,
  type StateSpaceFigure,
} from '../../src/figures/stateSpace';
import {
  DEFAULT_ROTATION,
  hit3d,
  layout3d,
  stateUnder3d,
  type StateSpace3dFigure,
} from '../../src/figures/stateSpace3d';
import { darkTheme } from '../../src/figures/theme';
import { loadFixture } from './fixtures';
import { recorder } from './recorder';

const vdp = loadFixture('vdp');
const lorenz = loadFixture('lorenz');
const portrait: StateSpaceFigure = {
  stateDim: 2,
  objects: toFigureObjects(vdp.cycles),
  scene: vdp.scene,
  axes: { x: { type: 'state', index: 0 }, y: { type: 'state', index: 1 } },
  show: { borders: true, simulated: true, trajectories: true },
  selected: null,
  trajectories: [],
  view: null,
};
const chaos: StateSpaceFigure = {
  ...portrait,
  stateDim: 3,
  objects: toFigureObjects(lorenz.cycles),
  scene: lorenz.scene,
};

function texts(figure: StateSpaceFigure, width = 700, height = 700): string[] {
  const painter = recorder(width, height);
  drawStateSpace(painter, figure, darkTheme);
  return painter.calls.flatMap((call) => (call.kind === 'text' ? [call.text] : []));
}

describe('state space', () => {
  it('draws both axes at one scale', () => {
    for (const [width, height] of [
      [700, 700],
      [900, 400],
      [300, 800],
    ] as const) {
      const { x, y } = layoutStateSpace(width, height, portrait);
      assert.ok(Math.abs(x.slope + y.slope) < 1e-9 * x.slope);
    }
  });

  it('gives up one scale only where it would show a line, and says so', () => {
    const object: FigureObject = {
      ...portrait.objects[1]!,
      points: [
        [0, 0],
        [1, 1000],
      ],
    };
    const figure = { ...portrait, objects: [object], scene: null };
    assert.equal(layoutStateSpace(600, 600, figure).isometric, false);
    assert.ok(texts(figure).some((text) => text.includes('different scales')));
  });

  it('finds every mark where it was drawn', () => {
    const layout = layoutStateSpace(700, 700, portrait);
    for (const object of portrait.objects)
      object.points.forEach((point, index) => {
        const hit = hitStateSpace(layout, portrait, layout.x.to(point[0]!), layout.y.to(point[1]!));
        assert.deepEqual(hit, { id: object.id, point: index });
      });
    assert.equal(hitStateSpace(layout, portrait, layout.frame.left + 2, layout.frame.top + 2), null);
  });

  it('a click is the state under it, for any two coordinates', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...[0, 1, 2]),
        fc.constantFrom('state' as const, 'pc' as const),
        fc.constantFrom('state' as const, 'pc' as const),
        fc.double({ min: 60, max: 640, noNaN: true }),
        fc.double({ min: 60, max: 640, noNaN: true }),
        (index, first, second, px, py) => {
          const axes = { x: { type: first, index }, y: { type: second, index: (index + 1) % 3 } } as const;
          const figure = { ...chaos, axes };
          const layout = layoutStateSpace(700, 700, figure);
          const { state } = stateUnder(figure, layout.x.from(px), layout.y.from(py));
          const [x, y] = projectStates([state], layout.coordinates, false);
          assert.ok(Math.abs(layout.x.to(x!) - px) < 1e-6 && Math.abs(layout.y.to(y!) - py) < 1e-6);
        },
      ),
      { numRuns: 30 },
    );
  });

  it('takes the coordinates that are not shown from the selected object, else from the mean', () => {
    const free = stateUnder(chaos, 0, 0);
    assert.equal(free.state[2], chaos.scene!.principal.mean[2]);
    assert.match(free.from ?? '', /mean/);
    const bound = stateUnder({ ...chaos, selected: 'FP2' }, 0, 0);
    assert.equal(bound.state[2], lorenz.cycles[1]!.points[0]![2]);
    assert.match(bound.from ?? '', /FP2/);
    assert.equal(stateUnder(portrait, 0.2, 0.3).from, null);
  });

  it('stays on the plane through three states where the axes lie in it', () => {
    const [a, b, c] = lorenz.cycles.map(({ points }) => points[0]!) as [number[], number[], number[]];
    const plane = { ...planeThrough(a, b, c)!, titles: ['a to b', 'aside, to c'] as const };
    const axes = { x: { type: 'plane', index: 0 }, y: { type: 'plane', index: 1 } } as const;
    const figure = { ...chaos, axes, scene: { ...chaos.scene!, plane }, selected: 'FP2' };
    const { coordinates } = layoutStateSpace(700, 700, figure);
    assert.deepEqual(
      coordinates?.map(({ title }) => title),
      ['a to b', 'aside, to c'],
    );
    for (const z of [a, b, c]) {
      const [x, y] = projectStates([z], coordinates, false);
      const { state } = stateUnder(figure, x!, y!);
      assert.ok(state.every((value, i) => Math.abs(value - z[i]!) < 1e-9));
    }
    // Without the plane the axes fall back to coordinates.
    assert.equal(coordinateOf(axes.y, 3, chaos.scene).title, 'z₂');
  });

  it('names the borders and the regions in the corners of the plane', () => {
    const shown = texts(portrait);
    for (const text of ['unit 1: z₁ = 0', 'unit 2: z₂ = 0', 'σ = 00', 'σ = 01', 'σ = 10', 'σ = 11'])
      assert.ok(shown.includes(text), text);
    assert.ok(!texts({ ...portrait, show: { ...portrait.show, borders: false } }).includes('unit 1: z₁ = 0'));
    assert.equal(borderText({ unit: 6, normal: [1, 2], offset: 1 }), 'unit 7');
    assert.equal(borderText({ unit: 0, normal: [2, 0], offset: 1 }), 'unit 1: z₁ = −0.5');
    assert.equal(borderText({ unit: 0, normal: [0, 1], offset: -10 }), 'unit 1: z₂ = 10');
  });

  it('a border lies where its unit changes sign, also in principal components', () => {
    const figure: StateSpaceFigure = {
      ...portrait,
      axes: { x: { type: 'pc', index: 0 }, y: { type: 'pc', index: 1 } },
      scene: { ...vdp.scene, borders: [{ unit: 0, normal: [0.6, -1.1], offset: 0.2 }] },
    };
    const painter = recorder();
    drawStateSpace(painter, figure, darkTheme);
    const line = painter.calls.find(
      (call) => call.kind === 'line' && call.stroke?.color === darkTheme.axis && call.xy.length === 4,
    );
    assert.ok(line);
    const layout = layoutStateSpace(700, 700, figure);
    for (const at of [0, 2]) {
      const { state } = stateUnder(figure, layout.x.from(line.xy[at]!), layout.y.from(line.xy[at + 1]!));
      assert.ok(Math.abs(dot([0.6, -1.1], state) + 0.2) < 1e-9);
    }
  });

  it('draws no more than its share of borders and says so', () => {
    const borders = Array.from({ length: 200 }, (_, unit) => ({
      unit,
      normal: [Math.cos(unit), Math.sin(unit)],
      offset: -0.3,
    }));
    const figure = { ...portrait, scene: { ...vdp.scene, borders } };
    assert.ok(texts(figure).some((text) => text.includes(`${String(MAX_BORDERS)} of `)));
  });

  it('clips lines to the frame', () => {
    const frame = { left: 0, top: 0, width: 10, height: 10 };
    assert.deepEqual(clipLine(1, 0, -5, frame), [
      [5, 0],
      [5, 10],
    ]);
    assert.equal(clipLine(1, 0, 5, frame), null);
    // Through two corners: two points, not four.
    const diagonal = clipLine(1, -1, 0, frame)!;
    assert.deepEqual(
      diagonal.map(([x]) => x).sort((a, b) => a - b),
      [0, 10],
    );
  });

  it('labels every object of a small system once, and numbers the selected cycle', () => {
    const shown = texts({ ...portrait, selected: 'C13a' });
    for (const { id } of portrait.objects) assert.equal(shown.filter((text) => text === id).length, 1, id);
    for (let j = 1; j <= 13; j++) assert.ok(shown.includes(String(j)), String(j));
    assert.ok(!texts(portrait).includes('13'));
  });

  it('does not let one far object hide the rest, and names it', () => {
    const far: FigureObject = { ...portrait.objects[0]!, id: 'FP9', points: [[500, 500]] };
    const figure = { ...portrait, objects: [...portrait.objects, far] };
    const layout = layoutStateSpace(700, 700, figure);
    assert.ok(layout.x.domain[1] < 10);
    assert.deepEqual(layout.outside, ['FP9']);
    assert.ok(texts(figure).some((text) => text.includes('FP9 outside the view')));
  });

  it('shows one dimension as a return map: a 2-cycle lies mirrored at the diagonal', () => {
    const cycle: FigureObject = {
      ...portrait.objects[1]!,
      order: 2,
      points: [[-1], [2]],
      regions: ['0', '1'],
    };
    const figure: StateSpaceFigure = { ...portrait, stateDim: 1, objects: [cycle], scene: null };
    const layout = layoutStateSpace(500, 500, figure);
    assert.deepEqual([...projectStates(cycle.points, layout.coordinates, true)], [-1, 2, 2, -1]);
    assert.deepEqual(layout.titles, ['z₁', 'next z₁']);
    assert.deepEqual(stateUnder(figure, 0.5, 9).state, [0.5]);
  });

  it('draws an empty system without complaint', () => {
    const shown = texts({ ...portrait, objects: [], scene: null });
    assert.ok(shown.length > 4 && shown.every((text) => !/NaN|∞/.test(text)));
  });
});

describe('projection', () => {
  it('a principal component is the distance from the mean along it, and its title says its share', () => {
    const coordinate = coordinateOf({ type: 'pc', index: 1 }, 3, lorenz.scene);
    const { mean, components, explained } = lorenz.scene.principal;
    const state = mean.map((value, i) => value + 2.5 * components[1]![i]! + 7 * components[0]![i]!);
    assert.ok(Math.abs(valueAt(coordinate, state) - 2.5) < 1e-12);
    assert.equal(coordinate.title, `PC 2 (${String(Math.round(100 * explained[1]!))} %)`);
  });

  it('falls back to a state and names it where there are no components', () => {
    assert.equal(coordinateOf({ type: 'pc', index: 1 }, 3, null).title, 'z₂');
  });

  it('stateAt leaves what the targets do not ask for', () => {
    const first = coordinateOf({ type: 'state', index: 0 }, 3, null);
    assert.deepEqual(stateAt([1, 2, 3], [{ coordinate: first, value: 9 }]), [9, 2, 3]);
    // The same axis twice: the first wish counts.
    assert.deepEqual(
      stateAt(
        [1, 2, 3],
        [
          { coordinate: first, value: 9 },
          { coordinate: first, value: 5 },
        ],
      ),
      [9, 2, 3],
    );
  });
});

describe('state space in three dimensions', () => {
  const figure: StateSpace3dFigure = {
    ...chaos,
    axes: { x: { type: 'state', index: 0 }, y: { type: 'pc', index: 0 }, z: { type: 'state', index: 2 } },
    rotation: DEFAULT_ROTATION,
  };

  it('projects and unprojects: a pixel is the state beneath it, whatever the angles', () => {
    fc.assert(
      fc.property(
        fc.double({ min: -4, max: 4, noNaN: true }),
        fc.double({ min: -1.5, max: 1.5, noNaN: true }),
        fc.double({ min: 50, max: 600, noNaN: true }),
        fc.double({ min: 50, max: 600, noNaN: true }),
        (azimuth, elevation, px, py) => {
          const turned = { ...figure, rotation: { azimuth, elevation, zoom: 1.3 } };
          const layout = layout3d(700, 640, turned);
          const [x, y, depth] = layout.project(layout.unproject(px, py));
          assert.ok(Math.abs(x - px) < 1e-6 && Math.abs(y - py) < 1e-6 && Math.abs(depth) < 1e-6);
        },
      ),
      { numRuns: 40 },
    );
  });

  it('launches at the chosen values of all three coordinates', () => {
    const layout = layout3d(700, 640, figure);
    const { state } = stateUnder3d(layout, figure, 300, 200);
    const target = layout.unproject(300, 200);
    layout.coordinates.forEach((coordinate, i) => {
      assert.ok(Math.abs(valueAt(coordinate, state) - target[i]!) < 1e-9);
    });
  });

  it('finds the marks it drew', () => {
    const layout = layout3d(700, 640, figure);
    for (const { id, points } of figure.objects) {
      const [a, b, c] = layout.coordinates;
      const at = points[0]!;
      const [x, y] = layout.project([valueAt(a, at), valueAt(b, at), valueAt(c, at)]);
      assert.equal(hit3d(layout, figure, x, y)?.id, id);
    }
  });

  it('seen from above it is the plane of the first two axes', () => {
    const plan = { ...figure, rotation: { azimuth: 0, elevation: Math.PI / 2, zoom: 1 } };
    const layout = layout3d(700, 640, plan);
    const [cx, cy, cz] = layout.centre;
    const origin = layout.project(layout.centre);
    const right = layout.project([cx + 1, cy, cz]);
    const up = layout.project([cx, cy + 1, cz]);
    const near = layout.project([cx, cy, cz + 1]);
    assert.ok(right[0] > origin[0] && Math.abs(right[1] - origin[1]) < 1e-9);
    assert.ok(up[1] < origin[1] && Math.abs(up[0] - origin[0]) < 1e-9);
    assert.ok(near[2] > origin[2] && Math.abs(near[0] - origin[0]) < 1e-9);
  });
});

describe('figures at scale', () => {
  it('a thousand 18-cycles draw within ten times the budget of a frame', () => {
    const objects: FigureObject[] = Array.from({ length: 1000 }, (_, i) => ({
      ...portrait.objects[1]!,
      id: `C18-${String(i)}`,
      order: 18,
      points: Array.from({ length: 18 }, (_unused, j) => [
        Math.cos(i * 0.37 + (j * Math.PI) / 9) * (1 + i / 1000),
        Math.sin(i * 0.37 + (j * Math.PI) / 9) * (1 + i / 500),
      ]),
    }));
    const figure = { ...portrait, objects };
    const painter = recorder();
    drawStateSpace(painter, figure, darkTheme);
    const times = Array.from({ length: 5 }, () => {
      const begin = performance.now();
      drawStateSpace(recorder(), figure, darkTheme);
      return performance.now() - begin;
    }).sort((a, b) => a - b);
    assert.ok(times[2]! < 160, `median ${times[2]!.toFixed(1)} ms`);
  });
});
