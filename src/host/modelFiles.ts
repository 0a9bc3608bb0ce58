import type { FileLabel } from '../protocol/panel';

/** Extensions a file of weights may have; the manifest's menus list the same. */
export const MODEL_EXTENSIONS = [
  'pt',
  'pth',
  'ckpt',
  'bin',
  'safetensors',
  'npz',
  'npy',
  'h5',
  'hdf5',
  'keras',
  'mat',
  'bson',
  'jld2',
  'onnx',
  'json',
  'csv',
  'tsv',
  'pkl',
] as const;

const EXTENSION = new RegExp(`\\.(${MODEL_EXTENSIONS.join('|')})$`, 'i');

/** Whether a file by its name may hold weights: a known extension, or none at all. */
export function mayHoldModel(path: string): boolean {
  const name = path.slice(path.lastIndexOf('/') + 1);
  return EXTENSION.test(name) || (name !== '' && !name.includes('.'));
}

/** Names that training codes give to numbered checkpoints. */
const NUMBERED =
  /(?:ckpt|checkpoint|model|epoch|step|iter|weights|after)[a-z]*[-_.=]?(?:epoch|step|after)?[-_=]?(\d+)/i;

/** @param path of a URI: slashes, no query */
export function fileLabel(path: string): FileLabel {
  const [name = path, folder] = path.split('/').reverse();
  const digits = NUMBERED.exec(name)?.[1];
  const epoch = digits === undefined ? null : Number(digits);
  const numbered = epoch !== null && Number.isSafeInteger(epoch);
  return { name, run: numbered && folder ? folder : null, epoch: numbered ? epoch : null };
}
