import assert from 'node:assert/strict';
import type { BasinPicture, ManifoldPicture } from '../../src/core/report/scene';
import { exploredToText } from '../../src/export/explored';
import { loadModel } from '../../src/jobs/load';
import { sensitivityOf } from '../../src/jobs/sensitivity';
import { folder, textSource } from '../runs/support';

const lines = (text: string | null): string[] => text!.trimEnd().split('\r\n');

describe('what is explored, as data', () => {
  it('sensitivities: every weight once, those of a zero diagonal left empty', async () => {
    // z* = (2, 1.5) on the right of both borders: z1 = 0.5 z1 + 1, z2 = 0.2 z2 + 0.1 z1 + 1.
    const source = textSource(
      'm.json',
      JSON.stringify({ model: 'PLRNN', A: [0.5, 0.2], W: [[0, 0], [0.1, 0]], h: [1, 1] }), // prettier-ignore
    );
    const loaded = await loadModel(source, folder({}), {}, () => Promise.resolve('sha256:0'));
    const sensitivity = sensitivityOf(loaded, {
      object: { id: 'FP1', points: [[2, 1.5]], regions: ['11'] },
      quantity: { kind: 'coordinate', point: 0, unit: 1 },
    });
    const [header, ...rows] = lines(exploredToText('sensitivity', 'csv', 'm.json', { sensitivity }));
    assert.equal(header, 'weight,parameter,tensor,row,column,value,derivative');
    assert.equal(rows.length, 8);
    // By hand: dz2/dh2 = 1 / 0.8, dz2/dW21 = z1 / 0.8, dz2/dA1 = 0.1 z1 / (0.5 * 0.8).
    const of = Object.fromEntries(rows.map((row) => [row.split(',')[0]!, row.split(',').at(-1)!]));
    assert.ok(Math.abs(Number(of['h[1]']) - 1.25) < 1e-14);
    assert.ok(Math.abs(Number(of['W[1][0]']) - 2.5) < 1e-14);
    assert.ok(Math.abs(Number(of['A[0]']) - 0.5) < 1e-14);
    assert.equal(of['W[0][0]'], '');
    const json = JSON.parse(exploredToText('sensitivity', 'json', 'm.json', { sensitivity })!) as {
      schema: string;
      object: string;
      largest: { parameter: string; index: number[] }[];
    };
    assert.deepEqual([json.schema, json.object], ['rnn-dynamics/sensitivity@1', 'FP1']);
    assert.deepEqual(json.largest[0], { parameter: 'W', index: [1, 0], value: 0.1, derivative: 2.5 });
  });

  it('manifolds: one row per vertex', () => {
    const manifolds: ManifoldPicture = {
      manifolds: [
        { object: 'FP2', kind: 'stable', curves: [[[0, 1], [2, 3]], [[4, 5], [6, 7]]], extent: '' }, // prettier-ignore
      ],
      crossings: [],
      statements: [],
    };
    assert.deepEqual(lines(exploredToText('manifolds', 'csv', 'm', { manifolds })), [
      'object,manifold,curve,vertex,z1,z2',
      'FP2,stable,1,1,0,1',
      'FP2,stable,1,2,2,3',
      'FP2,stable,2,1,4,5',
      'FP2,stable,2,2,6,7',
    ]);
    assert.equal(exploredToText('basins', 'csv', 'm', { manifolds }), null);
  });

  it('basins: cells at their centres, lowest row first', () => {
    const basins: BasinPicture = {
      origin: [0, 0, 5],
      u: [1, 0, 0],
      v: [0, 2, 0],
      x: [0, 2],
      y: [-1, 1],
      columns: 2,
      rows: 2,
      fates: Int16Array.of(0, -1, -2, 0),
      attractors: ['FP1'],
      shares: [{ fate: 0, share: 0.5, interval: [0.4, 0.6] }],
      samples: 4,
      reach: 1,
    };
    assert.deepEqual(lines(exploredToText('basins', 'csv', 'm', { basins })), [
      'column,row,x,y,fate,z1,z2,z3',
      '0,0,0.5,-0.5,FP1,0.5,-1,5',
      '1,0,1.5,-0.5,bounded,1.5,-1,5',
      '0,1,0.5,0.5,divergent,0.5,1,5',
      '1,1,1.5,0.5,FP1,1.5,1,5',
    ]);
    const json = JSON.parse(exploredToText('basins', 'json', 'm', { basins })!) as Record<string, unknown>;
    assert.deepEqual(json['fates'], [[0, -1], [-2, 0]]); // prettier-ignore
    assert.deepEqual(json['shares'], [{ fate: 'FP1', share: 0.5, interval: [0.4, 0.6] }]);
  });
});
