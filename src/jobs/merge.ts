import { GraphShares } from '../core/prove/graphShare';
import { mapOf } from '../core/report/shard';
import type { Report } from '../core/report/types';
import { analyzeSubject, type AnalyzeContext } from './analyze';
import { fitTogether, mismatch, type Part } from './shardParts';

/**
 * The reports of all shards -> the report of one run: every step is done as in one run, but for the search trees and
 * the word graph, which are put together from the shares. Throws InputError unless the parts are all n shards of every
 * round of one search; Cancelled when it was given up.
 */
export async function merge(parts: readonly Part[], context: AnalyzeContext): Promise<Report> {
  const { rounds, first, trees, graph, warnings } = fitTogether(parts, context.version);
  const { report, shard } = first;
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
  const shared = { ...context, trees, graph: new GraphShares(graph) };
  const merged = await analyzeSubject(subject, options, shared).catch((error: unknown) => {
    throw mismatch(error);
  });
  const spent = rounds.flat().reduce((sum, one) => sum + one.report.search.seconds, 0);
  return {
    ...merged,
    search: { ...merged.search, seconds: merged.search.seconds + spent },
    warnings: [...merged.warnings, ...warnings],
  };
}
