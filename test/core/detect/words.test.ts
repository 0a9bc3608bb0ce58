import assert from 'node:assert/strict';
import fc from 'fast-check';
import { leastRotation, primitivePeriod, rotate, tailPeriod, wordKey } from '../../../src/core/detect/words';

const words = fc.array(fc.nat(3), { minLength: 1, maxLength: 14 }).map((w) => Int32Array.from(w));
const rotations = (word: Int32Array): Int32Array[] => Array.from(word, (_, i) => rotate(word, i));

describe('words', () => {
  it('leastRotation is the least of all rotations', () => {
    fc.assert(
      fc.property(words, (word) => {
        const keys = rotations(word).map(wordKey).sort();
        assert.equal(wordKey(rotate(word, leastRotation(word))), keys[0]);
      }),
    );
  });
  it('primitivePeriod counts the distinct rotations', () => {
    fc.assert(
      fc.property(words, (word) => {
        assert.equal(primitivePeriod(word), new Set(rotations(word).map(wordKey)).size);
      }),
    );
  });
  it('tailPeriod is the least shift under which the tail repeats', () => {
    fc.assert(
      fc.property(words, fc.nat(5), (word, cut) => {
        const length = Math.max(1, word.length - cut);
        const tail = Array.from(word).slice(word.length - length);
        let expected = 1;
        while (!tail.every((v, i) => i < expected || v === tail[i - expected])) expected++;
        assert.equal(tailPeriod(word, word.length, length), expected);
      }),
    );
  });
  it('wordKey tells words with large region numbers apart', () => {
    const keys = [[0xd7ff], [0xd800], [0xe000, 1], [1e5], [1e5, 2], [2, 1e5]].map((w) => wordKey(w));
    assert.equal(new Set(keys).size, keys.length);
  });
});
