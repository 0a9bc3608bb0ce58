import { UNIT } from './enclosure';
import { FarkasChecker, Reach } from './farkas';
import type { Lcp } from './lcp';
import { sparse, type ProofLog } from './proofLog';
import type { TreeEnd, TreeLine, TreePart } from '../report/proof';
import type { Rotations } from './rotations';
import { Tableau } from './tableau';

/** What becomes of the words the tree cannot exclude. */
export interface TreeHandlers {
  /** A word that no proof excluded. `states` by unit: 0 base state, 1 the other. */
  readonly leaf: (states: Int8Array) => void;
  /** A complementary solution met on the way: `states` solves the equations within rounding. */
  readonly hint: (states: Int8Array) => void;
  readonly stop: () => boolean;
  readonly progress: (fraction: number) => void;
}

/** A cut through the tree: below it, only some subtrees are searched. */
export interface TreeSplit {
  /** Level of the cut: units branched on above it. */
  readonly depth: number;
  /**
   * A node at that level is reached.
   * @param path for each branch above it, 4 unit + 2 state + the state of the branch that is searched first
   * @returns whether its subtree is searched; then `leave` is called after it
   */
  enter(path: readonly number[], states: Int8Array, counts: TreeCounts): boolean;
  leave(counts: TreeCounts): void;
}

export interface TreeCounts {
  nodes: number;
  leaves: number;
  excluded: number;
  /** Subtrees that hold only rotations of words met before them. */
  repeated: number;
  pivots: number;
  /** Farkas certificates tried and accepted */
  checked: number;
  accepted: number;
  refreshes: number;
}

enum Outcome {
  Feasible,
  Excluded,
  Unknown,
}

/** Bytes for the dictionaries of one path. */
const MEMORY = 2 ** 28;

/** Entries below this are not used as pivots nor taken for a sign; proofs do not depend on it. */
const TINY = 1e-10;

/**
 * Branch and bound over the units. A node settles some units; its relaxation keeps o, s >= 0 and drops
 * o_u s_u = 0 for the open ones. Dual simplex steps on a dictionary inherited from the parent either find a
 * solution of the relaxation, or a row that shows there is none; that row is only a suggestion, the subtree is
 * dropped when `FarkasChecker` accepts it.
 */
export class FixedPointTree {
  readonly counts: TreeCounts = {
    nodes: 0,
    leaves: 0,
    excluded: 0,
    repeated: 0,
    pivots: 0,
    checked: 0,
    accepted: 0,
    refreshes: 0,
  };
  /** Fraction of the tree settled, by halving at each branch. */
  fraction = 0;
  stopped = false;
  /** Subtrees given up because their dictionaries would take too much memory. */
  abandoned = 0;
  /** Subtrees left unvisited when stopped. */
  open = 0;
  /** Some proof holds only for sum(o) + sum(s) <= radius. */
  bounded = false;
  private readonly frames: Tableau[] = [];
  private readonly checker: FarkasChecker;
  private readonly y: Float64Array;
  private readonly plain: Float64Array;
  private readonly L: number;
  private work = 0;
  private readonly negligible: number;
  /** Multipliers of the last accepted proof. */
  private readonly accepted: Float64Array;
  /** Branches above the present node, as `TreeSplit` has them. */
  private readonly path: number[] = [];

  constructor(
    private readonly lcp: Lcp,
    private readonly normalised: boolean,
    private readonly handlers: TreeHandlers,
    private readonly maxNodes: number,
    private readonly radius: number,
    /** The problem is the same under these: of solutions that they exchange, one reaches a leaf. */
    private readonly rotations: Rotations | null = null,
    /** Receives every node, for a problem of that many points. */
    private readonly record: { readonly log: ProofLog; readonly order: number } | null = null,
    /** The whole tree is searched where there is none. */
    private readonly split: TreeSplit | null = null,
  ) {
    this.L = lcp.L;
    this.y = new Float64Array(lcp.L);
    this.plain = new Float64Array(lcp.L);
    this.accepted = new Float64Array(lcp.L);
    this.checker = new FarkasChecker(lcp, radius);
    let size = normalised ? 1 : 0;
    for (const v of lcp.q) size = Math.max(size, Math.abs(v));
    this.negligible = 1e-12 * size;
  }

