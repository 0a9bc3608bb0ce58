import * as v from 'valibot';
import { InputError } from '../core/errors';
import { GraphShares } from '../core/prove/graphShare';
import { mergeTrees, ShareMismatch } from '../core/prove/treeMerge';
import type { TreeReplay } from '../core/prove/treeProblem';
import { sealOfShard, type GraphShare, type Shard, type ShardReport } from '../core/report/shard';
import type { Report } from '../core/report/types';

/** A report, and the name of its file. */
export interface Part {
  readonly name: string;
  readonly report: Report;
}

const AGAIN = 'Run that shard again, with the same options as the others.';

/** A part that is a shard, undamaged and of this version. */
export interface CheckedPart {
  readonly name: string;
  readonly report: Report;
  readonly shard: Shard;
}

/** The shards of one search: of each round all, in their order. */
export interface ShardParts {
  readonly rounds: readonly [readonly CheckedPart[], ...(readonly CheckedPart[])[]];
  /** Any of them, for what they have in common. */
  readonly first: CheckedPart;
  readonly trees: TreeReplay;
  /** Of each round, the shares of the word graph. */
  readonly graph: readonly (readonly (GraphShare | null)[])[];
  /** What is missing, in plain words: shards that were stopped before they were done. */
  readonly warnings: readonly string[];
}

/**
 * The parts put together. Throws InputError unless they are all shards of every round of one search; given twice is as
 * good as once.
 */
export function fitTogether(parts: readonly Part[], version: string): ShardParts {
  const checked = parts.map((part) => checkedPart(part, version));
  const [first, ...others] = checked;
  if (!first) throw new InputError('There is nothing to merge.', '', 'Give the reports of all shards.');
  for (const other of others) sameSearch(first, other);
  const last = Math.max(...checked.map(({ shard }) => shard.round));
  const rounds = Array.from({ length: last }, (_, i) =>
    wholeRound(
      i + 1,
      last,
      checked.filter(({ shard }) => shard.round === i + 1),
    ),
  ) as unknown as ShardParts['rounds'];
  try {
    const graph = rounds.map((shards) => shards.map(({ shard }) => shard.graph));
    // Whether the shares are of the same words shows when they are put together.
    void new GraphShares(graph);
    const trees = mergeTrees(rounds[0].map(({ shard }) => shard.trees));
    return { rounds, first, trees, graph, warnings: rounds.flat().flatMap(shortfall) };
  } catch (error) {
    throw mismatch(error);
  }
}

/** What does not fit together, as the user can act on it. */
export function mismatch(error: unknown): unknown {
  if (!(error instanceof ShareMismatch)) return error;
  return new InputError(`The shards do not fit together: ${error.message}.`, '', AGAIN);
}

/** The shards of one round in their order, each once. */
function wholeRound(round: number, rounds: number, parts: readonly CheckedPart[]): readonly CheckedPart[] {
  const [first] = parts;
  const which = rounds > 1 ? ` in round ${String(round)}` : '';
  if (!first)
    throw new InputError(
      `All shards of round ${String(round)} are missing.`,
      '',
      'Give the reports of all rounds.',
    );
  const { of } = first.shard;
  const shards: CheckedPart[] = [];
  for (const part of parts) {
    if (part.shard.of !== of)
      throw new InputError(
        `The shards differ in the number of shards${which}.`,
        `${first.name}, ${part.name}`,
        AGAIN,
      );
    const place = part.shard.index - 1;
    const before = shards[place];
    shards[place] = before ? oneOf(before, part, which) : part;
  }
  const missing = Array.from({ length: of }, (_, i) => i + 1).filter((index) => !shards[index - 1]);
  if (missing.length > 0)
    throw new InputError(
      `${missing.length === 1 ? 'Shard' : 'Shards'} ${missing.slice(0, 10).join(', ')}${missing.length > 10 ? ', ..' : ''} of ${String(of)} ${missing.length === 1 ? 'is' : 'are'} missing${which}.`,
      '',
      'Give the reports of all shards.',
    );
  return shards;
}

/** Of two reports of one shard the one that says more. Throws InputError where they say different things. */
function oneOf(a: CheckedPart, b: CheckedPart, which: string): CheckedPart {
  if (b.report.search.partial) return a;
  if (a.report.search.partial) return b;
  const said = ({ shard: { trees, graph } }: CheckedPart): string => JSON.stringify([trees, graph]);
  if (said(a) === said(b)) return a;
  const { index, of } = a.shard;
  throw new InputError(
    `Shard ${String(index)} of ${String(of)} is given twice${which}, and the two say different things.`,
    `${a.name}, ${b.name}`,
    'Give each shard once, all run with the same program on the same kind of machine.',
  );
}

function shortfall({ name, report, shard }: CheckedPart): string[] {
  if (!report.search.partial) return [];
  return [
    `Shard ${String(shard.index)} of ${String(shard.of)} (${name}) was ended before it was done (${report.search.stoppedBy ?? 'stopped'}): only what it holds was used. Run alone again, with a higher --time-limit or --memory-limit, it completes the proof.`,
  ];
}

/** Whether a part is a shard at all, undamaged and of this version. */
function checkedPart({ name, report }: Part, version: string): CheckedPart {
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
  if (report.orders.some(({ complete }) => complete))
    throw new InputError('This shard is damaged: it claims an order by itself.', name, AGAIN);
  return { name, report, shard };
}

/** Throws InputError unless two shards are of the same search of the same model. */
function sameSearch(one: CheckedPart, other: CheckedPart): void {
  const names = `${one.name}, ${other.name}`;
  if (one.report.digest !== other.report.digest)
    throw new InputError('The shards are of different model files.', names, AGAIN);
  const compared = ({ report, shard }: CheckedPart): Readonly<Record<string, unknown>> => ({
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
  round: v.pipe(count, v.minValue(1)),
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
  graph: v.nullable(
    v.object({
      level: v.pipe(count, v.minValue(1)),
      words: count,
      seal: v.string(),
      own: v.array(v.pipe(v.string(), v.regex(/^[0-9a-z ]*$/))),
      counts: v.object({
        linearPrograms: count,
        empty: count,
        doubtful: count,
        pivots: count,
        operations: count,
      }),
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
