// A page with one figure, for components.test.ts: window.data and window.figure say what; window.spy reports back.
import { render } from 'preact';
import { useRef, useState } from 'preact/hooks';
import { Spectrum, StateSpace, TimeSeries, toFigureObjects, Weights } from '../../../webview/figures';

const show = { borders: true, simulated: true, trajectories: true };
const state = (index) => ({ type: 'state', index });
const rows = [state(0), state(1)];

function Page() {
  const { data, spy, figure } = window;
  const [selected, setSelected] = useState(window.initial ?? null);
  const [parameter, setParameter] = useState(null);
  const [objects] = useState(() => toFigureObjects(data.cycles));
  const [trajectories] = useState(() => [{ id: 't1', trajectory: data.trajectory }]);
  const handle = useRef(null);
  spy.selected = selected;
  spy.parameter = parameter;
  spy.svg = () => handle.current.toSvg();
  spy.png = () => handle.current.toPng();
  const { stateDim } = data.scene;
  const common = { objects, selected, onSelect: setSelected, handle };
  if (figure === 'spectrum') return <Spectrum {...common} perStep={false} />;
  if (figure === 'series')
    return <TimeSeries {...common} {...{ stateDim, rows, trajectories }} scene={data.scene} />;
  if (figure === 'weights')
    return (
      <Weights matrices={data.weights} parameter={parameter} onParameter={setParameter} handle={handle} />
    );
  const axes = { x: state(0), y: state(1), ...(figure === 'state3d' ? { z: state(2) } : {}) };
  return (
    <StateSpace
      {...common}
      {...{ stateDim, axes, show, trajectories }}
      scene={data.scene}
      onLaunch={(start) => spy.launched.push(start)}
      onProbe={(at) => {
        spy.probed.push(at);
        const border = { distance: 0.12, unit: 1 };
        return Promise.resolve({ state: at, next: at, region: '10', border, eigenvalues: [] });
      }}
    />
  );
}

render(<Page />, document.getElementById('root'));
