import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import Ajv2020 from 'ajv/dist/2020';
import { INFO_SCHEMA, type InfoReport, type Report } from '../../src/core/report/types';
import { reportToJson } from '../../src/export/json';
import { sample } from './sample';

const file = path.join(import.meta.dirname, '../../media/report.schema.json');

const info: InfoReport = {
  ...{ schema: INFO_SCHEMA, file: 'a.pt', format: 'PyTorch zip', bytes: 10, warnings: [] },
  tensors: [
    {
      name: 'A',
      dtype: 'float32',
      shape: [2],
      elements: 2,
      finite: true,
      sum: 1,
      min: 0,
      max: 1,
      mean: 0.5,
      std: 0.5,
      norm: 1,
    },
    {
      name: 'e',
      dtype: 'int64',
      shape: [],
      elements: 1,
      finite: false,
      sum: null,
      min: null,
      max: null,
      mean: null,
      std: null,
      norm: null,
    },
  ],
  scalars: [{ name: 'epoch', value: 3 }],
  model: {
    ...{ kind: 'PLRNN', variant: sample.model.variant, stateDim: 2, reluUnits: 2, equation: 'x' },
    ...{ tensors: { A: 'A' }, assumptions: [] },
  },
};

describe('report schema', () => {
  let validate: (value: unknown) => boolean;
  before(async () => {
    const ajv = new Ajv2020({ strict: true, allowUnionTypes: true, allErrors: true });
    const compiled = ajv.compile(JSON.parse(await readFile(file, 'utf8')) as object);
    validate = (value) => {
      const valid = compiled(value);
      return valid;
    };
  });
  const clone = (report: Report | InfoReport): Record<string, unknown> =>
    JSON.parse(reportToJson(report)) as Record<string, unknown>;

  it('accepts reports', () => {
    assert.ok(validate(clone(sample)));
    assert.ok(
      validate(clone({ ...sample, search: { ...sample.search, partial: true, stoppedBy: 'stopped' } })),
    );
    assert.ok(validate(clone(info)));
    assert.ok(validate(clone({ ...info, model: null })));
  });

  it('rejects a report that lacks any of its fields, or has one more', () => {
    for (const report of [clone(sample), clone(info)]) {
      for (const field of Object.keys(report)) {
        const rest = Object.fromEntries(Object.entries(report).filter(([name]) => name !== field));
        assert.ok(!validate(rest), field);
      }
      assert.ok(!validate({ ...report, surplus: 1 }));
    }
  });

  it('rejects a cycle that lacks any of its fields', () => {
    const cycle = sample.beyond[0]!;
    for (const field of Object.keys(cycle)) {
      const beyond = [Object.fromEntries(Object.entries(cycle).filter(([name]) => name !== field))];
      assert.ok(!validate({ ...clone(sample), beyond }), field);
    }
  });

  it('rejects wrong values', () => {
    const wrong: Record<string, unknown>[] = [
      { schema: 'rnn-dynamics/report@2' },
      { digest: 'md5:0' },
      { attractors: [{ kind: 'cycle', share: 1.5, evidence: '' }] },
      { beyond: [{ ...sample.beyond[0], regions: ['012'] }] },
      { beyond: [{ ...sample.beyond[0], stability: 'neutral' }] },
      { beyond: [{ ...sample.beyond[0], order: 0 }] },
    ];
    for (const change of wrong) assert.ok(!validate({ ...clone(sample), ...change }), JSON.stringify(change));
  });
});
