/**
 * Proof files of random systems, each re-checked as `verify --proof` does.
 *
 *     npx tsx test/campaign/proofs.ts [COUNT [FIRST]]
 *
 * Prints each problem, why orders are left unchecked and how many, and the time that writing and re-checking take; exits
 * with 1 when a claim or a proof is refuted.
 */
import { detect } from '../../src/core/detect/detect';
import { verifyReport } from '../../src/core/verify/report';
import { digest, reportFrom } from '../core/verify/reports';
import { randomSystem } from './systems';

async function main(): Promise<void> {
  const [count = 120, first = 0] = process.argv.slice(2).map(Number);
  const reasons = new Map<string, number>();
  const totals = { systems: 0, claimed: 0, proven: 0, again: 0, open: 0, wrong: 0, lines: 0 };
  let [searching, checking] = [0, 0];
  for (let index = first; index < first + count; index++) {
    const { name, map, maxOrder } = randomSystem(index);
    const lines: string[] = [];
    const begin = performance.now();
    const detection = await detect(map, {
      maxOrder,
      seed: 1,
      certify: true,
      proofSeconds: 5,
      stop: () => false,
      onProgress: () => undefined,
      onFinds: () => undefined,
      proof: { write: (line) => void lines.push(line), digest },
    });
    const report = reportFrom(map, detection, maxOrder);
    const written = performance.now();
    let at = 0;
    const source = { next: () => lines[at++] ?? null, rewind: () => void (at = 0) };
    const { problems, claimed, proven, proof } = verifyReport(report, map, digest, source);
    const done = performance.now();
    searching += written - begin;
    checking += done - written;
    const open = claimed.filter((order) => !proven.includes(order) && !proof?.proven.includes(order));
    for (const problem of problems) console.log(`${name}: ${problem}`);
    for (const note of proof?.notes ?? []) {
      const kind = note.replace(/\d+/g, '#');
      reasons.set(kind, (reasons.get(kind) ?? 0) + 1);
    }
    if (open.length > 0)
      console.log(`${name}: not re-checked: ${open.join(' ')}; ${proof?.notes.join(' ') ?? ''}`);
    if (done - written > 2000)
      console.log(`${name}: re-checked in ${((done - written) / 1000).toFixed(1)} s`);
    totals.systems++;
    totals.claimed += claimed.length;
    totals.proven += proof?.proven.length ?? 0;
    totals.again += proven.length;
    totals.open += open.length;
    totals.wrong += problems.length;
    totals.lines += lines.length;
  }
  console.log(JSON.stringify({ ...totals, searching: searching / 1000, checking: checking / 1000 }));
  for (const [kind, times] of [...reasons].sort((a, b) => b[1] - a[1]))
    console.log(`${String(times)} x ${kind}`);
  process.exitCode = totals.wrong > 0 ? 1 : 0;
}

void main();
