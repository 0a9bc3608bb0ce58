/**
 * Random systems of every architecture, all claims against exact rational arithmetic over all itineraries.
 *
 *     npm run campaign [-- COUNT [FIRST]] [--write]
 *
 * 3,000 systems take some ten minutes on one core; parts of them can run side by side (COUNT systems from FIRST on).
 * Prints each difference and a table; exits with 1 when anything claimed is not so. `--write` stores the table in
 * bench/CAMPAIGN.md.
 */
import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { judge, PROVERS, type Prover, type Verdict } from './judge';
import { ARCHITECTURES, randomSystem, REGIMES } from './systems';

interface Row {
  systems: number;
  orders: number;
  proven: number;
  everywhere: number;
  cycles: number;
  degenerate: number;
  short: number;
  wrong: number;
  seconds: number;
}

async function main(): Promise<void> {
  const numbers = process.argv
    .slice(2)
    .filter((a) => !a.startsWith('--'))
    .map(Number);
  const [count = 3000, first = 0] = numbers;
  const rows = new Map<string, Row>();
  let wrong = 0;
  for (let index = first; index < first + count; index++) {
    const system = randomSystem(index);
    for (const verdict of await judge(system)) {
      for (const text of verdict.wrong) console.log(`${system.name}, ${verdict.prover}: ${text}`);
      wrong += verdict.wrong.length;
      add(rows, verdict.prover, system.architecture, verdict);
      add(rows, verdict.prover, system.regime, verdict);
    }
    if ((index + 1) % 50 === 0) console.error(`${String(index + 1 - first)} of ${String(count)} systems`);
  }
  const table = PROVERS.map((prover) => section(prover, rows)).join('\n\n');
  console.log(table);
  if (process.argv.includes('--write'))
    writeFileSync(join(__dirname, '../../bench/CAMPAIGN.md'), page(first, count, table, wrong));
  process.exitCode = wrong > 0 ? 1 : 0;
}

function add(rows: Map<string, Row>, prover: Prover, name: string, verdict: Verdict): void {
  const key = `${prover}|${name}`;
  let row = rows.get(key);
  if (!row) {
    row = {
      systems: 0,
      orders: 0,
      proven: 0,
      everywhere: 0,
      cycles: 0,
      degenerate: 0,
      short: 0,
      wrong: 0,
      seconds: 0,
    };
    rows.set(key, row);
  }
  row.systems++;
  row.orders += verdict.orders;
  row.proven += verdict.proven;
  row.everywhere += verdict.everywhere;
  row.cycles += verdict.cycles;
  row.degenerate += verdict.degenerate;
  row.short += Number(verdict.proven < verdict.orders);
  row.wrong += verdict.wrong.length;
  row.seconds += verdict.seconds;
}

function section(prover: Prover, rows: Map<string, Row>): string {
  const head = [
    '',
    'systems',
    'cycles',
    'on borders, families',
    'orders',
    'proven',
    'everywhere',
    'systems short of k',
    'wrong',
    's per system',
  ];
  const body = [...ARCHITECTURES, ...REGIMES].flatMap((name) => {
    const row = rows.get(`${prover}|${name}`);
    if (!row) return [];
    const { systems, cycles, degenerate, orders, proven, everywhere, short, wrong, seconds } = row;
    return [
      [
        name,
        systems,
        cycles,
        degenerate,
        orders,
        proven,
        everywhere,
        short,
        wrong,
        (seconds / systems).toFixed(3),
      ],
    ];
  });
  return [
    `## ${prover[0]!.toUpperCase()}${prover.slice(1)}`,
    '',
    ...[head, head.map(() => '---'), ...body].map((cells) => `| ${cells.join(' | ')} |`),
  ].join('\n');
}

function page(first: number, count: number, table: string, wrong: number): string {
  return `# Random systems against exact arithmetic

Systems ${String(first)} to ${String(first + count - 1)} of \`test/campaign/systems.ts\`: every architecture, every regime, \`L k <= 16\` (12 where exact arithmetic is slow).
Each itinerary of each order is decided by a program of its own (\`test/campaign/possible.ts\` sets aside in floating point what is far outside its regions; \`test/core/detect/exactOracle.ts\` solves the rest in rational numbers), and every claim is held against it: what is listed must exist, what exists inside a certificate's domain must be listed, objects on borders and families included.
"Search" is what a user gets; the other two are proofs by themselves, with little time and without the finds of the heuristics. "Systems short of k" have an order that is not proven, and say so.

**${wrong === 0 ? 'No claim was wrong.' : `${String(wrong)} differences.`}** ${cpus()[0]!.model}, one thread, Node ${process.version}, ${new Date().toISOString().slice(0, 10)}.

${table}
`;
}

void main();
