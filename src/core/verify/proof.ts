import type { CanonicalMap } from '../map/canonical';
import { PROOF_SCHEMA, sealOfReport, type FarPart, type ProofHead, type TreePart } from '../report/proof';
import type { Certificate, Report } from '../report/types';
import { Complementarity } from './complementarity';
import { Shape, sumWithin, type PlainBox } from './confinement';
import { integerMap, type IntegerMap } from './exact';
import type { Family } from './families';
import { Itineraries, type SolvedObject } from './itineraries';
import { Listing, type Domain, type Established } from './listing';
import {
  bits,
  numbers,
  ProofLines,
  readEnd,
  Refuted,
  TimeUp,
  Unchecked,
  type LineSource,
} from './proofLines';
import { checkFar, type FarResult } from './proofFar';
import { checkTree, type TreeResult } from './proofTree';
import { checkWords } from './proofWords';

/** What re-checking a proof came to. */
export interface ProofVerification {
  readonly lines: number;
  /** What is not so, one line each; empty when everything holds. */
  readonly problems: string[];
  /** Orders whose claim the proof establishes as the report states it. */
  readonly proven: number[];
  /** Every period, as the report states it. */
  readonly allPeriods: boolean;
  /** What of the report's claims the proof does not establish, and why. */
  readonly notes: string[];
  /** Nodes and cells excluded and itineraries solved. */
  readonly counts: Readonly<Record<string, number>>;
}

export interface ProofOptions {
  /** Solved before, for the same map. */
  readonly itineraries?: Itineraries;
  /** Asked often: true once the time is up. */
  readonly stop?: () => boolean;
  /** Equations of trees, kept for other proofs about the same map; without it, the last ones alone are kept. */
  readonly equations?: Map<string, Complementarity>;
}

/**
 * Re-checks a proof against the model's map and the report, from the proof's lines alone: every exclusion in exact
 * arithmetic, that the leaves cover the space, that each itinerary left over is listed or holds nothing.
 * @param digest of the model file
 */
export function verifyProof(
  report: Report,
  map: CanonicalMap,
  digest: string,
  source: LineSource,
  { itineraries = new Itineraries(integerMap(map)), stop = () => false, equations }: ProofOptions = {},
): ProofVerification {
  const lines = new ProofLines(source, stop);
  const check = new ProofCheck(report, map, digest, lines, itineraries, equations ?? null);
  try {
    // Damage, and what was written with another report, need not be read any further.
    if (readEnd(source).report !== sealOfReport(report))
      throw new Refuted('it was written with another report');
    check.read();
  } catch (error) {
    if (error instanceof TimeUp) {
      check.notes.push(
        `The time was up at line ${String(lines.number)} of the proof: what follows there was not read.`,
      );
      return lines.number === 0 ? check.result([], false) : check.conclude();
    }
    if (!(error instanceof Refuted)) throw error;
    check.problems.push(
      lines.number === 0
        ? `The proof: ${error.message}.`
        : `Line ${String(lines.number)} of the proof: ${error.message}.`,
    );
    return check.result([], false);
  }
  return check.conclude();
}

class ProofCheck {
  readonly problems: string[] = [];
  readonly notes: string[] = [];
  /** What the proof says of claims that it does not hold, by order. */
  readonly #unwritten = new Map<number, string>();
  readonly #counts: Record<string, number> = {};
  readonly #established: Established[] = [];
  readonly #listing: Listing;
  /** In units of `#unit`. */
  #map!: IntegerMap;
  #shape!: Shape;
  #unit = 1;
  #last: { readonly key: string; readonly problem: Complementarity } | null = null;
  readonly #trees: TreeResult[] = [];
  readonly #far: FarResult[] = [];

  constructor(
    private readonly report: Report,
    private readonly original: CanonicalMap,
    private readonly digest: string,
    private readonly lines: ProofLines,
    private readonly itineraries: Itineraries,
    private readonly kept: Map<string, Complementarity> | null,
  ) {
    this.#listing = new Listing(report, itineraries);
  }

