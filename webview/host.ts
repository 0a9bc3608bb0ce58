import type { FromPanel, PanelQueries, ToPanel } from '../src/protocol/panel';
import { connect, type Connection } from './connection';

/** The extension host as the dynamics panel sees it. */
export type Host = Connection<FromPanel, ToPanel, PanelQueries>;

/** Questions are dropped when a new run begins: the map they were about is gone. */
export function connectPanel(): Host {
  return connect(['init']);
}
