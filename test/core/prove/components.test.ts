import assert from 'node:assert/strict';
import { Components } from '../../../src/core/prove/components';
import { random } from '../../../src/core/random';

/** Edges as rows of targets. */
function rows(edges: readonly (readonly number[])[]): { start: Int32Array; targets: Int32Array } {
  const start = new Int32Array(edges.length + 1);
  edges.forEach((list, i) => (start[i + 1] = start[i]! + list.length));
  return { start, targets: Int32Array.from(edges.flat()) };
}

/** i and j reach each other: by the transitive closure (Warshall 1962). */
function mutual(edges: readonly (readonly number[])[]): boolean[][] {
  const n = edges.length;
  const reach = edges.map((list, i) => Array.from({ length: n }, (_, j) => i === j || list.includes(j)));
  for (let k = 0; k < n; k++)
    for (let i = 0; i < n; i++)
      for (let j = 0; j < n; j++) if (reach[i]![k]! && reach[k]![j]!) reach[i]![j] = true;
  return reach.map((row, i) => row.map((r, j) => r && reach[j]![i]!));
}

describe('strongly connected components', () => {
  it('are the classes of nodes that reach each other, on random graphs of any size with one set of arrays', () => {
    const source = random(1);
    const components = new Components();
    for (let trial = 0; trial < 200; trial++) {
      const n = 1 + source.below(24);
      const edges = Array.from({ length: n }, () =>
        Array.from({ length: source.below(4) }, () => source.below(n)),
      );
      const { start, targets } = rows(edges);
      const component = components.find(n, start, targets);
      const truth = mutual(edges);
      for (let i = 0; i < n; i++)
        for (let j = 0; j < n; j++) assert.equal(component[i] === component[j], truth[i]![j]);
    }
  });

  it('follow a path of 200,000 nodes without recursion', () => {
    const n = 200000;
    const { start, targets } = rows(Array.from({ length: n }, (_, i) => [(i + 1) % n]));
    const component = new Components().find(n, start, targets);
    assert.ok(component.subarray(0, n).every((c) => c === component[0]));
  });
});
