import { InputError } from '../core/errors';
import { bson } from './julia/bson';
import { kept } from './bytes';
import { csv } from './csv/csv';
import { hdf5, keras } from './hdf5/hdf5';
import { json } from './json/json';
import { jld2 } from './julia/jld2';
import { limits } from './limits';
import { mat5 } from './matlab/mat5';
import { npy } from './numpy/npy';
import { npz } from './numpy/npz';
import { onnx } from './onnx/onnx';
import { safetensors } from './safetensors';
import type { Container, Neighbourhood, Reader, Source } from './source';
import { pickleByName, pickleFile } from './pickle/pickleFile';
import { torch } from './torch/torch';
import { torchLegacy } from './torch/legacy';
import { notModels, unreadByContent, unreadByName } from './unread';

/** All formats, in the order in which they are asked: by content first, by the file's name where that is silent. */
export const readers: readonly Reader[] = [
  ...notModels,
  npy,
  keras,
  npz,
  torch,
  torchLegacy,
  safetensors,
  mat5,
  jld2,
  hdf5,
  bson,
  onnx,
  pickleFile,
  ...unreadByContent,
  json,
  pickleByName,
  csv,
  ...unreadByName,
];

const HEAD = 4096;

/**
 * Reads a model file of any known format: its structure now, its values when a tensor is loaded.
 * Throws InputError, with the place and a remedy, for everything that is wrong with the file.
 */
export async function readContainer(source: Source, neighbourhood: Neighbourhood): Promise<Container> {
  if (source.size === 0)
    throw new InputError(
      'the file is empty',
      '',
      'Wait until it has been written, or save or download it again.',
    );
  const file = await kept(source, limits.keptFile);
  const head = await file.read(0, Math.min(HEAD, file.size));
  const reader = readers.find((candidate) => candidate.recognises(head, file));
  if (!reader)
    throw new InputError(
      'this is no model file of a known format',
      '',
      'Models are read from JSON, .npy, .npz, .safetensors, PyTorch, Julia, MATLAB, HDF5, ONNX and CSV files.',
    );
  return reader.read(file, neighbourhood);
}
