import { InputError } from '../../core/errors';
import { assemble, Leaves } from '../assemble';
import { latin1, readExactly, startsWith } from '../bytes';
import { parseJson, type JsonDocument, type JsonNode } from './tree';
import { limits } from '../limits';
import type { Entry, Reader, Source } from '../source';

const EXPORT =
  'Write the model as a JSON object of named number arrays, for example {"model":"PLRNN","A":[..],"W":[[..]],"h":[..]}.';

/** JSON models: named arrays, state dicts, nested objects, and series `{"checkpoints":[{"epoch":..,..},..]}`. */
export const json: Reader = {
  format: 'JSON',
  recognises: (head, source) => {
    const text = latin1(head, 0, 256)
      .replace(/^\u00ef\u00bb\u00bf/, '')
      .trimStart();
    const opens = /^(?:[[{]|\/[/*])/.test(text) && !/[\0-\x08\x0e-\x1f]/.test(text);
    return opens || isUtf16(head) || /\.(?:json|jsonc)$/i.test(source.name);
  },
  read: async (source) => {
    const warnings: string[] = [];
    const document = parseJson(await decode(source, warnings));
    const { root } = document;
    if (root.kind !== 'object' && root.kind !== 'list')
      throw new InputError(
        root.kind === 'numbers' ? 'the array has no name' : 'the file holds one value, not a model',
        '',
        EXPORT,
      );
    for (const path of document.duplicates.slice(0, 20))
      warnings.push(`${path} is given more than once; the last one was read`);
    if (document.nonFinite.length > 0)
      warnings.push(`values that are not finite, at ${document.nonFinite.join(', ')} ..`);
    const entries = assemble(leavesOf(document, warnings).all, root.kind === 'list');
    if (!isFilled(entries)) {
      refuseIndex(root);
      throw new InputError('the file holds no array of numbers', '', EXPORT);
    }
    return { format: 'JSON', entries, warnings };
  },
};

/**
 * `model.safetensors.index.json` and its like, which say in which file each tensor lies: no file is opened because
 * another one names it. Throws InputError if this is one.
 */
function refuseIndex(root: JsonNode): void {
  const map = root.kind === 'object' ? root.members.get('weight_map') : undefined;
  if (map?.kind !== 'object') return;
  const parts = new Set<string>();
  for (const node of map.members.values())
    if (node.kind === 'value' && typeof node.value === 'string') parts.add(node.value.slice(0, 80));
  const named = [...parts].slice(0, 3).map((part) => JSON.stringify(part));
  throw new InputError(
    `this is the index of a model in ${parts.size === 1 ? 'another file' : `${parts.size} other files`}, and holds no weights itself`,
    'weight_map',
    `Open the file that holds the recurrent weights${named.length > 0 ? ` (${named.join(', ')}${parts.size > 3 ? ', ..' : ''})` : ''}.`,
  );
}

function isFilled(entries: readonly Entry[]): entries is readonly [Entry, ...Entry[]] {
  return entries.some((entry) => entry.tensors.length > 0);
}

function isUtf16(head: Uint8Array): boolean {
  return startsWith(head, 0xff, 0xfe) || startsWith(head, 0xfe, 0xff);
}

async function decode(source: Source, warnings: string[]): Promise<string> {
  if (source.size > limits.jsonText)
    throw new InputError(
      `the text has ${source.size} bytes, more than the ${limits.jsonText} that are read`,
      '',
      'Save a model of this size as .npz or .safetensors.',
    );
  const bytes = await readExactly(source, 0, source.size, '');
  if (isUtf16(bytes)) throw new InputError('the text is UTF-16', 'byte 0', 'Save the file as UTF-8.');
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    warnings.push('some bytes are not UTF-8; they were read as replacement characters');
    return new TextDecoder('utf-8').decode(bytes);
  }
}

function leavesOf(document: JsonDocument, warnings: string[]): Leaves {
  const leaves = new Leaves();
  const visit = (node: JsonNode, path: readonly string[]): void => {
    if (node.kind === 'object') for (const [name, member] of node.members) visit(member, [...path, name]);
    else if (node.kind === 'list')
      for (const [i, item] of node.items.entries()) visit(item, [...path, String(i)]);
    else if (node.kind === 'numbers')
      leaves.add(path, { dtype: 'float64', shape: node.shape, load: async () => document.values(node) });
    else if (node.kind === 'words') {
      if (warnings.length < 20)
        warnings.push(`${path.join('.').slice(0, 200)} is a list without numbers and was left out`);
    } else if (node.value !== null) leaves.add(path, node.value);
  };
  visit(document.root, []);
  return leaves;
}
