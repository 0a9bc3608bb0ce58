import { elementCount } from '../../core/tensor';
import {
  commentEnd,
  firstEndingAfter,
  lastAtOrBefore,
  numberEnd,
  type IndexedArray,
  type IndexedObject,
  type IndexedScalar,
  type JsonIndex,
  type Span,
} from './jsonIndex';

/** What stands at a place of an indexed text. */
export type Place =
  /** A number of an array, by its position in row-major order. */
  | { readonly kind: 'element'; readonly array: IndexedArray; readonly element: number; readonly span: Span }
  /** The key or a bracket: the whole array (`prefix` empty) or a part of it, as in `W[3]`. */
  | {
      readonly kind: 'part';
      readonly array: IndexedArray;
      readonly prefix: readonly number[];
      readonly span: Span;
    }
  /** The key or a brace of an object. */
  | { readonly kind: 'object'; readonly object: IndexedObject; readonly span: Span }
  /** The key or the value of a loose value. */
  | { readonly kind: 'scalar'; readonly scalar: IndexedScalar; readonly span: Span };

/** What stands at an offset; null for white space, commas, comments, and whatever is not indexed. */
export function placeAt(index: JsonIndex, text: string, offset: number): Place | null {
  const array = index.arrays[firstEndingAfter(index.arrays, offset)];
  if (array) {
    if (contains(array.key, offset)) return { kind: 'part', array, prefix: [], span: array.key! };
    if (contains(array, offset)) return insideArray(array, text, offset);
  }
  for (const scalar of index.scalars) {
    if (contains(scalar.key, offset)) return { kind: 'scalar', scalar, span: scalar.key };
    if (contains(scalar, offset)) return { kind: 'scalar', scalar, span: scalar };
  }
  for (const object of index.objects) {
    if (contains(object.key, offset)) return { kind: 'object', object, span: object.key! };
    if (offset === object.start || (offset === object.end - 1 && text[offset] === '}'))
      return { kind: 'object', object, span: { start: offset, end: offset + 1 } };
  }
  return null;
}

function contains(span: Span | null, offset: number): boolean {
  return span !== null && span.start <= offset && offset < span.end;
}

function insideArray(array: IndexedArray, text: string, offset: number): Place | null {
  const char = text[offset];
  const span = { start: offset, end: offset + 1 };
  const rank = array.shape.length;
  const relative = offset - array.start;
  if (char === '[') {
    if (insideComment(array, text, offset)) return null;
    const row = lastAtOrBefore(array.rows, relative - 1) + 1;
    if (row >= array.rows.length) return { kind: 'part', array, prefix: [], span };
    const brackets = countBrackets(text, offset, array.start + array.rows[row]! + 1, '[');
    return { kind: 'part', array, prefix: coordinates(array, row).slice(0, rank - brackets), span };
  }
  const row = lastAtOrBefore(array.rows, relative);
  if (row < 0) return null;
  if (char === ']') {
    if (insideComment(array, text, offset)) return null;
    const brackets = countBrackets(text, array.start + array.rows[row]!, offset + 1, ']');
    return { kind: 'part', array, prefix: coordinates(array, row).slice(0, rank - brackets), span };
  }
  const length = array.shape[rank - 1]!;
  let column = 0;
  for (const number of numbersOf(text, array.start + array.rows[row]! + 1)) {
    if (number.start > offset) return null;
    if (offset < number.end) return { kind: 'element', array, element: row * length + column, span: number };
    column++;
  }
  return null;
}

function insideComment(array: IndexedArray, text: string, offset: number): boolean {
  if (!array.commented) return false;
  const row = Math.max(0, lastAtOrBefore(array.rows, offset - array.start - 1));
  let at = offset === array.start ? offset : array.start + array.rows[row]!;
  if (at > offset) at = array.start;
  while (at < offset) at = text[at] === '/' ? Math.max(at + 1, commentEnd(text, at)) : at + 1;
  return at > offset;
}

function countBrackets(text: string, start: number, end: number, bracket: string): number {
  let count = 0;
  for (let at = start; at < end;) {
    if (text[at] === bracket) count++;
    at = text[at] === '/' ? Math.max(at + 1, commentEnd(text, at)) : at + 1;
  }
  return count;
}

/** Indices of an innermost array along all dimensions but the last. */
function coordinates(array: IndexedArray, row: number): number[] {
  return unravel(array.shape.slice(0, -1), row);
}

/** Indices along each dimension of a position in row-major order. */
export function unravel(shape: readonly number[], position: number): number[] {
  const index: number[] = [];
  for (let axis = shape.length - 1, rest = position; axis >= 0; axis--) {
    const extent = shape[axis]!;
    index.unshift(extent === 0 ? 0 : rest % extent);
    rest = extent === 0 ? 0 : Math.floor(rest / extent);
  }
  return index;
}

/** The numbers from inside an innermost array to its end. */
function* numbersOf(text: string, start: number): Generator<Span> {
  for (let at = start; at < text.length;) {
    const char = text[at]!;
    if (char === ']') return;
    if (char === '/') at = Math.max(at + 1, commentEnd(text, at));
    else if (char === ',' || char <= ' ') at++;
    else {
      const end = numberEnd(text, at);
      if (end < 0) return;
      yield { start: at, end };
      at = end;
    }
  }
}

/** All values of an array, row-major, as float64. */
export function valuesOf(text: string, array: IndexedArray): Float64Array {
  const values = new Float64Array(elementCount(array.shape));
  let count = 0;
  for (const row of array.rows) {
    for (let at = array.start + row + 1; ;) {
      const code = text.charCodeAt(at);
      if (code === 0x5d || Number.isNaN(code)) break;
      if (code === 0x2c || code <= 0x20) at++;
      else if (code === 0x2f) at = Math.max(at + 1, commentEnd(text, at));
      else {
        const end = numberEnd(text, at);
        if (end < 0) break;
        values[count++] = Number(text.slice(at, end));
        at = end;
      }
    }
  }
  return values;
}
