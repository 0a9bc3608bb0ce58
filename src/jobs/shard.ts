import { cyclicEffort } from '../core/detect/detect';
import { searchShare, type ShareResult } from '../core/detect/share';
import { Cancelled } from '../core/errors';
import { plainMap, sealOfShard, type Shard, type Share, type ShardReport } from '../core/report/shard';
import { REPORT_SCHEMA } from '../core/report/types';
import type { SearchOptions } from '../protocol/job';
import { subjectOf, type AnalyzeContext } from './analyze';
import type { LoadedModel } from './load';

/**
 * A loaded model -> the report of one shard: its share of the search trees, and what was found there. It never claims
 * that an order is complete. Throws Cancelled when it was given up.
 */
export function analyzeShard(
  model: LoadedModel,
  search: SearchOptions,
  share: Share,
  { version, control, onEvent }: Pick<AnalyzeContext, 'version' | 'control' | 'onEvent'>,
): ShardReport {
  const begin = performance.now();
  const subject = subjectOf(model);
  const { map, fileName, digest, summary, clamp, warnings } = subject;
  const { maxOrder, seed, proofSeconds = null } = search;
  onEvent({ type: 'model', model: summary });
  const result = searchShare(map, {
    ...{ maxOrder, share },
    effort: cyclicEffort(search.proofSeconds),
    stop: control.stop,
    onProgress: (stage, fraction) =>
      onEvent({ type: 'progress', progress: { stage, fraction, secondsLeft: null } }),
    onFinds: (finds) => onEvent({ type: 'finds', finds }),
  });
  if (control.cancelled) throw new Cancelled();
  const covered = coverage(result, share);
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
      work: Object.fromEntries(
        result.trees.map((tree) => [
          `tree of order ${String(tree.order)}${tree.far ? ', far out' : ''}: nodes`,
          (tree.top.counts['nodes'] ?? 0) + (tree.counts['nodes'] ?? 0),
        ]),
      ),
      partial: control.reason !== null,
      stoppedBy: control.reason,
    },
    orders: result.orders,
    beyond: result.beyond,
    attractors: [],
  } as const;
  const unsealed: Omit<Shard, 'seal'> = {
    ...share,
    covered,
    trees: result.trees,
    whole: result.whole,
    ...{ proofSeconds, clamp, modelWarnings: warnings },
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
function coverage({ trees, whole }: ShareResult, { of }: Share): string[] {
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
  ];
}
