import assert from 'node:assert/strict';
import { globMatcher } from '../../src/runs/globs';

describe('globs', () => {
  // As documented for VS Code's globs: https://code.visualstudio.com/docs/editor/glob-patterns
  const cases: [string, string[], string[]][] = [
    ['**/*.{pt,npz}', ['a.pt', 'x/y/a.npz'], ['a.pth', 'a.pt/b']],
    ['**/{node_modules,.git}/**', ['node_modules/a', 'x/.git/y/z'], ['node_modules', 'my_node_modules/a']],
    ['runs/*/model_?.pt', ['runs/a/model_1.pt'], ['runs/a/b/model_1.pt', 'runs/a/model_12.pt']],
    ['ckpt_[0-9].pt', ['ckpt_3.pt'], ['ckpt_x.pt']],
    ['ckpt_[!0-9].pt', ['ckpt_x.pt'], ['ckpt_3.pt', 'ckpt_/.pt/a']],
    ['{**/a,b/**}/c', ['a/c', 'x/a/c', 'b/y/c'], ['d/c']],
    ['a+b (1).pt', ['a+b (1).pt'], ['aab 1.pt']],
    ['**', ['a', 'a/b'], []],
    ['{a,b', [], ['a', 'b']],
  ];
  for (const [glob, named, others] of cases)
    it(glob, () => {
      const matches = globMatcher([glob]);
      assert.deepEqual([...named, ...others].filter(matches), named);
    });

  it('are alternatives; none names nothing', () => {
    assert.deepEqual(['a', 'b', 'c'].filter(globMatcher(['a', 'c'])), ['a', 'c']);
    assert.equal(globMatcher([])('a'), false);
  });
});
