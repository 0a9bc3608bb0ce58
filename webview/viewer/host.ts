import type { FromViewer, ToViewer, ViewerQueries } from '../../src/protocol/viewer';
import { connect, type Connection } from '../connection';

/** The extension host as the viewer of weights sees it. */
export type Host = Connection<FromViewer, ToViewer, ViewerQueries>;

/** Questions about another file, or the same one before it changed, are dropped. */
export function connectViewer(): Host {
  return connect(['inspection', 'opening']);
}
