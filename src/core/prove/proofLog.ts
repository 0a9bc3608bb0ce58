import { PROOF_SCHEMA, sealOfReport, Seal, type ProofHead } from '../report/proof';

/** Writes a proof down, line by line, as it is found. */
export class ProofLog {
  readonly #seal = new Seal();

  /** @param write receives each line of text, without its end */
  constructor(private readonly write: (line: string) => void) {}

  head(digest: string, unit: number, stateDim: number, reluUnits: number): void {
    const head: ProofHead = { schema: PROOF_SCHEMA, digest, unit, stateDim, reluUnits };
    this.line(head);
  }

  line(value: unknown): void {
    const text = JSON.stringify(value);
    this.#seal.add(text);
    this.write(text);
  }

  end(report: Parameters<typeof sealOfReport>[0]): void {
    const { lines, value } = this.#seal;
    this.write(JSON.stringify({ end: 'proof', lines, seal: value, report: sealOfReport(report) }));
  }
}

/** [index, value, ..] of what is not zero. */
export function sparse(values: ArrayLike<number>): number[] {
  const out: number[] = [];
  for (let i = 0; i < values.length; i++) if (values[i] !== 0) out.push(i, values[i]!);
  return out;
}
