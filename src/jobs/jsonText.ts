import type { Hint } from '../core/models/types';
import { InputError } from '../core/errors';
import { readExactly } from '../formats/bytes';
import type { Neighbourhood, Source } from '../formats/source';
import { readSidecars } from '../runs/sidecar';

/** Bytes of a document that is read: no editor hands larger ones to its extensions. */
const MAX_BYTES = 52 * 2 ** 20;

/** What stands beside a document, and its text if it is to be read from its file. Throws InputError. */
export async function documentHints(
  name: string,
  neighbourhood: Neighbourhood,
  source: Source | null,
): Promise<{ hints: readonly Hint[]; content: string }> {
  const { hints } = await readSidecars(name, neighbourhood);
  return { hints, content: source ? await readText(source) : '' };
}

async function readText(source: Source): Promise<string> {
  if (source.size > MAX_BYTES)
    throw new InputError(
      'the document is too large',
      '',
      'Save a model of this size as .npz or .safetensors.',
    );
  return new TextDecoder('utf-8').decode(await readExactly(source, 0, source.size, ''));
}
