import type { TensorHandle } from '../../core/tensor';
import { elementCount } from '../../core/tensor';
import type { Leaves } from '../assemble';

/**
 * The numeric arrays of a MATLAB file, where everything is an array of two dimensions or more. A 1 x 1 array is a
 * loose value (`epoch`, `P`, `tau`), unless the file holds no larger one: then it is the tensor of a tiny model.
 */
export class MatlabArrays {
  private readonly all: (readonly [path: readonly string[], array: Omit<TensorHandle, 'name'>])[] = [];
  private tiny = true;

  add(path: readonly string[], array: Omit<TensorHandle, 'name'>): void {
    this.all.push([path, array]);
    if (elementCount(array.shape) > 1) this.tiny = false;
  }

  /** Hands everything on; the loose values are read here. */
  async into(leaves: Leaves): Promise<void> {
    for (const [path, array] of this.all)
      if (this.tiny || elementCount(array.shape) !== 1) leaves.add(path, array);
      else {
        const value = (await array.load())[0]!;
        leaves.add(path, array.dtype === 'bool' ? value !== 0 : value);
      }
  }
}