  read(): void {
    const { lines } = this;
    this.#head(lines.next() as Partial<ProofHead> | null);
    for (;;) {
      const line = lines.next();
      if (line === null) break;
      const part = line as {
        part?: unknown;
        unwritten?: { order: number; method: string; why: string } | null;
      };
      try {
        if (part.part === 'tree') {
          const tree = checkTree(this.#map, line as TreePart, lines, (order, base) =>
            this.#equations(order, base),
          );
          if (tree) this.#addTree(tree);
        } else if (part.part === 'far') {
          const found = checkFar(this.#map, line as FarPart, lines);
          if (found) {
            this.#count('nodes of trees', found.nodes);
            this.#far.push(found);
          }
        } else if (part.part === 'unique') this.#unique(line as Record<string, unknown>);
        else if (part.part === 'box') this.#box(line as Record<string, unknown>);
        else if (typeof part.unwritten === 'object' && part.unwritten !== null) {
          const { order, method, why } = part.unwritten;
          this.#unwritten.set(order, `${String(method)} is not written down: ${String(why)}`);
        } else throw new Refuted('this is no part of a proof');
      } catch (error) {
        if (!(error instanceof Unchecked)) throw error;
        this.notes.push(
          `The part at line ${String(lines.number)} of the proof is not re-checked: ${error.message}.`,
        );
        if (part.part === 'tree') lines.skip('tree');
      }
    }
  }

  /** Holds what is established against what the report claims. */
  conclude(): ProofVerification {
    try {
      this.#joinTrees();
    } catch (error) {
      if (!(error instanceof TimeUp)) throw error;
      this.notes.push('The time was up before the itineraries that the trees leave were solved.');
    }
    const proven: number[] = [];
    let all = false;
    for (const order of this.report.orders) {
      const { certificate } = order;
      if (!certificate) continue;
      const covering = this.#established.filter((entry) =>
        this.#covers(entry, order.order, certificate.domain),
      );
      for (const entry of covering)
        this.problems.push(...this.#listing.account(order, certificate.domain, entry));
      if (covering.length > 0) proven.push(order.order);
      if (certificate.periods === 'all' && covering.some(({ orders }) => orders === 'all')) all = true;
      if (covering.length === 0)
        this.notes.push(
          `Order ${String(order.order)}: ${
            this.#unwritten.get(order.order) ??
            (this.#established.some(({ orders }) => orders === 'all' || orders === order.order)
              ? 'the proof covers less than the domain that is claimed.'
              : 'the proof does not establish what is claimed.')
          }`,
        );
    }
    if (!all && this.report.orders.some(({ certificate }) => certificate?.periods === 'all'))
      this.notes.push('All periods are claimed: the proof establishes single orders only.');
    return this.result(proven, all);
  }

  result(proven: number[], allPeriods: boolean): ProofVerification {
    const { problems } = this;
    return {
      lines: this.lines.number,
      problems,
      proven: problems.length === 0 ? proven : [],
      allPeriods: problems.length === 0 && allPeriods,
      notes: this.notes,
      counts: this.#counts,
    };
  }

  #head(head: Partial<ProofHead> | null): void {
    const { original } = this;
    if (head?.schema !== PROOF_SCHEMA) throw new Refuted(`this is no proof (${PROOF_SCHEMA})`);
    if (head.digest !== this.digest)
      throw new Refuted('the proof is about another model file: its digest differs');
    if (head.stateDim !== original.n || head.reluUnits !== original.L)
      throw new Refuted('the proof is about a model of another size');
    const unit = head.unit;
    if (
      typeof unit !== 'number' ||
      !(unit > 0 && unit < Infinity) ||
      unit !== 2 ** Math.round(Math.log2(unit))
    )
      throw new Refuted('its unit of length is no power of two');
    const scaled = { ...original, d: original.d.map((v) => v / unit), g: original.g.map((v) => v / unit) };
    if (
      !scaled.d.every((v, u) => v * unit === original.d[u]) ||
      !scaled.g.every((v, i) => v * unit === original.g[i])
    )
      throw new Refuted('its unit of length makes the biases lose digits');
    this.#unit = unit;
    this.#map = integerMap(scaled);
    this.#shape = new Shape(this.#map);
  }

