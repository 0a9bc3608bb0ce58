import type { Certificate, OrderResult, Report } from '../src/core/report/types';
import { formatNumber } from '../src/figures/format';

/** "everywhere", "inside |zᵢ| ≤ 20", "inside a box" */
export function domainWords(domain: Certificate['domain']): string {
  if (domain === 'everywhere') return 'everywhere';
  const bound = domain.upper[0];
  const symmetric =
    bound !== undefined &&
    domain.upper.every((value) => value === bound) &&
    domain.lower.every((value) => value === -bound);
  return symmetric ? `inside |zᵢ| ≤ ${boundText(bound)}` : 'inside a box';
}

/** Large bounds are rounded down: the claim made is the smaller one. */
function boundText(value: number): string {
  if (value >= 1e6) return formatNumber(value, 2);
  if (Number.isInteger(value)) return String(value);
  return value >= 100 ? String(Math.floor(value)) : formatNumber(value, 2);
}

/** 1, 2, 3, 5 -> "fixed points and orders 2–3, 5" */
export function orderWords(orders: readonly number[]): string {
  const runs: [number, number][] = [];
  for (const order of orders) {
    const run = runs.at(-1);
    if (run && order === run[1] + 1) run[1] = order;
    else runs.push([order, order]);
  }
  if (orders.length === 1) return orders[0] === 1 ? 'fixed points' : `order ${String(orders[0])}`;
  return `orders ${runs.map(([a, b]) => (a === b ? String(a) : `${String(a)}–${String(b)}`)).join(', ')}`;
}

/** What the badge says: claims with equal domains together, in the order of the orders. */
export function claims(report: Report): string[] {
  const proven = report.orders.filter((order) => order.complete && order.certificate);
  const all = proven.map((order) => order.certificate).find((certificate) => certificate?.periods === 'all');
  if (all && proven.length === report.orders.length) {
    // What is proven everywhere is proven in the box, too: the claim of all periods comes first.
    const everywhere = proven.filter((order) => order.certificate?.domain === 'everywhere');
    const first = `every order, ${domainWords(all.domain)}`;
    return all.domain === 'everywhere' || everywhere.length === 0
      ? [first]
      : [first, `${orderWords(everywhere.map((o) => o.order))}, everywhere`];
  }
  const byDomain = new Map<string, OrderResult[]>();
  for (const order of proven) {
    const words = domainWords(order.certificate!.domain);
    byDomain.set(words, [...(byDomain.get(words) ?? []), order]);
  }
  return [...byDomain].map(([words, orders]) => `${orderWords(orders.map((o) => o.order))}, ${words}`);
}
