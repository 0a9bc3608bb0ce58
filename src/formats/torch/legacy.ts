import { InputError } from '../../core/errors';
import { fileBytes, readExactly, viewOf, type Bytes } from '../bytes';
import { limits } from '../limits';
import { PickledContents, type Storages } from '../pickle/pickled';
import type { Reader, Source } from '../source';
import { storageId, storageItemSize } from './storage';
import { looksLikeTorchStream, readTorchStream, type TorchStream } from './stream';

/** PyTorch files before 1.6: a stream of pickles and, behind them, the storages one after another. */
export const torchLegacy: Reader = {
  format: 'PyTorch legacy stream',
  recognises: looksLikeTorchStream,
  read: async (source) => {
    const stream = await readHeader(source);
    const contents = new PickledContents();
    await contents.add(stream.pickle, await locateStorages(source, stream));
    return contents.container(
      'PyTorch legacy stream',
      'pickle',
      'Save the weights: torch.save(model.state_dict(), path).',
    );
  },
};

/** First guess at the bytes of the pickles before the storages. */
const HEADER = 2 ** 20;

async function readHeader(source: Source): Promise<TorchStream> {
  const bytes = await readExactly(source, 0, Math.min(source.size, HEADER), 'pickle');
  try {
    return readTorchStream(bytes);
  } catch (error) {
    if (!(error instanceof InputError) || bytes.length === source.size) throw error;
  }
  return readTorchStream(await readExactly(source, 0, Math.min(source.size, limits.pickleBytes), 'pickle'));
}

/** Finds where each storage starts. Throws InputError if one is cut off or described by nothing. */
async function locateStorages(source: Source, stream: TorchStream): Promise<Storages> {
  const itemSizes = new Map<string, number | null>();
  for (const node of stream.pickle.persistent) {
    const id = storageId(node);
    if (id) itemSizes.set(id.key, storageItemSize(id.type));
  }
  const found = new Map<string, Bytes>();
  let at = stream.end;
  for (const key of stream.keys) {
    const place = `storage ${key.slice(0, 80)}`;
    const itemSize = itemSizes.get(key);
    if (itemSize === undefined || itemSize === null || found.has(key))
      throw new InputError(
        itemSize === null ? 'its elements are of an unknown type' : 'the file does not describe the storage',
        place,
        'Save the file again with torch.save(model.state_dict(), path).',
      );
    const header = viewOf(await readExactly(source, at, 8, place));
    const size = Number(header.getBigInt64(0, true)) * itemSize;
    if (!(size >= 0 && size <= source.size - at - 8))
      throw new InputError(
        `the storage claims ${size} bytes, the file has ${source.size - at - 8} left`,
        place,
        'The file is cut off; copy or download it again, or wait until it has been written completely.',
      );
    found.set(key, fileBytes(source, at + 8, size, place));
    at += 8 + size;
  }
  return {
    littleEndian: true,
    container: 'file',
    place: (key) => key,
    size: (key) => found.get(key)?.size ?? null,
    bytes: async (key) => found.get(key)!,
  };
}
