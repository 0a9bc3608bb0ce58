import { cyclicEffort } from '../core/detect/detect';
import { shareWordGraph } from '../core/detect/graphShare';
import { searchShare, type ShareResult } from '../core/detect/share';
import { Cancelled, InputError } from '../core/errors';
import { plainMap, sealOfShard, type Shard, type Share, type ShardReport } from '../core/report/shard';
import { REPORT_SCHEMA } from '../core/report/types';
import type { SharedGraph } from '../core/prove/spaceProof';
import type { SearchOptions } from '../protocol/job';
import { subjectOf, type AnalyzeContext, type Subject } from './analyze';
import type { LoadedModel } from './load';
import { fitTogether, mismatch, type Part, type ShardParts } from './shardParts';

/**
 * A loaded model -> the report of one shard: its share of the search trees and of the word graph, and what was found
 * there. It never claims that an order is complete. Throws Cancelled when it was given up.
 * @param earlier the reports of all shards of the rounds before; then only the word graph is gone on with. Throws
 * InputError where those are not all, or of another search.
 */
export async function analyzeShard(
  model: LoadedModel,
  search: SearchOptions,
  share: Share,
  { version, control, onEvent }: Pick<AnalyzeContext, 'version' | 'control' | 'onEvent'>,
  earlier: readonly Part[] = [],
  splitAfter?: number,
): Promise<ShardReport> {
  const begin = performance.now();
  const subject = subjectOf(model);
  const { map, fileName, digest, summary, clamp, warnings } = subject;
  const { maxOrder, seed, proofSeconds } = search;
  const before = earlier.length > 0 ? fitTogether(earlier, version) : null;
  if (before) sameAs(before.first, subject, search);
  onEvent({ type: 'model', model: summary });
  const result = searchShare(map, {
    ...{ maxOrder, share, trees: before === null },
    effort: cyclicEffort(search.proofSeconds),
    stop: control.stop,
    onProgress: (stage, fraction) =>
      onEvent({ type: 'progress', progress: { stage, fraction, secondsLeft: null } }),
    onFinds: (finds) => onEvent({ type: 'finds', finds }),
  });
  onEvent({ type: 'progress', progress: { stage: 'word graph', fraction: 0.5, secondsLeft: null } });
  const graph = await shareWordGraph(map, {
    ...{ maxOrder, seed, share, before: before?.graph ?? [], stop: control.stop },
    ...(proofSeconds === undefined ? {} : { proofSeconds }),
    ...(splitAfter === undefined ? {} : { splitAfter }),
  }).catch((error: unknown) => {
    throw mismatch(error);
  });
  if (control.cancelled) throw new Cancelled();
  const covered = coverage(result, graph, share);
  const report = {
    schema: REPORT_SCHEMA,
    generator: { name: 'rnn-dynamics', version },
    file: fileName,
    digest,
    model: { ...summary, scale: result.scale },
    search: {
      ...{ maxOrder, seed },
      seconds: (performance.now() - begin) / 1000,
      linearSolves: result.solves,
      work: Object.fromEntries([
        ...result.trees.map((tree): [string, number] => [
          `tree of order ${String(tree.order)}${tree.far ? ', far out' : ''}: nodes`,
          (tree.top.counts['nodes'] ?? 0) + (tree.counts['nodes'] ?? 0),
        ]),
        ...(graph.share
          ? [['word graph: linear programs of the share', graph.share.counts.linearPrograms] as const]
          : []),
      ]),
      partial: control.reason !== null,
      stoppedBy: control.reason,
    },
    orders: result.orders,
    beyond: result.beyond,
    attractors: [],
  } as const;
  const unsealed: Omit<Shard, 'seal'> = {
    ...share,
    round: (before?.rounds.length ?? 0) + 1,
    covered,
    trees: result.trees,
    graph: graph.share,
    whole: result.whole,
    ...{ proofSeconds: proofSeconds ?? null, clamp, modelWarnings: warnings },
    map: plainMap(map),
  };
  const all: Omit<ShardReport, 'shard'> = {
    ...report,
    warnings: [
      `This is shard ${String(share.index)} of ${String(share.of)}: a share of the proof, which claims nothing by itself. Attractors and what is not split are left to rnn-dynamics merge.`,
      ...covered,
      ...warnings,
    ],
  };
  return { ...all, shard: { ...unsealed, seal: sealOfShard(all, unsealed) } };
}

/** The share in plain words, tree by tree. */
function coverage({ trees, whole }: ShareResult, graph: SharedGraph, { of }: Share): string[] {
  return [
    ...trees.map(({ order, far, depth, subtrees, own, end }) => {
      const what = `${order === 1 ? 'Fixed points' : `Order ${String(order)}`}${far ? ' far out' : ''}`;
      if (end !== 'done')
        return `${what}: the share was not searched to its end (${end === 'stop' ? 'the run was stopped' : 'it takes more work than --proof-time allows'}), so that nothing can be proven from it.`;
      if (subtrees === 0)
        return `${what}: the whole tree, which ends above the cut (level ${String(depth)}).`;
      return `${what}: ${String(own.length)} of ${String(subtrees)} subtrees below level ${String(depth)} (one in ${String(of)}), and what lies above them.`;
    }),
    ...whole.map(
      ({ order, why }) =>
        `${order === 1 ? 'Fixed points' : `Order ${String(order)}`}: nothing is split, because ${why}.`,
    ),
    graphCoverage(graph, of),
  ];
}

function graphCoverage({ share, why }: SharedGraph, of: number): string {
  if (share === null) return `Word graph: nothing is split, because ${why}.`;
  const { level, words, own, end } = share;
  const all = `of the ${String(words)} words of length ${String(level)}`;
  const mine = `${String(own.length)} ${all} (one in ${String(of)})`;
  if (end !== 'done')
    return `Word graph: ${mine}; the share was not extended to its end (${end === 'stop' ? 'the run was stopped' : 'it takes more work or memory than --proof-time allows'}).`;
  return `Word graph: ${mine}. Longer words are for a further round (--from), or for rnn-dynamics merge.`;
}

/** Throws InputError unless the rounds before were of the same model, with the same options. */
function sameAs(
  { name, report, shard }: ShardParts['first'],
  subject: Subject,
  { maxOrder, seed, proofSeconds }: SearchOptions,
): void {
  const compared: readonly (readonly [string, unknown, unknown])[] = [
    ['the model file', report.digest, subject.digest],
    ['how the model is read', [shard.map, shard.clamp], [plainMap(subject.map), subject.clamp]],
    ['--max-order', report.search.maxOrder, maxOrder],
    ['--seed', report.search.seed, seed],
    ['--proof-time', shard.proofSeconds, proofSeconds ?? null],
  ];
  for (const [what, then, now] of compared)
    if (JSON.stringify(then) !== JSON.stringify(now))
      throw new InputError(
        `The rounds before differ from this one in ${what}.`,
        name,
        'Run all rounds with the same model file and options.',
      );
}
