import { render } from 'preact';
import './dynamics.css';
import './timeline.css';
import { App } from './timeline/App';
import { createStore } from './timeline/store';

const store = createStore();
const mount = document.getElementById('root') ?? document.body.appendChild(document.createElement('div'));
render(<App store={store} />, mount);
store.post({ type: 'ready' });
