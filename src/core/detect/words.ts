/** Words: itineraries as lists of region numbers (see `RegionTable`), read cyclically. */
export type Word = Int32Array;

/** Start of the lexicographically least rotation. Booth, Inf. Process. Lett. 10 (1980) 240-242. */
export function leastRotation(word: ArrayLike<number | string>): number {
  const k = word.length;
  let i = 0;
  let j = 1;
  let length = 0;
  while (i < k && j < k && length < k) {
    const a = word[(i + length) % k]!;
    const b = word[(j + length) % k]!;
    if (a === b) {
      length++;
      continue;
    }
    if (a > b) i += length + 1;
    else j += length + 1;
    if (i === j) j++;
    length = 0;
  }
  return Math.min(i, j);
}

/** The rotation that starts at `start`. */
export function rotate(word: Word, start: number): Word {
  if (start === 0) return word;
  const out = new Int32Array(word.length);
  out.set(word.subarray(start));
  out.set(word.subarray(0, start), word.length - start);
  return out;
}

/** Length of the primitive root: the least p dividing k with word[i] = word[i - p]. */
export function primitivePeriod(word: ArrayLike<number | string>): number {
  const k = word.length;
  for (let p = 1; p <= k / 2; p++) {
    if (k % p !== 0) continue;
    let same = true;
    for (let i = p; i < k && same; i++) same = word[i] === word[i - p];
    if (same) return p;
  }
  return k;
}

/** Least p such that the last `length` symbols repeat with period p (p need not divide the length). */
export function tailPeriod(sequence: ArrayLike<number>, end: number, length: number): number {
  // Knuth-Morris-Pratt failure function of the reversed tail.
  const failure = new Int32Array(length + 1);
  const at = (i: number): number => sequence[end - 1 - i]!;
  failure[0] = -1;
  let j = -1;
  for (let i = 0; i < length; i++) {
    while (j >= 0 && at(i) !== at(j)) j = failure[j]!;
    j++;
    failure[i + 1] = j;
  }
  return length - failure[length]!;
}

/** A key for sets of words; region numbers up to about a million. */
export function wordKey(word: ArrayLike<number>): string {
  let key = '';
  for (let i = 0; i < word.length; i++) {
    const id = word[i]!;
    key += id < 0xd800 ? String.fromCharCode(id) : `\ue000${String(id)}\ue001`;
  }
  return key;
}
