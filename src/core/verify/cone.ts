/**
 * Linear forms on R^m that are not all zero on the cone where every one of them is >= 0, by the simplex method in integers
 * with R. G. Bland's rule (Math. Oper. Res. 2 (1977) 103-107): every basis is feasible there, and each step ends at a ray
 * of the cone or shows that none is left.
 *
 * @param forms coefficients, m each
 * @returns which forms are positive somewhere on the cone, and a point of it where all of these are (0 where none is)
 */
export function positiveOnCone(
  forms: readonly (readonly bigint[])[],
  m: number,
): { positive: boolean[]; point: bigint[] } {
  const count = forms.length;
  const table = new Dictionary(forms, m);
  const positive = new Array<boolean>(count).fill(false);
  const point = new Array<bigint>(m).fill(0n);
  for (;;) {
    const ray = table.rayWith(positive);
    if (ray === null) return { positive, point };
    for (let i = 0; i < count; i++) if (ray[i]! > 0n) positive[i] = true;
    for (let j = 0; j < m; j++) point[j] = point[j]! + ray[count + j]!;
  }
}

/** All forms, and the coordinates after them, as sums over m of them (the nonbasic ones): entries / D. */
class Dictionary {
  readonly #rows: bigint[][];
  /** Index of the row that each column stands for. */
  readonly #nonbasic: number[];
  readonly #count: number;
  #D = 1n;

  constructor(
    forms: readonly (readonly bigint[])[],
    private readonly m: number,
  ) {
    const unit = Array.from({ length: m }, (_, j) =>
      Array.from({ length: m }, (_c, k) => (j === k ? 1n : 0n)),
    );
    this.#rows = [...forms.map((row) => [...row]), ...unit];
    this.#count = forms.length;
    this.#nonbasic = unit.map((_, j) => forms.length + j);
    // A coordinate that no form sees stays nonbasic, and is never moved.
    for (let c = 0; c < m; c++) {
      const r = forms.findIndex((_, i) => this.#rows[i]![c] !== 0n && !this.#nonbasic.includes(i));
      if (r >= 0) this.#pivot(r, c);
    }
  }

  /** A ray of the cone, by all rows, on which a form is positive that is not among those known; null where there is none. */
  rayWith(known: readonly boolean[]): bigint[] | null {
    for (;;) {
      let enter = -1;
      for (let c = 0; c < this.m; c++) {
        const label = this.#nonbasic[c]!;
        if (label >= this.#count || (enter >= 0 && label > this.#nonbasic[enter]!)) continue;
        let slope = 0n;
        for (let i = 0; i < this.#count; i++) if (!known[i]) slope += this.#rows[i]![c]!;
        if (slope > 0n) enter = c;
      }
      if (enter < 0) return null;
      const leave = this.#rows.findIndex((row, i) => i < this.#count && row[enter]! < 0n);
      if (leave < 0) return this.#rows.map((row) => row[enter]!);
      this.#pivot(leave, enter);
    }
  }

  /** Exchanges the column's variable for form r. */
  #pivot(r: number, c: number): void {
    const pivotRow = [...this.#rows[r]!];
    const pivot = pivotRow[c]!;
    const sign = pivot < 0n ? -1n : 1n;
    for (const row of this.#rows) {
      const f = row[c]!;
      for (let j = 0; j < this.m; j++) {
        if (j === c) continue;
        const w = pivotRow[j]!;
        if (row[j] === 0n && (f === 0n || w === 0n)) continue;
        row[j] = (sign * (row[j]! * pivot - f * w)) / this.#D;
      }
      row[c] = sign * f;
    }
    this.#D = sign * pivot;
    this.#nonbasic[c] = r;
  }
}