  /** @param forbidden variables that are zero throughout (units whose state never matters) */
  run(forbidden: readonly { unit: number; state: number }[]): void {
    const root = this.frame(0);
    root.reset();
    this.open = 0;
    for (const { unit, state } of forbidden) root.decide(unit, state);
    const { record, radius, normalised } = this;
    if (record) {
      const base = this.lcp.base.join('');
      const part: TreePart = { part: 'tree', order: record.order, base, radius, far: normalised };
      record.log.line(part);
    }
    this.visit(0, 1);
    if (this.stopped) this.open++;
    const end: TreeEnd = { end: 'tree', complete: !this.stopped && this.abandoned === 0 };
    record?.log.line(end);
  }

  private write(line: TreeLine): void {
    this.record?.log.line(line);
  }

  private frame(depth: number): Tableau {
    while (this.frames.length <= depth) this.frames.push(new Tableau(this.lcp, this.normalised));
    return this.frames[depth]!;
  }

  private visit(depth: number, share: number): void {
    const { split } = this;
    if (split?.depth !== depth) {
      this.search(depth, share);
      return;
    }
    if (split.enter(this.path.slice(0, depth), this.frames[depth]!.state, this.counts)) {
      this.search(depth, share);
      split.leave(this.counts);
    } else this.settled(share);
  }

  private search(depth: number, share: number): void {
    this.counts.nodes++;
    if (this.counts.nodes > this.maxNodes) this.stopped = true;
    if (this.stopped) return;
    const t = this.frames[depth]!;
    if (this.rotations?.repeats(depth, t.state) === true) {
      this.counts.repeated++;
      this.write(['r']);
      this.settled(share);
      return;
    }
    const outcome = this.settle(t);
    if (this.stopped) return;
    const repeated =
      outcome !== Outcome.Excluded && this.rotations !== null && this.rotations.repeats(depth, t.state);
    if (repeated) {
      this.counts.repeated++;
      this.write(['r']);
    }
    if (outcome === Outcome.Excluded || repeated) {
      if (!repeated) this.counts.excluded++;
      this.settled(share);
      return;
    }
    if (t.open === 0) {
      this.counts.leaves++;
      this.write(['l']);
      this.handlers.leaf(t.state);
      this.settled(share);
      return;
    }
    if (outcome === Outcome.Feasible) this.offer(t);
    if ((depth + 2) * t.a.byteLength > MEMORY) {
      this.abandoned++;
      return;
    }
    const unit = this.branchUnit(t);
    const first = this.value(t, unit) >= this.value(t, this.L + unit) ? 0 : 1;
    this.write(['b', unit, first]);
    const child = this.frame(depth + 1);
    for (const state of [first, 1 - first]) {
      child.copyFrom(t);
      child.decide(unit, state);
      this.rotations?.branch(depth, unit, state, first);
      this.path[depth] = 4 * unit + 2 * state + first;
      this.visit(depth + 1, share / 2);
      if (this.stopped) {
        if (state === first) this.open++;
        return;
      }
    }
  }

  private settled(share: number): void {
    this.fraction += share;
    this.handlers.progress(this.fraction);
  }

  /** Value of a variable in the dictionary's basic solution. */
  private value(t: Tableau, variable: number): number {
    const r = t.place[variable]!;
    return r < 0 ? 0 : t.a[r * t.width + this.L]!;
  }

