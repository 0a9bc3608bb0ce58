import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { FromPanel } from '../../src/protocol/panel';
import { parseFromPanel } from '../../src/host/messages';

const genuine: readonly FromPanel[] = [
  { type: 'ready' },
  { type: 'rerun', search: {} },
  {
    type: 'rerun',
    search: { maxOrder: 8, seed: 1, timeLimit: 2.5, threads: 2, memoryLimitMB: 512, certify: false },
  },
  { type: 'stop' },
  { type: 'choose', index: 0 },
  { type: 'mapTensors' },
  { type: 'takeAs', kind: 'clippedShPLRNN' },
  { type: 'export', format: 'html' },
  { type: 'saveFigure', name: 'State space', format: 'svg', data: '<svg/>' },
  { type: 'copy', text: 'np.array([[1.0]])', what: 'FP1 as NumPy' },
  {
    type: 'plane',
    request: {
      x: { direction: 'A[0]', range: [-0.1, 0.1] },
      y: { direction: 'random:3', range: [0, 1] },
      maxOrder: 8,
    },
  },
  { type: 'stopPlane' },
  { type: 'diagram', along: { direction: 'W[1][0]', range: [-0.1, 0.1] }, maxOrder: 16 },
  { type: 'exportPlane' },
  { type: 'openAt', at: [0.05, -0.02] },
  { type: 'openSettings' },
  { type: 'showLog' },
  { type: 'ask', id: 1, query: 'scene', request: { objects: [[1, 2]] } },
  {
    type: 'ask',
    id: 2,
    query: 'trajectory',
    request: { start: [0, 0.5], steps: 200, objects: [{ id: 'FP1', points: [[0, 0]] }] },
  },
  { type: 'ask', id: 3, query: 'probe', request: { state: [1e-300, -4] } },
  { type: 'ask', id: 4, query: 'weights', request: {} },
  {
    type: 'ask',
    id: 5,
    query: 'sensitivity',
    request: {
      object: { id: 'C2a', points: [[0.5], [-0.5]], regions: ['1', '0'] },
      quantity: { kind: 'coordinate', point: 1, unit: 0 },
    },
  },
  {
    type: 'ask',
    id: 6,
    query: 'sensitivity',
    request: {
      object: { id: 'FP1', points: [[0.5]], regions: ['1'] },
      quantity: { kind: 'modulus', multiplier: 0 },
    },
  },
  { type: 'exportData', what: 'basins', format: 'csv' },
];

const forged: readonly (readonly [string, unknown])[] = [
  ['nothing', undefined],
  ['a string', 'ready'],
  ['an unknown type', { type: 'eval', code: '1' }],
  ['a type of the other direction', { type: 'report', report: {} }],
  ['an extra field', { type: 'ready', path: '/etc/passwd' }],
  [
    'a range upside down',
    {
      type: 'plane',
      request: {
        x: { direction: 'A[0]', range: [0.1, -0.1] },
        y: { direction: 'A[1]', range: [0, 1] },
        maxOrder: 8,
      },
    },
  ],
  ['an offset that is no number', { type: 'openAt', at: [0, NaN] }],
  ['an order of zero', { type: 'rerun', search: { maxOrder: 0 } }],
  ['an order of millions', { type: 'rerun', search: { maxOrder: 1e6 } }],
  ['a fractional seed', { type: 'rerun', search: { seed: 0.5 } }],
  ['no thread at all', { type: 'rerun', search: { threads: 0 } }],
  ['an undefined option', { type: 'rerun', search: { maxOrder: undefined } }],
  ['an unknown option', { type: 'rerun', search: { shell: true } }],
  ['a negative choice', { type: 'choose', index: -1 }],
  ['an architecture that is none', { type: 'takeAs', kind: 'reluRNN' }],
  ['a choice by name', { type: 'choose', index: '__proto__' }],
  ['an export format that does not exist', { type: 'export', format: 'exe' }],
  ['a figure format that does not exist', { type: 'saveFigure', name: 'a', format: 'html', data: '' }],
  ['a name without end', { type: 'saveFigure', name: 'a'.repeat(1000), format: 'svg', data: '' }],
  ['a query that is a job of the worker', { type: 'ask', id: 1, query: 'analyze', request: {} }],
  [
    'a request of another query',
    { type: 'ask', id: 1, query: 'probe', request: { start: [0], steps: 1, objects: [] } },
  ],
  [
    'a quantity that is none',
    {
      type: 'ask',
      id: 1,
      query: 'sensitivity',
      request: {
        object: { id: 'FP1', points: [[0.5]], regions: ['1'] },
        quantity: { kind: 'modulus', multiplier: -1 },
      },
    },
  ],
  ['data of another kind', { type: 'exportData', what: 'weights', format: 'csv' }],
  ['a session smuggled in', { type: 'ask', id: 1, query: 'weights', request: { session: 'other' } }],
  ['a state with a hole', { type: 'ask', id: 1, query: 'probe', request: { state: [1, Number.NaN] } }],
  [
    'an infinite state',
    { type: 'ask', id: 1, query: 'probe', request: { state: [Number.POSITIVE_INFINITY] } },
  ],
  [
    'steps without end',
    { type: 'ask', id: 1, query: 'trajectory', request: { start: [0], steps: 1e12, objects: [] } },
  ],
];

describe('messages from the webview', () => {
  for (const message of genuine) {
    const query = message.type === 'ask' ? ` ${message.query}` : '';
    it(`lets ${message.type}${query} pass unchanged`, () => {
      assert.deepEqual(parseFromPanel(message), { message });
    });
  }

  for (const [what, message] of forged) {
    it(`turns down ${what}`, () => {
      const result = parseFromPanel(message);
      assert.ok('rejected' in result, JSON.stringify(result));
      assert.ok(result.rejected.length > 0);
    });
  }

  it('never throws, whatever comes', () => {
    fc.assert(
      fc.property(fc.anything(), (anything) => {
        const result = parseFromPanel(anything);
        assert.ok('message' in result || 'rejected' in result);
      }),
      { numRuns: 500 },
    );
  });
});
