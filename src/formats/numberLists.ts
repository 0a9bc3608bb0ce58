import { InputError } from '../core/errors';
import { limits } from './limits';
import { isNode, type PickleNode, type PickleValue } from './pickle/pickle';
import { packedStrides } from './strided';
import type { TensorRecord } from './tensorRecord';

/** Rectangular nested lists of numbers in a pickle, read as tensors. All that is looked at counts against one bound. */
export class NumberLists {
  private left: number = limits.jsonNumbers;

  /** `numberOf` gives the number for which a value stands, or null. */
  constructor(private readonly numberOf: (value: PickleValue) => number | null) {}

  /** Null if the node is no list, an empty or ragged one, or one that holds anything but numbers. */
  read(node: PickleNode): TensorRecord | null {
    const shape: number[] = [];
    let first: PickleValue = node;
    for (let items = sequence(first); items; items = sequence(first)) {
      if (items.length === 0 || shape.length === limits.rank) return null;
      shape.push(items.length);
      first = items[0]!;
    }
    if (shape.length === 0 || !this.fits(node, shape, 0)) return null;
    const values = new Float64Array(shape.reduce((count, extent) => count * extent, 1));
    let at = 0;
    const fill = (value: PickleValue): void => {
      const items = sequence(value);
      if (items) for (const item of items) fill(item);
      else values[at++] = this.numberOf(value)!;
    };
    fill(node);
    return {
      dtype: 'float64',
      offset: 0,
      shape,
      strides: packedStrides(shape, [...shape.keys()]),
      elements: { in: 'numbers', values },
    };
  }

  private fits(value: PickleValue, shape: readonly number[], depth: number): boolean {
    if (--this.left < 0)
      throw new InputError(
        `the lists of numbers unfold into more than ${limits.jsonNumbers} values`,
        'pickle',
        'Save the parameters with numpy.savez.',
      );
    if (depth === shape.length) return this.numberOf(value) !== null;
    const items = sequence(value);
    if (items === null || items.length !== shape[depth]) return false;
    return items.every((item) => this.fits(item, shape, depth + 1));
  }
}

function sequence(value: PickleValue): readonly PickleValue[] | null {
  return isNode(value) && (value.kind === 'list' || value.kind === 'tuple') ? value.items : null;
}
