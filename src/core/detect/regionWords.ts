import type { CanonicalMap } from '../map/canonical';
import { encloseSolve, gamma, UNDERFLOW } from '../prove/enclosure';
import { ExactRegions, originKey } from '../prove/exactRegion';

export interface BorderSolution {
  readonly point: Float64Array;
  readonly units: number[];
  /** A word of the family; the others differ from it on `units` only. */
  readonly word: Uint8Array;
  /** The exact coordinates. */
  readonly key: string;
}

export interface Family {
  readonly word: Uint8Array;
  readonly point: Float64Array;
  readonly directions: Float64Array[];
  /** No word with fewer active units holds the same points. */
  readonly proper: boolean;
}

/** Exact verdicts asked for at most, by the cube of the state dimension: some tens of seconds together. */
const EXACT_WORK = 2e7;

/**
 * Settles region words one by one: solves (I - J) z = b with an error bound and looks at every sign of C z + d;
 * what rounding leaves open is decided in exact arithmetic.
 */
export class RegionWords {
  readonly candidates: Uint8Array[] = [];
  readonly borders: BorderSolution[] = [];
  readonly families: Family[] = [];
  solves = 0;
  exact = 0;
  outside = 0;
  /** Words left open: exact arithmetic would take too long, or the search was stopped. */
  undecided = 0;
  errorBound = 0;
  private exactWork = 0;
  private readonly seen = new Set<string>();
  private readonly borderKeys = new Set<string>();
  private regions: ExactRegions | null = null;
  private readonly M: Float64Array;
  private readonly Merror: Float64Array;
  private readonly b: Float64Array;
  private readonly berror: Float64Array;
  /** No constant term: zero is a fixed point, on every border there is. */
  readonly homogeneous: boolean;
  /** Bits of units whose row of C is zero: they are the same everywhere. -1: not such a unit. */
  readonly constant: Int8Array;

  constructor(
    private readonly map: CanonicalMap,
    private readonly found: (word: Uint8Array, certain: boolean) => void,
    private readonly stop: () => boolean,
  ) {
    const { n, L } = map;
    this.M = new Float64Array(n * n);
    this.Merror = new Float64Array(n * n);
    this.b = new Float64Array(n);
    this.berror = new Float64Array(n);
    this.homogeneous = map.g.every((v) => v === 0) && map.d.every((v) => v === 0);
    this.constant = new Int8Array(L).fill(-1);
    for (let u = 0; u < L; u++)
      if (map.C.subarray(u * n, (u + 1) * n).every((c) => c === 0)) this.constant[u] = map.d[u]! > 0 ? 1 : 0;
    if (this.homogeneous) {
      const units: number[] = [];
      for (let u = 0; u < L; u++) if (this.constant[u] === -1) units.push(u);
      const key = originKey(n);
      if (units.length > 0)
        this.borders.push({ point: new Float64Array(n), units, word: new Uint8Array(L), key });
      this.borderKeys.add(key);
    }
  }

  /** @returns true when the word's fixed point is inside its region for certain. */
  settle(word: Uint8Array): boolean {
    const key = String.fromCharCode(...pack(word));
    if (this.seen.has(key)) return false;
    this.seen.add(key);
    const { n, L, C, d } = this.map;
    this.solves++;
    this.assemble(word);
    const z = encloseSolve(this.M, this.Merror, this.b, this.berror, n, 1, n > 64 ? this.stop : undefined);
    if (z === null) {
      if (n > 64 && this.stop()) {
        this.undecided++;
        return false;
      }
      this.decideExactly(word);
      return false;
    }
    // Regular: zero, or a point on borders that is known already, is the only solution of this word.
    if (this.homogeneous && this.borders.length > 0) return false;
    if (this.borders.some((known) => sameFamily(known, word))) return false;
    const g = gamma(n + 2);
    let open = false;
    for (let u = 0; u < L; u++) {
      let p = d[u]!;
      let error = Math.abs(p) * g;
      for (let j = 0; j < n; j++) {
        const c = C[u * n + j]!;
        if (c === 0) continue;
        const product = c * z.value[j]!;
        p += product;
        error += Math.abs(product) * g + Math.abs(c) * z.error[j]! + UNDERFLOW;
      }
      error *= 1 + 1e-12;
      if (Math.abs(p) <= error) open ||= this.constant[u] === -1 || word[u] !== this.constant[u];
      else if (p > 0 !== (word[u] === 1)) {
        this.outside++;
        return false;
      }
    }
    for (let j = 0; j < n; j++) this.errorBound = Math.max(this.errorBound, z.error[j]!);
    if (open) {
      this.decideExactly(word);
      return false;
    }
    this.accept(word, true);
    return true;
  }

