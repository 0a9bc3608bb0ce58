import assert from 'node:assert/strict';
import { verificationText } from '../../src/cli/table';
import { VERIFICATION_SCHEMA, type Verification } from '../../src/core/verify/report';

describe('what verify prints', () => {
  const base: Verification = {
    schema: VERIFICATION_SCHEMA,
    problems: [],
    objects: 3,
    exact: 3,
    claimed: [1, 2, 3, 5],
    proven: [1],
    notes: [],
    proof: null,
  };
  const proof = {
    lines: 9,
    problems: [],
    proven: [1, 2, 3],
    allPeriods: false,
    notes: ['Order 5: why.'],
    counts: {},
  };

  it('never says of a claim that was not re-checked that it was', () => {
    const text = verificationText({ ...base, proof });
    assert.match(text, /^Verified, but for what is named below as not re-checked\.\n/);
    assert.match(text, /orders established as claimed: 1 to 3\./);
    assert.match(text, /Not re-checked: the claim of order 5\./);
    assert.match(text, /- Order 5: why\./);
  });

  it('says so where everything claimed was re-checked, and what the proof is worth where it is refuted', () => {
    const whole = { ...proof, proven: [2, 3, 5], notes: [], allPeriods: true };
    const text = verificationText({ ...base, proof: whole });
    assert.match(text, /^Verified\.\n/);
    assert.match(text, /established as claimed: 2 to 3, 5, and every longer period\./);
    assert.doesNotMatch(text, /Not re-checked/);
    const refuted = verificationText({ ...base, problems: ['Line 3: no.'], proof: { ...proof, proven: [] } });
    assert.match(refuted, /^Rejected: 1 problem\./);
  });

  it('names what the time did not suffice for', () => {
    const text = verificationText({ ...base, notes: ['The time was up with 2 objects not re-checked.'] });
    assert.match(text, /^Verified, but for what is named below as not re-checked\.\n/);
    assert.match(text, /Not re-checked:?\n.*The time was up with 2 objects/s);
  });

  it('says without a proof which orders were proven again', () => {
    const text = verificationText({ ...base, proof: null });
    assert.match(text, /^Verified\.\n/);
    assert.match(
      text,
      /Orders called complete: 1 to 3, 5; proven again here by solving every itinerary exactly: 1\./,
    );
  });
});