  /** Dual simplex to a solution of the relaxation; forbidden variables leave the basis; forced units are settled. */
  private settle(t: Tableau): Outcome {
    const { L } = this;
    const { a, width, rows } = t;
    let steps = 0;
    let refreshed = false;
    const limit = 2 * L + 10;
    for (;;) {
      if (this.pause(t)) return Outcome.Unknown;
      // Forbidden variables first, then the most negative value.
      let r = -1;
      let worst = -this.negligible;
      let bad = false;
      for (let i = 0; i < rows; i++) {
        const v = a[i * width + L]!;
        if (t.allowed[t.rowVariable[i]!] === 0) {
          if (bad && Math.abs(v) <= worst) continue;
          const c = this.column(t, i);
          if (c < 0 && Math.abs(v) <= this.negligible) continue;
          bad = true;
          worst = Math.abs(v);
          r = i;
        } else if (!bad && v < worst) {
          worst = v;
          r = i;
        }
      }
      if (r < 0) {
        if (this.force(t)) {
          if (t.open === 0 && !this.forbiddenBasic(t)) return Outcome.Feasible;
          continue;
        }
        return Outcome.Feasible;
      }
      const c = this.column(t, r);
      if (c < 0) {
        const v = a[r * width + L]!;
        if (this.exclude(t, r, v < 0 ? 1 : -1)) {
          if (this.record) this.write(['x', sparse(this.accepted)]);
          return Outcome.Excluded;
        }
        if (!refreshed) {
          refreshed = true;
          this.counts.refreshes++;
          this.work += 30 * rows * width;
          t.refresh();
          continue;
        }
        return Outcome.Unknown;
      }
      if (++steps > limit) return Outcome.Unknown;
      this.counts.pivots++;
      this.work += rows * width;
      t.pivot(r, c);
    }
  }

  private forbiddenBasic(t: Tableau): boolean {
    for (let i = 0; i < t.rows; i++) if (t.allowed[t.rowVariable[i]!] === 0) return true;
    return false;
  }

  /** Entering column for row r; -1 when no allowed variable can repair it. */
  private column(t: Tableau, r: number): number {
    const { L } = this;
    const { a, width } = t;
    const row = r * width;
    const forbidden = t.allowed[t.rowVariable[r]!] === 0;
    const v = a[row + L]!;
    let best = TINY;
    let c = -1;
    for (let j = 0; j < t.live; j++) {
      if (t.allowed[t.columnVariable[j]!] === 0) continue;
      const f = v <= 0 ? a[row + j]! : -a[row + j]!;
      if (f > best) {
        best = f;
        c = j;
      }
    }
    // A forbidden variable at zero can be exchanged in either direction.
    if (c < 0 && forbidden && Math.abs(v) <= this.negligible) {
      for (let j = 0; j < t.live; j++) {
        if (t.allowed[t.columnVariable[j]!] === 0) continue;
        const f = Math.abs(a[row + j]!);
        if (f > best) {
          best = f;
          c = j;
        }
      }
    }
    return c;
  }

  /** Settles units one of whose variables is shown to be positive. Returns whether any was. */
  private force(t: Tableau): boolean {
    const { L } = this;
    const { a, width } = t;
    let any = false;
    for (let i = 0; i < t.rows; i++) {
      const variable = t.rowVariable[i]!;
      if (variable >= 2 * L) continue;
      const unit = variable < L ? variable : variable - L;
      if (t.state[unit] !== -1) continue;
      const row = i * width;
      if (!(a[row + L]! > this.negligible)) continue;
      let positive = true;
      for (let j = 0; j < t.live && positive; j++)
        if (a[row + j]! < -TINY && t.allowed[t.columnVariable[j]!] === 1) positive = false;
      if (!positive) continue;
      t.allowed[variable] = 0;
      const proven = this.exclude(t, i, -1);
      t.allowed[variable] = 1;
      if (!proven) continue;
      const state = variable < L ? 0 : 1;
      if (this.record) this.write(['f', unit, state, sparse(this.accepted)]);
      t.decide(unit, state);
      any = true;
    }
    return any;
  }

