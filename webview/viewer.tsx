import { render } from 'preact';
import './dynamics.css';
import './viewer.css';
import { App } from './viewer/App';
import { connectViewer } from './viewer/host';

const host = connectViewer();
const mount = document.getElementById('root') ?? document.body.appendChild(document.createElement('div'));
render(<App host={host} />, mount);
