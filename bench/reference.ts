import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CanonicalMap } from '../src/core/map/canonical';
import type { ReferenceSystem } from '../test/core/systems';

export interface ReferenceRun {
  readonly listed: number;
  readonly solves: number;
  /** Of the whole process. */
  readonly seconds: number;
}

/** The compiled programs that are measured against, each on one thread; `close` removes them. */
export class Reference {
  readonly #folder = mkdtempSync(join(tmpdir(), 'bench-'));
  readonly #programs = new Map<string, string>();

  /** @throws where there is no C++ compiler or no OpenBLAS, with what to install */
  #program(name: string): string {
    const known = this.#programs.get(name);
    if (known !== undefined) return known;
    const program = join(this.#folder, name);
    const source = join(__dirname, 'reference', `${name}.cpp`);
    try {
      execFileSync('g++', ['-O3', '-march=native', '-o', program, source, '-lopenblas']);
    } catch {
      throw new Error(
        'The reference programs need a C++ compiler and OpenBLAS: apt-get install -y g++ libopenblas-dev',
      );
    }
    this.#programs.set(name, program);
    return program;
  }

  #run(name: string, args: readonly string[]): { out: unknown; seconds: number } {
    const program = this.#program(name);
    const begin = performance.now();
    const text = execFileSync(program, args, {
      encoding: 'utf8',
      env: { ...process.env, OPENBLAS_NUM_THREADS: '1' },
      maxBuffer: 1 << 28,
    });
    return { out: JSON.parse(text), seconds: (performance.now() - begin) / 1000 };
  }

  #write(kind: string, map: CanonicalMap): string {
    const file = join(this.#folder, 'model.txt');
    const rows = (a: Float64Array, columns: number): string =>
      Array.from({ length: a.length / columns }, (_, i) =>
        a.subarray(i * columns, (i + 1) * columns).join(' '),
      ).join('\n');
    writeFileSync(
      file,
      [
        `${kind} ${String(map.n)} ${String(map.L)}`,
        rows(map.A, map.n),
        rows(map.B, map.L),
        rows(map.C, map.n),
        map.g.join(' '),
        map.d.join(' '),
        '',
      ].join('\n'),
    );
    return file;
  }

  /**
   * The published algorithm with its default budgets.
   * @param told the number of cycles of each order: it stops an order once they are found
   */
  scyfi(map: CanonicalMap, s: ReferenceSystem, seed: number, told?: readonly number[]): ReferenceRun {
    const kind = { PLRNN: 'plrnn', ALRNN: 'alrnn', shPLRNN: 'shplrnn', clippedShPLRNN: 'clipped' }[
      s.model.model
    ];
    const { out, seconds } = this.#run('scyfi-reference', [
      this.#write(kind, map),
      String(s.maxOrder),
      '0',
      '0',
      String(seed),
      '0',
      ...(told ? [told.join(',')] : []),
    ]);
    const { orders } = out as { orders: readonly { count: number; solves: number }[] };
    return {
      listed: orders.reduce((sum, o) => sum + o.count, 0),
      solves: orders.reduce((sum, o) => sum + o.solves, 0),
      seconds,
    };
  }

  /** Fixed points by enumeration of all activation patterns; seconds without the start of the process. */
  grayCode(map: CanonicalMap): { count: number; seconds: number } {
    return this.#run('gray-code', [this.#write('any', map)]).out as { count: number; seconds: number };
  }

  close(): void {
    rmSync(this.#folder, { recursive: true });
  }
}
