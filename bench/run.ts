/**
 * Ratios against compiled reference programs, measured in one run. Prints Markdown tables.
 *
 *     npm run bench [-- search fixed-points trained scaling timeline interaction] [--only NAME] [--write]
 *
 * `--write` stores each table asked for in RESULTS.md; `BENCH_RUNS` is the number of runs of each program (5).
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Reference } from './reference';
import { fixedPointTable } from './tables/fixedPoints';
import { interactionTable } from './tables/interaction';
import { scaling } from './tables/scaling';
import { searchTables } from './tables/search';
import { timelineTable } from './tables/timeline';
import { trainedTable } from './tables/trained';

const RUNS = Number(process.env['BENCH_RUNS'] ?? 5);
const RESULTS = join(__dirname, 'RESULTS.md');
const HEAD =
  '# Results\n\nMade by `npm run bench -- --write`. Where nothing else is said: both programs on one thread, measured in one run.\n';

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { only: { type: 'string', default: '' }, write: { type: 'boolean', default: false } },
  });
  const reference = new Reference();
  const parts: Readonly<Record<string, () => string | Promise<string>>> = {
    search: () => searchTables(reference, RUNS, values.only),
    'fixed-points': () => fixedPointTable(reference, RUNS),
    trained: () => trainedTable(values.only),
    scaling: () => {
      const { table, plot } = scaling();
      if (values.write) writeFileSync(join(__dirname, 'scaling.svg'), plot);
      return table;
    },
    timeline: () => timelineTable(values.only),
    interaction: () => interactionTable(values.only),
  };
  try {
    for (const name of positionals.length > 0 ? positionals : Object.keys(parts)) {
      const part = parts[name];
      if (!part) throw new Error(`No such table: ${name}. There are ${Object.keys(parts).join(', ')}.`);
      const load = loadavg()[0]!.toFixed(1);
      const text = `${await part()}\n${cpus()[0]!.model}, ${String(cpus().length)} cores, Node ${process.version}, load before ${load}, ${new Date().toISOString().slice(0, 10)}.\n`;
      console.log(text);
      if (values.write) store(name, text);
    }
  } finally {
    reference.close();
  }
}

/** Puts a part in the place of its former measurement, or at the end. */
function store(name: string, text: string): void {
  const [begin, end] = [`<!-- ${name} -->\n`, `<!-- end of ${name} -->\n`];
  const old = existsSync(RESULTS) ? readFileSync(RESULTS, 'utf8') : HEAD;
  const block = `${begin}\n${text}\n${end}`;
  const [from, to] = [old.indexOf(begin), old.indexOf(end)];
  writeFileSync(
    RESULTS,
    from >= 0 && to > from ? old.slice(0, from) + block + old.slice(to + end.length) : `${old}\n${block}`,
  );
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
