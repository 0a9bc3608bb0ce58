/**
 * A page with one figure, for test/figures/components.test.ts; no part of the extension's bundle.
 * `window.data` and `window.figure` say what to show, `window.spy` reports back.
 */
import { render } from 'preact';
import { useRef, useState } from 'preact/hooks';
import type { ParameterMatrix, Scene, Trajectory } from '../../src/core/report/scene';
import type { Cycle } from '../../src/core/report/types';
import { Spectrum, StateSpace, TimeSeries, toFigureObjects, Weights } from './index';
import type { AxisChoice, FigureHandle } from './types';

interface Spy {
  readonly launched: number[][];
  readonly probed: number[][];
  selected: string | null;
  parameter: string | null;
  svg: () => string;
  png: () => Promise<string>;
}

declare global {
  interface Window {
    readonly data: {
      readonly cycles: readonly Cycle[];
      readonly scene: Scene;
      readonly trajectory: Trajectory;
      readonly weights: readonly ParameterMatrix[];
    };
    readonly figure: 'state' | 'state3d' | 'spectrum' | 'series' | 'weights';
    readonly initial: string | null;
    readonly spy: Spy;
  }
}

const show = { borders: true, simulated: true, trajectories: true };
const state = (index: number): AxisChoice => ({ type: 'state', index });
const rows = [state(0), state(1)];

function Page() {
  const { data, spy, figure } = window;
  const [selected, setSelected] = useState(window.initial);
  const [parameter, setParameter] = useState<string | null>(null);
  const [objects] = useState(() => toFigureObjects(data.cycles));
  const [trajectories] = useState(() => [{ id: 't1', trajectory: data.trajectory }]);
  const handle = useRef<FigureHandle>(null);
  spy.selected = selected;
  spy.parameter = parameter;
  spy.svg = () => handle.current?.toSvg() ?? '';
  spy.png = () => handle.current?.toPng() ?? Promise.resolve('');
  const { scene, weights: matrices } = data;
  const { stateDim } = scene;
  switch (figure) {
    case 'spectrum':
      return <Spectrum {...{ objects, selected, handle }} onSelect={setSelected} perStep={false} />;
    case 'series':
      return <TimeSeries {...{ stateDim, rows, scene, objects, selected, trajectories, handle }} />;
    case 'weights':
      return <Weights {...{ matrices, parameter, handle }} onParameter={setParameter} />;
    case 'state':
    case 'state3d':
      return (
        <StateSpace
          {...{ stateDim, objects, scene, show, selected, trajectories, handle }}
          axes={{ x: state(0), y: state(1), ...(figure === 'state3d' ? { z: state(2) } : {}) }}
          onSelect={setSelected}
          onLaunch={(start) => {
            spy.launched.push(start);
          }}
          onProbe={(at) => {
            spy.probed.push(at);
            const border = { distance: 0.12, unit: 1 };
            return Promise.resolve({ state: at, next: at, region: '10', border, eigenvalues: [] });
          }}
        />
      );
  }
}

const root = document.getElementById('root');
if (root) render(<Page />, root);