  /** Asks the checker whether row r (times sign) proves that nothing is left here. */
  private exclude(t: Tableau, r: number, sign: number): boolean {
    const { L, y } = this;
    const { a, width } = t;
    this.counts.checked++;
    this.work += 2 * L * L;
    // Multipliers of the equations: the coefficients of the o in the row's identity (their matrix is I).
    const row = r * width;
    const own = t.rowVariable[r]!;
    let slack = 0;
    if (this.normalised) {
      const place = t.place[2 * L]!;
      slack = place < 0 ? -sign * a[row - 1 - place]! : own === 2 * L ? sign : 0;
    }
    let sum = 0;
    for (let i = 0; i < L; i++) {
      const place = t.place[i]!;
      const f = (place < 0 ? -sign * a[row - 1 - place]! : own === i ? sign : 0) + slack;
      y[i] = f;
      sum += Math.abs(f);
    }
    let reach: Reach;
    this.accepted.set(y);
    if (this.normalised) {
      reach = this.checker.outer(y, t.allowed) ? Reach.Everywhere : Reach.None;
    } else {
      for (let i = 0; i < L; i++) if (y[i]! < 0 && t.allowed[i] === 1) y[i] = 0;
      const plain = this.plain;
      plain.set(y);
      this.lift(t, own, 16 * L * UNIT * sum * this.checker.largest);
      reach = this.checker.inner(y, t.allowed);
      this.accepted.set(y);
      if (reach !== Reach.Everywhere) {
        const second = this.checker.inner(plain, t.allowed);
        if (second > reach) {
          reach = second;
          this.accepted.set(plain);
        }
        if (reach === Reach.Within) this.bounded = true;
      }
    }
    if (reach === Reach.None) return false;
    this.counts.accepted++;
    return true;
  }

  /** The coefficients of basic s are zero but for rounding: lifts each by a little of its own row. */
  private lift(t: Tableau, own: number, amount: number): void {
    const { L, y } = this;
    const { a, width } = t;
    for (let i = 0; i < t.rows; i++) {
      const variable = t.rowVariable[i]!;
      if (variable < L || variable === own || t.allowed[variable] === 0) continue;
      const row = i * width;
      for (let j = 0; j < t.live; j++) {
        const v = t.columnVariable[j]!;
        if (v < L) y[v] = y[v]! - amount * a[row + j]!;
      }
    }
    for (let i = 0; i < L; i++) if (y[i]! < 0 && t.allowed[i] === 1) y[i] = 0;
  }

  /** Hands on the relaxation's solution when it is complementary. */
  private offer(t: Tableau): void {
    const { L } = this;
    for (let u = 0; u < L; u++) {
      if (t.state[u] !== -1) continue;
      if (this.value(t, u) > this.negligible && this.value(t, L + u) > this.negligible) return;
    }
    const states = t.state.slice();
    for (let u = 0; u < L; u++)
      if (states[u] === -1) states[u] = this.value(t, L + u) > this.negligible ? 1 : 0;
    this.handlers.hint(states);
  }

  /** The open unit that violates complementarity most; failing that the one farthest from its border. */
  private branchUnit(t: Tableau): number {
    const { L } = this;
    let best = -1;
    let unit = -1;
    let farthest = -1;
    let far = -Infinity;
    for (let u = 0; u < L; u++) {
      if (t.state[u] !== -1) continue;
      // A dictionary spoilt by rounding may hold anything, but some open unit must be settled.
      if (farthest < 0) farthest = u;
      const o = this.value(t, u);
      const s = this.value(t, L + u);
      const violation = Math.min(o, s);
      if (violation > best) {
        best = violation;
        unit = u;
      }
      if (Math.max(o, s) > far) {
        far = Math.max(o, s);
        farthest = u;
      }
    }
    return best > this.negligible ? unit : farthest;
  }

  private pause(t: Tableau): boolean {
    this.work += t.rows * 4;
    if (this.work < 2e6) return false;
    this.work = 0;
    if (this.handlers.stop()) this.stopped = true;
    return this.stopped;
  }
}
