/**
 * Recall, linear solves and time of the search on the reference systems, beside the published algorithm
 * (compiled, its default budgets), in one run. Prints a Markdown table; `--write` stores it in RESULTS.md.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir, loadavg } from 'node:os';
import { join } from 'node:path';
import { detect } from '../src/core/detect/detect';
import type { CanonicalMap } from '../src/core/map/canonical';
import { canonicalOf, systems, type ReferenceSystem } from '../test/core/systems';

/** Runs of each program; `BENCH_RUNS` changes it. */
const RUNS = Number(process.env['BENCH_RUNS'] ?? 5);

interface Measured {
  readonly listed: number;
  readonly solves: number;
  readonly seconds: number;
}

interface ReferenceOrder {
  readonly k: number;
  readonly count: number;
  readonly solves: number;
}

async function ours(
  map: CanonicalMap,
  s: ReferenceSystem,
  certify: boolean,
): Promise<Measured & { proven: number }> {
  const times: number[] = [];
  let found: Awaited<ReturnType<typeof detect>> | null = null;
  for (let i = 0; i < RUNS; i++) {
    const begin = performance.now();
    found = await detect(map, {
      maxOrder: s.maxOrder,
      seed: i,
      certify,
      stop: () => false,
      onProgress: () => undefined,
      onFinds: () => undefined,
    });
    times.push((performance.now() - begin) / 1000);
  }
  const orders = found!.orders;
  const firstOpen = orders.findIndex((o) => !o.complete);
  return {
    listed: orders.reduce((sum, o) => sum + o.cycles.length, 0),
    solves: found!.linearSolves,
    seconds: median(times),
    proven: firstOpen < 0 ? s.maxOrder : firstOpen,
  };
}

function reference(program: string, folder: string, map: CanonicalMap, s: ReferenceSystem): Measured {
  const kind = { PLRNN: 'plrnn', ALRNN: 'alrnn', shPLRNN: 'shplrnn', clippedShPLRNN: 'clipped' }[
    s.model.model
  ];
  const rows = (a: Float64Array, columns: number): string =>
    Array.from({ length: a.length / columns }, (_, i) =>
      a.subarray(i * columns, (i + 1) * columns).join(' '),
    ).join('\n');
  const file = join(folder, `${s.name}.txt`);
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
  const times: number[] = [];
  let orders: ReferenceOrder[] = [];
  for (let i = 0; i < RUNS; i++) {
    const begin = performance.now();
    const out = execFileSync(program, [file, String(s.maxOrder), '0', '0', String(i + 1), '0'], {
      encoding: 'utf8',
      env: { ...process.env, OPENBLAS_NUM_THREADS: '1' },
      maxBuffer: 1 << 28,
    });
    times.push((performance.now() - begin) / 1000);
    orders = (JSON.parse(out) as { orders: ReferenceOrder[] }).orders;
  }
  return {
    listed: orders.reduce((sum, o) => sum + o.count, 0),
    solves: orders.reduce((sum, o) => sum + o.solves, 0),
    seconds: median(times),
  };
}

function median(values: number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1]!;
}

async function main(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-'));
  const program = join(folder, 'reference');
  try {
    execFileSync('g++', [
      '-O3',
      '-march=native',
      '-o',
      program,
      join(__dirname, 'reference/scyfi-reference.cpp'),
      '-lopenblas',
    ]);
  } catch {
    console.error(
      'The reference program needs a C++ compiler and OpenBLAS: apt-get install -y g++ libopenblas-dev',
    );
    process.exit(1);
  }
  const only = process.argv.slice(2).find((a) => !a.startsWith('--'));
  const lines = [
    '| system | order to | exist | listed | reference lists | solves | reference solves | solves ratio | s | reference s | time ratio | proven to | s with proof |',
    '|---|---|---|---|---|---|---|---|---|---|---|---|---|',
  ];
  for (const s of systems) {
    if (only && !s.name.includes(only)) continue;
    const map = canonicalOf(s.model);
    const exist = Object.values(s.counts).reduce((a, b) => a + b, 0);
    const mine = await ours(map, s, false);
    const proof = await ours(map, s, true);
    const theirs = reference(program, folder, map, s);
    lines.push(
      `| ${[s.name, s.maxOrder, exist, mine.listed, theirs.listed, mine.solves, theirs.solves, (theirs.solves / mine.solves).toFixed(0), mine.seconds.toFixed(3), theirs.seconds.toFixed(3), (theirs.seconds / mine.seconds).toFixed(1), proof.proven, proof.seconds.toFixed(3)].join(' | ')} |`,
    );
    console.log(lines.at(-1));
  }
  rmSync(folder, { recursive: true });
  const machine = `${cpus()[0]?.model ?? 'unknown processor'}, ${String(cpus().length)} cores, Node ${process.version}, load ${loadavg()[0]!.toFixed(1)}, ${new Date().toISOString().slice(0, 10)}`;
  const text = `# Results\n\n${machine}. Medians of ${String(RUNS)} runs with ${String(RUNS)} seeds, one thread each. Ratios are reference / ours, within this run: above 1 we are better. "listed" is the search without proof; both searches are heuristic there. The reference runs with its published default budgets and its process start-up is included.\n\n${lines.join('\n')}\n`;
  console.log(`\n${text}`);
  if (process.argv.includes('--write')) writeFileSync(join(__dirname, 'RESULTS.md'), text);
}

void main();
