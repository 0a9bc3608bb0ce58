import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import Ajv2020 from 'ajv/dist/2020';
import { detect } from '../../../src/core/detect/detect';
import { verifyReport, type Verification } from '../../../src/core/verify/report';
import { build } from '../systems';
import { digest, reportFrom } from './reports';

const file = path.join(import.meta.dirname, '../../../media/verification.schema.json');
/** Full tent map z' = 1 - 2 |z|. */
const tent = build([[2]], [[-4]], [[1]], [0], [1]);

describe('verification schema', () => {
  let validate: (value: unknown) => boolean;
  const made: Verification[] = [];
  before(async () => {
    const ajv = new Ajv2020({ strict: true, allErrors: true });
    const compiled = ajv.compile(JSON.parse(await readFile(file, 'utf8')) as object);
    validate = (value) => compiled(JSON.parse(JSON.stringify(value)));
    const lines: string[] = [];
    const detection = await detect(tent, {
      ...{ maxOrder: 3, seed: 0, certify: true, allPeriodsNodes: 100 },
      stop: () => false,
      onProgress: () => undefined,
      onFinds: () => undefined,
      proof: { write: (line) => void lines.push(line), digest },
    });
    const report = reportFrom(tent, detection, 3);
    const verify = (text: readonly string[] | null, stop = false, by = digest): Verification => {
      let at = 0;
      const source = text && { next: () => text[at++] ?? null, rewind: () => void (at = 0) };
      return verifyReport(report, tent, by, source, { stop: () => stop });
    };
    made.push(
      verify(null),
      verify(lines),
      verify(lines.slice(1)),
      verify(lines, true),
      verify(lines, false, 'sha256:01'),
    );
  });

  it('accepts what verification comes to: confirmed, refuted, cut short', () => {
    const [alone, proven, cut, hurried, other] = made as [
      Verification,
      Verification,
      Verification,
      Verification,
      Verification,
    ];
    assert.ok(made.every(validate));
    assert.equal(alone.proof, null);
    assert.deepEqual(proven.proof!.proven, [1, 2, 3]);
    assert.ok(cut.problems.length > 0);
    assert.ok(hurried.notes.length > 0 && hurried.proof!.notes.length > 0);
    assert.ok(other.problems.length > 0);
  });

  it('rejects a verification, or what it says of a proof, that lacks any field or has one more', () => {
    const whole = made[1]!;
    const without = (value: object, field: string): object =>
      Object.fromEntries(Object.entries(value).filter(([name]) => name !== field));
    for (const field of Object.keys(whole)) assert.ok(!validate(without(whole, field)), field);
    for (const field of Object.keys(whole.proof!))
      assert.ok(!validate({ ...whole, proof: without(whole.proof!, field) }), field);
    assert.ok(!validate({ ...whole, surplus: 1 }));
    assert.ok(!validate({ ...whole, proven: [0] }));
    assert.ok(!validate({ ...whole, schema: 'rnn-dynamics/verification@2' }));
  });
});
