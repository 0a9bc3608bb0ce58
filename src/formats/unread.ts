import { InputError } from '../core/errors';
import { latin1, startsWith, viewOf } from './bytes';
import type { Reader } from './source';

/**
 * Files that are no model at all, and files that were named wrongly. Each says what the file is and what to do instead.
 */

type Recognises = Reader['recognises'];

function refuse(format: string, recognises: Recognises, message: string, remedy: string): Reader {
  return {
    format,
    recognises,
    read: () => Promise.reject(new InputError(message, '', remedy)),
  };
}

function named(...extensions: readonly string[]): Recognises {
  return (_head, source) =>
    extensions.some((extension) => source.name.toLowerCase().endsWith(`.${extension}`));
}

function either(...conditions: readonly Recognises[]): Recognises {
  return (head, source) => conditions.some((recognises) => recognises(head, source));
}

function isTfevents(head: Uint8Array): boolean {
  return (
    head.length > 24 && viewOf(head).getUint32(4, true) === 0 && latin1(head, 12, 64).includes('brain.Event:')
  );
}

/** Files that hold no model, whatever they are called. Asked before all readers. */
export const notModels: readonly Reader[] = [
  refuse(
    'a Git LFS pointer',
    (head) => latin1(head, 0, 40).startsWith('version https://git-lfs'),
    'this is a Git LFS pointer, not the file itself',
    'Fetch the file with "git lfs pull".',
  ),
  refuse(
    'a web page',
    (head) => /^(?:\u00ef\u00bb\u00bf)?\s*<(?:!doctype|html|\?xml)/i.test(latin1(head, 0, 256)),
    'this is a web page, not a model: the download went wrong',
    'Download the file again; it may need a login or another link.',
  ),
];

/** Formats told by their content. Asked after the readers that know their own content. */
export const unreadByContent: readonly Reader[] = [
  refuse(
    'a file of TensorBoard events',
    (head, source) => isTfevents(head) || /\.tfevents/.test(source.name),
    'this is a file of TensorBoard events, which holds losses but no weights',
    'Open a saved model; the timeline of the folder shows the losses beside its checkpoints.',
  ),
  refuse(
    'a gzip file',
    (head) => startsWith(head, 0x1f, 0x8b),
    'this is a gzip-compressed file',
    'Unpack it first.',
  ),
];

/** Formats told by their names alone, when the content told nothing. Asked last. */
export const unreadByName: readonly Reader[] = [
  refuse(
    'a MATLAB file',
    named('mat'),
    'this is no MATLAB file of version 5 or 7.3: its first bytes are unknown, or it is of version 4',
    'In MATLAB, save it again with save(.., "-v7"); a damaged file must be copied or downloaded again.',
  ),
  refuse(
    'a damaged file',
    either(named('h5', 'hdf5', 'keras', 'jld2', 'jld', 'npz', 'npy', 'pt', 'pth', 'ckpt')),
    'the content is not what the name says: its first bytes are unknown',
    'The file is damaged or was named wrongly; save or download it again.',
  ),
];
