import type { Lcp } from './lcp';

/**
 * A dictionary of the LCP's equations: every basic variable as an affine function of the nonbasic ones. Variables
 * are numbered o_0 .. o_{L-1}, s_0 .. s_{L-1}; a normalised (homogeneous) dictionary has one more, the slack of
 * sum(o) + sum(s) >= 1, with the number 2 L.
 */
export class Tableau {
  readonly L: number;
  readonly rows: number;
  /** Row length: L coefficients, then the constant. */
  readonly width: number;
  readonly a: Float64Array;
  readonly rowVariable: Int32Array;
  readonly columnVariable: Int32Array;
  /** Row of a basic variable, -1 - column of a nonbasic one. */
  readonly place: Int32Array;
  /** 0: the variable is zero on this branch. */
  readonly allowed: Uint8Array;
  /** -1 undecided, 0 base state (s = 0), 1 the other (o = 0) */
  readonly state: Int8Array;
  open = 0;
  /**
   * Columns in use come first. Those of forbidden s are no longer needed; those of forbidden o are: they hold the
   * multipliers of the equations.
   */
  live = 0;

  constructor(
    private readonly lcp: Lcp,
    readonly normalised: boolean,
  ) {
    const { L } = lcp;
    this.L = L;
    this.rows = normalised ? L + 1 : L;
    this.width = L + 1;
    this.a = new Float64Array(this.rows * this.width);
    this.rowVariable = new Int32Array(this.rows);
    this.columnVariable = new Int32Array(L);
    this.place = new Int32Array(2 * L + 1);
    this.allowed = new Uint8Array(2 * L + 1);
    this.state = new Int8Array(L);
  }

  /** The dictionary whose basic variables are all o. */
  reset(): void {
    this.allowed.fill(1);
    this.state.fill(-1);
    this.open = this.L;
    this.fill();
  }

  private fill(): void {
    const { L, width, a, normalised } = this;
    const { T, q } = this.lcp;
    this.live = L;
    for (let i = 0; i < L; i++) {
      for (let j = 0; j < L; j++) a[i * width + j] = T[i * L + j]!;
      a[i * width + L] = normalised ? 0 : q[i]!;
      this.rowVariable[i] = i;
      this.columnVariable[i] = L + i;
      this.place[i] = i;
      this.place[L + i] = -1 - i;
    }
    if (!normalised) return;
    for (let j = 0; j < L; j++) {
      let sum = 1;
      for (let i = 0; i < L; i++) sum += T[i * L + j]!;
      a[L * width + j] = sum;
    }
    a[L * width + L] = -1;
    this.rowVariable[L] = 2 * L;
    this.place[2 * L] = L;
  }

  copyFrom(other: Tableau): void {
    this.a.set(other.a);
    this.rowVariable.set(other.rowVariable);
    this.columnVariable.set(other.columnVariable);
    this.place.set(other.place);
    this.allowed.set(other.allowed);
    this.state.set(other.state);
    this.open = other.open;
    this.live = other.live;
  }

  /** Exchanges the basic variable of row r with the nonbasic one of column c. */
  pivot(r: number, c: number): void {
    const { a, rows, width, live, L } = this;
    const row = r * width;
    const inverse = -1 / a[row + c]!;
    for (let j = 0; j < live; j++) a[row + j] = a[row + j]! * inverse;
    const constant = a[row + L]! * inverse;
    a[row + L] = constant;
    a[row + c] = -inverse;
    for (let i = 0; i < rows; i++) {
      if (i === r) continue;
      const at = i * width;
      const f = a[at + c]!;
      if (f === 0) continue;
      a[at + c] = 0;
      for (let j = 0; j < live; j++) a[at + j] = a[at + j]! + f * a[row + j]!;
      a[at + L] = a[at + L]! + f * constant;
    }
    const leaving = this.rowVariable[r]!;
    const entering = this.columnVariable[c]!;
    this.rowVariable[r] = entering;
    this.columnVariable[c] = leaving;
    this.place[entering] = r;
    this.place[leaving] = -1 - c;
    if (leaving >= L && this.allowed[leaving] === 0 && leaving < 2 * L) this.retire(c);
  }

  /** Puts column c behind the ones in use. */
  private retire(c: number): void {
    const { a, rows, width, columnVariable } = this;
    const last = --this.live;
    if (c === last) return;
    for (let i = 0; i < rows; i++) {
      const at = i * width;
      const t = a[at + c]!;
      a[at + c] = a[at + last]!;
      a[at + last] = t;
    }
    const v = columnVariable[c]!;
    columnVariable[c] = columnVariable[last]!;
    columnVariable[last] = v;
    this.place[columnVariable[c]!] = -1 - c;
    this.place[v] = -1 - last;
  }

  /** Computes the dictionary of the present basis afresh from the equations, against accumulated rounding. */
  refresh(): void {
    const wanted = this.rowVariable.slice();
    const stay = new Uint8Array(2 * this.L + 1);
    for (const v of wanted) stay[v] = 1;
    this.fill();
    const { L, a, width } = this;
    for (let v = L; v < 2 * L; v++)
      if (this.allowed[v] === 0 && stay[v] === 0) this.retire(-1 - this.place[v]!);
    for (;;) {
      // The entering variable and row with the largest pivot: complete pivoting.
      let best = 0;
      let r = -1;
      let c = -1;
      for (let j = 0; j < this.live; j++) {
        if (stay[this.columnVariable[j]!] === 0) continue;
        for (let i = 0; i < this.rows; i++) {
          if (stay[this.rowVariable[i]!] === 1) continue;
          const v = Math.abs(a[i * width + j]!);
          if (v > best) {
            best = v;
            r = i;
            c = j;
          }
        }
      }
      if (r < 0) return;
      this.pivot(r, c);
    }
  }

  /** Settles a unit: 0 its base state, 1 the other. */
  decide(unit: number, state: number): void {
    this.state[unit] = state;
    const zero = state === 0 ? this.L + unit : unit;
    this.allowed[zero] = 0;
    if (state === 0 && this.place[zero]! < 0) this.retire(-1 - this.place[zero]!);
    this.open--;
  }
}
