import { render } from 'preact';
import './dynamics.css';
import './viewer.css';
import { App } from './viewer/App';
import { connect } from './viewer/connection';

const connection = connect();
const mount = document.getElementById('root') ?? document.body.appendChild(document.createElement('div'));
render(<App connection={connection} />, mount);