  private accept(word: Uint8Array, certain: boolean): void {
    const copy = word.slice();
    this.candidates.push(copy);
    this.found(copy, certain);
  }

  private decideExactly(word: Uint8Array): void {
    const cost = Math.max(this.map.n, 2) ** 3 * (1 + this.map.n / 8);
    if (this.exactWork + cost > EXACT_WORK) {
      this.undecided++;
      this.accept(word, false);
      return;
    }
    this.exactWork += cost;
    this.exact++;
    this.regions ??= new ExactRegions(this.map, this.stop);
    const verdict = this.regions.verdict([word]);
    switch (verdict.kind) {
      case 'inside':
        this.accept(word, true);
        return;
      case 'stopped':
        this.undecided++;
        return;
      case 'border':
        if (!this.borderKeys.has(verdict.key)) {
          this.borderKeys.add(verdict.key);
          this.borders.push({
            point: verdict.points[0]!,
            units: verdict.units,
            word: word.slice(),
            key: verdict.key,
          });
        }
        return;
      case 'family':
        this.families.push({
          word: word.slice(),
          point: verdict.point,
          directions: verdict.directions,
          proper: verdict.proper,
        });
        return;
      default:
        this.outside++;
    }
  }

  /** I - J and b of the word, with bounds on their rounding. */
  private assemble(word: Uint8Array): void {
    const { n, L, A, B, C, d, g } = this.map;
    const { M, Merror, b, berror } = this;
    const bound = gamma(L + 2);
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < n; j++) {
        const a = A[i * n + j]!;
        M[i * n + j] = (i === j ? 1 : 0) - a;
        Merror[i * n + j] = i === j ? Math.abs(a) + Math.abs(M[i * n + j]!) : Math.abs(a);
      }
      b[i] = g[i]!;
      berror[i] = Math.abs(g[i]!);
      for (let u = 0; u < L; u++) {
        const w = B[i * L + u]!;
        if (word[u] === 0 || w === 0) continue;
        for (let j = 0; j < n; j++) {
          const product = w * C[u * n + j]!;
          M[i * n + j] = M[i * n + j]! - product;
          Merror[i * n + j] = Merror[i * n + j]! + Math.abs(product);
        }
        const product = w * d[u]!;
        b[i] = b[i]! + product;
        berror[i] = berror[i]! + Math.abs(product);
      }
      for (let j = 0; j < n; j++) Merror[i * n + j] = Merror[i * n + j]! * bound + UNDERFLOW;
      berror[i] = berror[i]! === 0 ? 0 : berror[i]! * bound + UNDERFLOW;
    }
  }
}

function sameFamily(known: BorderSolution, word: Uint8Array): boolean {
  let k = 0;
  for (let u = 0; u < word.length; u++) {
    if (known.units[k] === u) k++;
    else if (word[u] !== known.word[u]) return false;
  }
  return true;
}

function pack(word: Uint8Array): Uint16Array {
  const out = new Uint16Array(Math.ceil(word.length / 15));
  for (let u = 0; u < word.length; u++) out[Math.floor(u / 15)]! |= word[u]! << (u % 15);
  return out;
}
