import * as vscode from 'vscode';
import type { BifurcationEvent, Timeline, TimelineCheckpoint } from '../../core/report/timeline';

/** `3 FP · 1 C8`: objects by order, the short ones first. */
export function countBadge({ counts }: Pick<TimelineCheckpoint, 'counts'>): string {
  const SHOWN = 3;
  const orders = Object.entries(counts)
    .map(([order, { stable, saddle, unstable, marginal }]) => ({
      order: Number(order),
      count: stable + saddle + unstable + marginal,
    }))
    .filter(({ count }) => count > 0)
    .sort((a, b) => a.order - b.order);
  const shown = orders
    .slice(0, SHOWN)
    .map(({ order, count }) => `${count} ${order === 1 ? 'FP' : `C${order}`}`);
  const rest = orders.slice(SHOWN).reduce((sum, { count }) => sum + count, 0);
  return [...shown, ...(rest > 0 ? [`+${rest}`] : [])].join(' · ');
}

/** `3 FP, 1 cycle` */
export function countWords({ counts }: Pick<TimelineCheckpoint, 'counts'>): string {
  let points = 0;
  let cycles = 0;
  for (const [order, { stable, saddle, unstable, marginal }] of Object.entries(counts)) {
    const count = stable + saddle + unstable + marginal;
    if (order === '1') points += count;
    else cycles += count;
  }
  return [`${points} FP`, cycles === 1 ? vscode.l10n.t('1 cycle') : vscode.l10n.t('{0} cycles', cycles)].join(
    ', ',
  );
}

/** Events between the checkpoint at a position and the one before it. */
export function eventsBefore(timeline: Timeline, epoch: number): readonly BifurcationEvent[] {
  return timeline.events.filter(({ epochs }) => epochs[1] === epoch);
}

/** Three significant digits. */
export function short(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  const size = Math.abs(value);
  return size !== 0 && (size < 1e-3 || size >= 1e5)
    ? value.toExponential(2)
    : String(Number(value.toPrecision(3)));
}

/** `epoch 120`, `step 4000`, `checkpoint 3` */
export function position(axis: Timeline['axis'], value: number): string {
  switch (axis) {
    case 'epoch':
      return vscode.l10n.t('epoch {0}', value);
    case 'step':
      return vscode.l10n.t('step {0}', value);
    case 'index':
      return vscode.l10n.t('checkpoint {0}', value);
    case 'offset':
      return vscode.l10n.t('offset {0}', short(value));
  }
}
