import { render } from 'preact';
import { useEffect, useMemo, useState } from 'preact/hooks';
import './dynamics.css';
import { createController } from './controller';
import { connectPanel } from './host';
import { createStore } from './store';
import { App } from './views/App';
import { PanelContext } from './views/context';

const host = connectPanel();
const store = createStore(host.restore());
const controller = createController(store, () => host);

function Root() {
  const [state, setState] = useState(store.state);
  useEffect(() => store.subscribe(setState), []);
  useEffect(() => {
    document.body.dataset['palette'] = state.palette;
  }, [state.palette]);
  const panel = useMemo(() => ({ state, controller }), [state]);
  return (
    <PanelContext.Provider value={panel}>
      <App />
    </PanelContext.Provider>
  );
}

const mount = document.getElementById('root') ?? document.body.appendChild(document.createElement('div'));
render(<Root />, mount);
host.listen((message) => store.dispatch(message));
