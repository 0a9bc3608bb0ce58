import * as v from 'valibot';
import { InputError } from '../core/errors';
import { mergeTrees, ShareMismatch } from '../core/prove/treeMerge';
import type { TreeReplay } from '../core/prove/treeProblem';
import { mapOf, sealOfShard, type Shard, type ShardReport } from '../core/report/shard';
import type { Report } from '../core/report/types';
import { analyzeSubject, type AnalyzeContext } from './analyze';

/** A report, and the name of its file. */
export interface Part {
  readonly name: string;
  readonly report: Report;
}

const AGAIN = 'Run that shard again, with the same options as the others.';

/**
 * The reports of all shards -> the report of one run: every step is done as in one run, but for the search trees, which
 * are put together from the shares. Throws InputError unless the parts are all n shards of one search, each once and
 * searched without a stop; Cancelled when it was given up.
 */
export async function merge(parts: readonly Part[], context: AnalyzeContext): Promise<Report> {
  const { shards, trees } = fitTogether(parts, context.version);
  const [{ report, shard }] = shards;
  const { file, digest, search } = report;
  const { map, clamp, modelWarnings, proofSeconds } = shard;
  const subject = {
    ...{ map: mapOf(map), fileName: file, digest, clamp, warnings: modelWarnings },
    summary: report.model,
  };
  const options = {
    ...{ maxOrder: search.maxOrder, seed: search.seed, certify: true },
    ...(proofSeconds === null ? {} : { proofSeconds }),
  };
  const merged = await analyzeSubject(subject, options, { ...context, trees });
  const spent = shards.reduce((sum, one) => sum + one.report.search.seconds, 0);
  return { ...merged, search: { ...merged.search, seconds: merged.search.seconds + spent } };
}

interface Checked {
  readonly name: string;
  readonly report: Report;
  readonly shard: Shard;
}

/** The parts in the order of the shards. Throws InputError. */
function fitTogether(
  parts: readonly Part[],
  version: string,
): { shards: readonly [Checked, ...Checked[]]; trees: TreeReplay } {
  const checked = parts.map((part) => checkedPart(part, version));
  const [first, ...others] = checked;
  if (!first) throw new InputError('There is nothing to merge.', '', 'Give the reports of all shards.');
  for (const other of others) sameSearch(first, other);
  const { of } = first.shard;
  const shards: Checked[] = [];
  for (const part of checked) {
    const before = shards[part.shard.index - 1];
    if (before)
      throw new InputError(
        `Shard ${String(part.shard.index)} of ${String(of)} is given twice.`,
        `${before.name}, ${part.name}`,
        'Give each shard once.',
      );
    shards[part.shard.index - 1] = part;
  }
  const missing = Array.from({ length: of }, (_, i) => i + 1).filter((index) => !shards[index - 1]);
  if (missing.length > 0)
    throw new InputError(
      `${missing.length === 1 ? 'Shard' : 'Shards'} ${missing.slice(0, 10).join(', ')}${missing.length > 10 ? ', ..' : ''} of ${String(of)} ${missing.length === 1 ? 'is' : 'are'} missing.`,
      '',
      'Give the reports of all shards.',
    );
  try {
    return { shards: shards as [Checked, ...Checked[]], trees: mergeTrees(shards.map((s) => s.shard.trees)) };
  } catch (error) {
    if (!(error instanceof ShareMismatch)) throw error;
    throw new InputError(`The shards do not fit together: ${error.message}.`, '', AGAIN);
  }
}

/** Whether a part is a shard at all, undamaged, whole and of this version. */
function checkedPart({ name, report }: Part, version: string): Checked {
  const parsed = v.safeParse(shardSchema, report.shard);
  if (report.shard === undefined)
    throw new InputError(
      'This is no shard.',
      name,
      'Give reports as written by analyze --shard i/n --out F.json.',
    );
  if (!parsed.success) {
    const [issue] = parsed.issues;
    const where = v.getDotPath(issue);
    throw new InputError(
      `This shard is damaged: ${issue.message}.`,
      `${name}${where ? `, ${where}` : ''}`,
      AGAIN,
    );
  }
  const { shard } = report as ShardReport;
  const { index, of, map } = shard;
  if (report.generator.version !== version)
    throw new InputError(
      `This shard was written by version ${report.generator.version}, and this is ${version}.`,
      name,
      'Run all shards and the merge with the same version.',
    );
  const { seal, ...unsealed } = shard;
  if (seal !== sealOfShard(report, unsealed))
    throw new InputError('This shard is damaged: its checksum does not match.', name, AGAIN);
  if (index < 1 || index > of)
    throw new InputError(`There is no shard ${String(index)} of ${String(of)}.`, name, AGAIN);
  const { n, L, A, B, C, d, g } = map;
  if (A.length !== n * n || B.length !== n * L || C.length !== L * n || d.length !== L || g.length !== n)
    throw new InputError('This shard is damaged: its map has the wrong size.', name, AGAIN);
  if (report.search.partial || shard.trees.some(({ end }) => end === 'stop'))
    throw new InputError(
      `Shard ${String(index)} of ${String(of)} was ended before it was done (${report.search.stoppedBy ?? 'stopped'}).`,
      name,
      'Run it again with a higher --time-limit or --memory-limit.',
    );
  if (report.orders.some(({ complete }) => complete))
    throw new InputError('This shard is damaged: it claims an order by itself.', name, AGAIN);
  return { name, report, shard };
}

/** Throws InputError unless two shards are of the same search of the same model. */
function sameSearch(one: Checked, other: Checked): void {
  const names = `${one.name}, ${other.name}`;
  if (one.report.digest !== other.report.digest)
    throw new InputError('The shards are of different model files.', names, AGAIN);
  const compared = ({ report, shard }: Checked): Readonly<Record<string, unknown>> => ({
    'the number of shards': shard.of,
    'the highest order': report.search.maxOrder,
    'the seed': report.search.seed,
    '--proof-time': shard.proofSeconds,
    // Each shard measures the scale by what it found.
    'how the model is read': [{ ...report.model, scale: 0 }, shard.map, shard.clamp, shard.modelWarnings],
  });
  const others = compared(other);
  for (const [what, value] of Object.entries(compared(one)))
    if (JSON.stringify(value) !== JSON.stringify(others[what]))
      throw new InputError(`The shards differ in ${what}.`, names, AGAIN);
}

const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const counts = v.record(v.string(), count);
const word = v.pipe(v.string(), v.regex(/^[0-9a-f]*$/));
const numbers = v.array(v.pipe(v.number(), v.finite()));
const shardSchema = v.object({
  index: count,
  of: v.pipe(count, v.minValue(1)),
  covered: v.array(v.string()),
  trees: v.array(
    v.object({
      order: v.pipe(count, v.minValue(1)),
      far: v.boolean(),
      base: v.string(),
      problem: v.string(),
      radius: v.number(),
      depth: count,
      subtrees: count,
      seal: v.string(),
      top: v.object({ counts, words: v.array(v.tuple([count, word])) }),
      own: v.array(v.object({ subtree: count, branches: v.string(), words: v.array(word) })),
      counts,
      bounded: v.boolean(),
      abandoned: count,
      end: v.picklist(['done', 'budget', 'stop']),
    }),
  ),
  whole: v.array(v.object({ order: count, why: v.string() })),
  proofSeconds: v.nullable(v.number()),
  clamp: v.nullable(v.number()),
  modelWarnings: v.array(v.string()),
  map: v.object({ n: count, L: count, A: numbers, B: numbers, C: numbers, d: numbers, g: numbers }),
  seal: v.string(),
});
