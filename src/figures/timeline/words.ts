import type {
  BifurcationEvent,
  EventKind,
  LossJump,
  Timeline,
  TimelineCheckpoint,
} from '../../core/report/timeline';
import { formatComplex, formatNumber, MINUS } from '../format';

const NAMES: Readonly<Record<EventKind, string>> = {
  'bcb-persistence': 'border crossing (persistence)',
  'bcb-fold': 'nonsmooth fold',
  'bcb-flip': 'nonsmooth period doubling',
  dtb: 'degenerate transcritical',
  dfb: 'degenerate flip',
  center: 'center bifurcation',
  unresolved: 'unresolved',
};
export const EVENT_KINDS = Object.keys(NAMES) as EventKind[];

/** What the axis is called: s, from 0 to 1, between two compared models. */
export const axisName = ({ axis, run }: Timeline): string => (run.pair ? 's' : axis);

/** "no forcing", "GTF α = 0.15", "sparse TF τ = 16" */
export function forcingWords({ run: { forcing } }: Timeline): string {
  if (forcing === null) return 'forcing unknown';
  if (forcing === 'none') return 'no forcing';
  return forcing.replace(/\balpha (?=\d)/, 'α = ').replace(/\btau (?=\d)/, 'τ = ');
}

/** "205 checkpoints", "65 offsets", "2 models" */
export function countedPlaces({ axis, run, checkpoints }: Timeline): string {
  const noun = run.pair ? 'models' : axis === 'offset' ? 'offsets' : 'checkpoints';
  return `${String(checkpoints.length)} ${noun}`;
}

/** "nonsmooth fold, born" */
export function eventName(event: BifurcationEvent): string {
  const side =
    event.kind !== 'bcb-fold'
      ? ''
      : event.born.length > 0 && event.died.length > 0
        ? ', born and gone'
        : event.died.length > 0
          ? ', gone'
          : ', born';
  return (
    NAMES[event.kind] +
    side +
    (event.mab ? ', several attractors' : '') +
    (event.atInfinity ? ', at infinity' : '')
  );
}
export const kindName = (kind: EventKind): string => NAMES[kind];

/** "B3 stable → unstable", "B4 + B5 (13-cycles)" */
export function eventObjects(event: BifurcationEvent): string {
  const what = event.order === 1 ? 'fixed point' : `${String(event.order)}-cycle`;
  const ids = [...new Set([...event.branches, ...event.born, ...event.died])];
  const [before, after] = event.stability;
  const change = before && after && before !== after ? `, ${before} → ${after}` : '';
  return `${ids.join(' + ') || '?'} (${what}${ids.length > 1 ? 's' : ''})${change}`;
}

/** "unit 2, point 5", "0.2500 ± 0.9682 i" */
export function eventCause(event: BifurcationEvent): string {
  if (event.multiplier) return formatComplex(event.multiplier, 4);
  if (event.unit === null) return '';
  return `unit ${String(event.unit + 1)}${event.pointIndex === null ? '' : `, point ${String(event.pointIndex + 1)}`}`;
}

/** The largest upward loss jump within `within` of the event. */
export function jumpOf(timeline: Timeline, event: BifurcationEvent): LossJump | undefined {
  const within = timeline.association?.wholeRun.within ?? 2;
  return timeline.lossJumps
    .filter(({ epoch, change }) => change > 0 && Math.abs(epoch - event.epoch) <= within)
    .sort((a, b) => b.change - a.change)[0];
}

/** A change of ln L in per cent: "+57.1 %". */
export function percent(change: number): string {
  const value = 100 * Math.expm1(change);
  return `${value < 0 ? MINUS : '+'}${Math.abs(value).toFixed(1)} %`;
}

/** The objects of one checkpoint: "1 unstable fixed point, 1 stable 13-cycle". */
export function checkpointObjects({ counts }: TimelineCheckpoint): string {
  const parts: string[] = [];
  for (const [order, count] of Object.entries(counts))
    for (const stability of ['stable', 'saddle', 'unstable', 'marginal'] as const)
      if (count[stability] > 0) {
        const noun = order === '1' ? 'fixed point' : `${order}-cycle`;
        parts.push(`${String(count[stability])} ${stability} ${noun}${count[stability] === 1 ? '' : 's'}`);
      }
  return parts.length > 8 ? `${parts.slice(0, 8).join(', ')} …` : parts.join(', ') || 'no cycles listed';
}

/** What stands at a position: for the line above the rows. */
export function readoutAt(timeline: Timeline, epoch: number): string {
  const checkpoint = nearestCheckpoint(timeline, epoch);
  if (!checkpoint) return '';
  const loss = checkpoint.loss === null ? '' : `loss ${formatNumber(checkpoint.loss, 3)}, `;
  return `${axisName(timeline)} ${String(checkpoint.epoch)}: ${loss}${checkpointObjects(checkpoint)}${nearestWords(checkpoint)}`;
}

/** "; nearest: center bifurcation of B1, 0.089 away (A[1], W[0, 1])" */
function nearestWords({ distanceToBifurcation: nearest }: TimelineCheckpoint): string {
  if (!nearest) return '';
  const { value, which, weights } = nearest;
  const most = weights.slice(0, 2).map(({ parameter, index }) => `${parameter}[${index.join(', ')}]`);
  return `; nearest: ${NAMES[which.kind]} of ${which.branch}, ${formatNumber(value, 3)} away (${most.join(', ')})`;
}

export function nearestCheckpoint(timeline: Timeline, epoch: number): TimelineCheckpoint | null {
  let best: TimelineCheckpoint | null = null;
  for (const one of timeline.checkpoints)
    if (!best || Math.abs(one.epoch - epoch) < Math.abs(best.epoch - epoch)) best = one;
  return best;
}

/** Every order proven at every checkpoint: the largest claim that holds for the whole run. */
export function provenThroughout({ checkpoints }: Timeline): number | 'all' {
  let least: number | 'all' = 'all';
  for (const { provenOrder } of checkpoints)
    if (provenOrder !== 'all' && (least === 'all' || provenOrder < least)) least = provenOrder;
  return checkpoints.length === 0 ? 0 : least;
}
