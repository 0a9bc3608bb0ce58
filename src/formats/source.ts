import type { Scalar, TensorHandle } from '../core/tensor';

/** Random access to the bytes of one file. A read past the end returns fewer bytes. */
export interface Source {
  /** File name without folders. */
  readonly name: string;
  readonly size: number;
  read(offset: number, length: number): Promise<Uint8Array>;
}

/** The folder a file lies in: sidecars (`run.json`, `../args.json`) and sets of `.npy` files come from here. */
export interface Neighbourhood {
  /** Names of the folders above, innermost first. They may name the architecture or P. */
  readonly folders: readonly string[];
  /** Names of the files beside the file. */
  list(): Promise<readonly string[]>;
  /** A file by a path relative to the folder (`run.json`, `../args.json`), or null if there is none. */
  open(relativePath: string): Promise<Source | null>;
}

/** One set of weights in a file. Most files hold exactly one; a series holds one for each epoch. */
export interface Entry {
  readonly epoch: number | null;
  readonly tensors: readonly TensorHandle[];
  readonly scalars: readonly Scalar[];
}

/** A file as read: bytes -> tensors. What the tensors mean is decided in `core/models`. */
export interface Container {
  /** Plain words: "PyTorch zip", "NumPy .npz", "safetensors", "JSON". */
  readonly format: string;
  readonly entries: readonly [Entry, ...Entry[]];
  readonly warnings: readonly string[];
}

/** One file format. Adding a format is one file that exports one of these, listed in `formats/index.ts`. */
export interface Reader {
  readonly format: string;
  /** By content first: `head` holds the first 4096 bytes (fewer if the file is shorter). */
  recognises(head: Uint8Array, source: Source): boolean;
  /** Headers only where the format allows; values are read by `TensorHandle.load`. Throws InputError. */
  read(source: Source, neighbourhood: Neighbourhood): Promise<Container>;
}
