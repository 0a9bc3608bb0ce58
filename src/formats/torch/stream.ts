import { InputError } from '../../core/errors';
import { startsWith } from '../bytes';
import { isNode, readPickle, type Pickle } from '../pickle/pickle';

/**
 * The stream that PyTorch wrote before 1.6, and still writes for `_use_new_zipfile_serialization=False`: pickles
 * of a magic number, the protocol, facts of the machine, the object and the keys of its storages; then the
 * storages in the order of the keys, each a count of elements (int64) and the elements, little-endian.
 */
export interface TorchStream {
  readonly pickle: Pickle;
  readonly keys: readonly string[];
  /** Offset of the first storage. */
  readonly end: number;
}

const MAGIC = 0x1950a86a20f9469cfc6cn;
/** LONG1 of 10 bytes with the magic number, behind the protocol and, from protocol 4 on, a frame. */
const LONG1_MAGIC = [0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19] as const;

export function looksLikeTorchStream(head: Uint8Array): boolean {
  return (
    head[0] === 0x80 &&
    (startsWith(head.subarray(2), ...LONG1_MAGIC) ||
      (head[2] === 0x95 && startsWith(head.subarray(11), ...LONG1_MAGIC)))
  );
}

/** Reads the pickles at the start of such a stream. Throws InputError if they are damaged or cut off. */
export function readTorchStream(bytes: Uint8Array): TorchStream {
  let end = 0;
  const next = (): Pickle => {
    const pickle = readPickle(bytes.subarray(end));
    end += pickle.length;
    return pickle;
  };
  if (next().value !== MAGIC) throw damaged('its magic number is wrong');
  const protocol = next().value;
  if (protocol !== 1001) throw damaged(`its protocol is ${JSON.stringify(protocol)?.slice(0, 40)}, not 1001`);
  next();
  const pickle = next();
  const list = next().value;
  const items = isNode(list) && list.kind === 'list' ? list.items : null;
  const keys = items?.filter((key) => typeof key === 'string');
  if (!keys || keys.length !== items?.length) throw damaged('its storages are not listed');
  return { pickle, keys, end };
}

function damaged(reason: string): InputError {
  return new InputError(
    `the PyTorch stream cannot be read: ${reason}`,
    'start of the file',
    'The file is damaged; save it again with torch.save(model.state_dict(), path).',
  );
}