  #equations(order: number, base: readonly number[]): Complementarity {
    const key = `${String(this.#unit)} ${String(order)} ${base.join('')}`;
    const known = this.kept?.get(key) ?? (this.#last?.key === key ? this.#last.problem : null);
    if (known) return known;
    const problem = new Complementarity(this.#map, order, base, this.lines.stop);
    this.kept?.set(key, problem);
    this.#last = { key, problem };
    return problem;
  }

  #count(name: string, by: number): void {
    this.#counts[name] = (this.#counts[name] ?? 0) + by;
  }

  #addTree(tree: TreeResult): void {
    this.#count('nodes of trees', tree.nodes);
    this.#trees.push(tree);
  }

  /** What the trees of each order say together: near the origin and far from it. */
  #joinTrees(): void {
    // Without constant terms, a fixed point other than 0 comes with its ray, which reaches far out.
    const { d, g, L } = this.#map;
    if (d.every((v) => v === 0n) && g.every((v) => v === 0n))
      for (const { words } of this.#far)
        this.#establish(1, 'everywhere', [...words, ['0'.repeat(L)]], 'the regions far out');
    for (const order of new Set(this.#trees.map((tree) => tree.order))) {
      const trees = this.#trees.filter((tree) => tree.order === order);
      const far = trees.filter((tree) => tree.far);
      for (const tree of trees) {
        let words = [...tree.words];
        let domain: Domain = { radius: tree.radius };
        if (tree.far) {
          // Without constant terms, solutions come as rays, and the only one with C z + d = 0 throughout is 0.
          if (!tree.homogeneous) continue;
          domain = 'everywhere';
          if (order === 1) words.push([tree.base]);
        } else {
          const beyond =
            far.find((other) => other.radius <= tree.radius) ??
            (order === 1 ? this.#far.find((other) => this.#reaches(tree, other)) : undefined);
          if (tree.everywhere || beyond) {
            domain = 'everywhere';
            if (!tree.everywhere) words = [...words, ...(beyond?.words ?? [])];
          }
        }
        this.#establish(order, domain, words, `the tree of order ${String(order)}`);
      }
    }
  }

  /** Whether a tree speaks of all points nearer than those that a far part speaks of. */
  #reaches({ radius }: TreeResult, { far }: FarResult): boolean {
    const { n } = this.#map;
    const box = { lower: new Array<number>(n).fill(-far), upper: new Array<number>(n).fill(far) };
    return sumWithin(this.#map, box, radius);
  }

  /** Solves what is left and notes what is then known, or what stays open. */
  #establish(
    orders: number | 'all',
    domain: Domain,
    words: readonly (readonly string[])[],
    where: string,
  ): void {
    const objects: (SolvedObject | Family)[] = [];
    let open = 0;
    for (const word of words) {
      if (this.lines.stop()) throw new TimeUp();
      this.#count('itineraries solved', 1);
      const held = this.itineraries.settle(word);
      if (held === 'nothing') continue;
      if (held === 'open' || (orders === 'all' && !this.itineraries.apartFromCircle(word))) open++;
      else objects.push(held);
    }
    if (open === 0) this.#established.push({ orders, domain, objects });
    else
      this.notes.push(
        `In ${where}, ${String(open)} itineraries could not be decided: a multiplier may be a root of unity, or exact arithmetic would take too long.`,
      );
  }

  #unique(part: Record<string, unknown>): void {
    const problem = this.#equations(1, bits(part['base'], this.#map.L));
    const weights = numbers(part['weights'], problem.size);
    const holds =
      part['argument'] === 'dominant'
        ? problem.dominates(weights)
        : part['argument'] === 'definite' && problem.definite(weights);
    if (!holds) throw new Refuted('T is not shown to be a P-matrix');
    this.#established.push({ orders: 1, domain: 'everywhere', objects: null });
  }

  #box(part: Record<string, unknown>): void {
    const { n } = this.#map;
    const boxOf = (lower: unknown, upper: unknown): PlainBox => {
      const box = { lower: numbers(lower, n), upper: numbers(upper, n) };
      if (box.lower.some((v, j) => v > box.upper[j]!)) throw new Refuted('a box is empty');
      return box;
    };
    const whole = boxOf(part['lower'], part['upper']);
    let domain: Domain;
    if (part['everywhere'] === true) {
      if (whole.lower.some((v, j) => v > -whole.upper[j]!) || !this.#shape.confines(whole.upper))
        throw new Refuted('the box is not shown to hold every cycle');
      domain = 'everywhere';
    } else domain = this.#inUnits(whole);
    let box = whole;
    for (;;) {
      const line = this.lines.next() as Record<string, unknown> | null;
      if (line === null) return;
      if (Array.isArray(line['box'])) {
        const [lower, upper] = line['box'] as unknown[];
        const inner = boxOf(lower, upper);
        if (!this.#shape.mapsInto(box, inner))
          throw new Refuted('the image of a box is not held by the next');
        box = inner;
        continue;
      }
      switch (line['part']) {
        case 'empty':
          if (!this.#shape.leaves(box)) throw new Refuted('the box may hold cycles');
          this.#established.push({ orders: 'all', domain, objects: [] });
          return;
        case 'contraction':
          if (!this.#shape.contracts(box, numbers(line['x'], n)))
            throw new Refuted('the map is not shown to contract');
          this.#established.push({ orders: 'all', domain, objects: null });
          return;
        case 'words':
          this.#words(box, domain);
          return;
        case 'none':
          return;
        default:
          throw new Refuted('a box is followed by nothing that is said of it');
      }
    }
  }

  #words(box: PlainBox, domain: Domain): void {
    const { words, provenTo, loops, excluded } = checkWords(this.#map, box, this.lines);
    this.#count('cells excluded', excluded);
    // Itineraries of orders of which nothing is claimed need not be solved.
    const claimed = this.report.orders.filter(({ certificate }) => certificate !== null);
    for (const { order } of claimed.filter((entry) => entry.order <= provenTo))
      this.#establish(order, domain, words.get(order)!, `the word graph, order ${String(order)}`);
    if (loops && claimed.some(({ certificate }) => certificate?.periods === 'all'))
      this.#establish('all', domain, loops, 'the word graph, all periods');
  }

  #inUnits({ lower, upper }: PlainBox): PlainBox {
    const times = (v: number): number => {
      const product = v * this.#unit;
      if (product / this.#unit !== v) throw new Refuted('a box is too large for doubles');
      return product;
    };
    return { lower: lower.map(times), upper: upper.map(times) };
  }

  #covers({ orders, domain }: Established, order: number, claimed: Certificate['domain']): boolean {
    if (orders !== 'all' && orders !== order) return false;
    const { n } = this.original;
    if (claimed !== 'everywhere' && (claimed.lower.length !== n || claimed.upper.length !== n)) return false;
    if (domain === 'everywhere') return true;
    if (claimed === 'everywhere') return false;
    if ('radius' in domain) {
      const by = (v: number): number => v / this.#unit;
      const box = { lower: claimed.lower.map(by), upper: claimed.upper.map(by) };
      // Division by a power of two loses nothing unless it underflows.
      const same = (a: readonly number[], b: readonly number[]): boolean =>
        a.every((v, j) => v * this.#unit === b[j]);
      return (
        same(box.lower, claimed.lower) &&
        same(box.upper, claimed.upper) &&
        box.lower.every((v, j) => v <= box.upper[j]!) &&
        sumWithin(this.#map, box, domain.radius)
      );
    }
    return claimed.lower.every((v, j) => v >= domain.lower[j]! && claimed.upper[j]! <= domain.upper[j]!);
  }
}
