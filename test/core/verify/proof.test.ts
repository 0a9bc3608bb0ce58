import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import type { CanonicalMap } from '../../../src/core/map/canonical';
import { detect } from '../../../src/core/detect/detect';
import { Seal, sealOfReport } from '../../../src/core/report/proof';
import type { Continuum, Cycle, Report } from '../../../src/core/report/types';
import type { Complementarity } from '../../../src/core/verify/complementarity';
import { integerMap } from '../../../src/core/verify/exact';
import { Itineraries } from '../../../src/core/verify/itineraries';
import { verifyProof, type ProofVerification } from '../../../src/core/verify/proof';
import type { LineSource } from '../../../src/core/verify/proofLines';
import { verifyReport } from '../../../src/core/verify/report';
import { random, type Random } from '../../../src/core/random';
import { randomSystem } from '../../campaign/systems';
import { build, canonicalOf, randomPlrnn, system } from '../systems';
import { digest, reportFrom } from './reports';

interface Case {
  readonly name: string;
  readonly map: CanonicalMap;
  readonly report: Report;
  readonly lines: readonly string[];
  /** Solved once for all that is said of the map. */
  readonly itineraries: Itineraries;
  readonly equations: Map<string, Complementarity>;
}

/** @param allPeriodsNodes words of the graph beyond the orders asked for */
async function prove(
  name: string,
  map: CanonicalMap,
  maxOrder: number,
  { stopAfter = Infinity, allPeriodsNodes = 300 } = {},
): Promise<Case> {
  const lines: string[] = [];
  let asked = 0;
  const detection = await detect(map, {
    maxOrder,
    seed: 0,
    certify: true,
    allPeriodsNodes,
    stop: () => ++asked > stopAfter,
    onProgress: () => undefined,
    onFinds: () => undefined,
    proof: { write: (line) => lines.push(line), digest },
  });
  const report = reportFrom(map, detection, maxOrder);
  return {
    name,
    map,
    report: copy(report),
    lines,
    itineraries: new Itineraries(integerMap(map)),
    equations: new Map(),
  };
}

function copy<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}

function check(
  { map, report, itineraries, equations }: Case,
  lines: readonly string[],
  other: Report = report,
): ProofVerification {
  return verifyProof(other, map, digest, source(lines), { itineraries, equations });
}

/** The last line as it would be had these lines been written with this report. */
function seal(lines: readonly string[], report: Report): string[] {
  const own = new Seal();
  const body = lines.slice(0, -1);
  for (const line of body) own.add(line);
  const end = { end: 'proof', lines: own.lines, seal: own.value, report: sealOfReport(report) };
  return [...body, JSON.stringify(end)];
}

function pick<T>(list: readonly T[], source: Random): T {
  return list[Math.floor(source.uniform() * list.length)]!;
}

const claimed = ({ report }: Case): number[] =>
  report.orders.filter(({ complete }) => complete).map(({ order }) => order);

function fixture(name: string): CanonicalMap {
  const path = new URL(`../../fixtures/detect/${name}.json`, import.meta.url);
  const raw = JSON.parse(readFileSync(path, 'utf8')) as Record<'n' | 'L', number> &
    Record<'A' | 'B' | 'C' | 'd' | 'g', number[]>;
  const { n, L, A, B, C, d, g } = raw;
  const array = (v: number[]): Float64Array => Float64Array.from(v);
  return { n, L, A: array(A), B: array(B), C: array(C), d: array(d), g: array(g) };
}

/** A random almost-linear net of 2 units. */
function almostLinear(n = 4): CanonicalMap {
  const source = random(3);
  return build(
    Array.from({ length: n }, (_, i) =>
      Array.from({ length: n }, (_column, j) => (i === j ? 0.4 : 0.5 * (source.uniform() - 0.5))),
    ),
    Array.from({ length: n }, () => [1.5 * (source.uniform() - 0.5), 1.5 * (source.uniform() - 0.5)]),
    [0, 1].map((u) => Array.from({ length: n }, (_, j) => Number(j === u))),
    [0, 0],
    Array.from({ length: n }, () => source.uniform() - 0.5),
  );
}

/** A shallow net of two states: its regions far out are enumerated. Without biases where asked. */
function shallow(seed: number, bias: number): CanonicalMap {
  const source = random(seed);
  const numbers = (count: number, size: number): number[] =>
    Array.from({ length: count }, () => size * (source.uniform() - 0.5));
  const [W1, W2] = [[numbers(5, 3), numbers(5, 3)], Array.from({ length: 5 }, () => numbers(2, 4))];
  const A = [
    [0.6, 0],
    [0, -0.4],
  ];
  return build(A, W1, W2, numbers(5, 2 * bias), numbers(2, bias));
}

/** Coordinates exchanged where z1 <= 1: fixed are those that are equal, of order 2 all others that stay there. */
const swap = build(
  [
    [0, 1],
    [1, 0],
  ],
  [[-0.5], [0]],
  [[1, 0]],
  [-1],
  [0, 0],
);

/** z' = 1 - z on [0, 1]: all are of order 2 there, but for 1/2. */
const flip = build([[0]], [[-1, 1]], [[1], [1]], [0, -1], [1]);

/** Full tent map z' = 1 - 2 |z|: each primitive word of two letters, up to rotation, is a cycle. */
const tent = build([[2]], [[-4]], [[1]], [0], [1]);

describe('verification of proofs', () => {
  let cases: Case[];
  before(async () => {
    cases = [
      await prove('contraction', canonicalOf(system('published-plrnn-0').model), 3, {
        allPeriodsNodes: Infinity,
      }),
      await prove('plane', canonicalOf(system('chaotic-plrnn-303').model), 4),
      await prove('all periods', canonicalOf(system('published-alrnn-15').model), 2, {
        allPeriodsNodes: Infinity,
      }),
      await prove('tent', tent, 4),
      await prove('space', randomPlrnn(random(5), 3, 0.8), 3),
      await prove('block-cyclic', almostLinear(), 3),
      await prove('many coordinates', almostLinear(20), 3),
      await prove('far', shallow(1, 1), 1),
      await prove('no bias', shallow(2, 0), 1),
      await prove('plane of cycles', swap, 3),
      await prove('line of cycles', flip, 4),
    ];
  });

  it('confirms what the search writes down, all that is claimed, and each form of proof occurs', () => {
    const forms = new Set<string>();
    for (const each of cases) {
      const verification = verifyReport(each.report, each.map, digest, source(each.lines));
      assert.deepEqual(verification.problems, [], each.name);
      assert.deepEqual(verification.proof!.proven, claimed(each), each.name);
      assert.ok(claimed(each).length >= 1, each.name);
      assert.equal(
        verification.proof!.allPeriods,
        each.report.orders.some(({ certificate }) => certificate?.periods === 'all'),
        each.name,
      );
      for (const line of each.lines) {
        const { part, order } = JSON.parse(line) as { part?: string; order?: number };
        if (part) forms.add(part + (part === 'tree' && order! > 1 ? ' of cycles' : ''));
      }
    }
    for (const form of ['unique', 'tree', 'tree of cycles', 'far', 'box', 'words', 'contraction'])
      assert.ok(forms.has(form), form);
  });

  it('takes multipliers of an expanding map, whose own rounding grows along the orbit to more than they exclude by', async () => {
    const { map, maxOrder } = randomSystem(5300);
    const each = await prove('expanding', map, maxOrder, { allPeriodsNodes: Infinity });
    const { problems, notes, proven } = check(each, each.lines);
    assert.deepEqual([problems, notes], [[], []]);
    assert.deepEqual(proven, claimed(each));
  });

  for (const name of ['dendritic-plrnn', 'relu-rnn-untrained'])
    it(`confirms the fixed points of a real net: ${name}`, async () => {
      const each = await prove(name, fixture(name), 1);
      const verification = check(each, each.lines);
      assert.deepEqual(verification.problems, []);
      assert.deepEqual(verification.proven, [1]);
    }).timeout(120000);

  it('rejects 500 proofs with a line changed, dropped, doubled or exchanged, and those of other models and reports', () => {
    const at = random(11);
    for (let done = 0; done < 500; done++) {
      const each = pick(cases, at);
      const lines = [...each.lines];
      const i = Math.floor(at.uniform() * lines.length);
      const kind = done % 4;
      if (kind === 0) {
        const k = Math.floor(at.uniform() * lines[i]!.length);
        const letter = lines[i]![k]!;
        const other = /\d/.test(letter)
          ? String((Number(letter) + 1 + Math.floor(8 * at.uniform())) % 10)
          : '';
        if (other === letter) continue;
        lines[i] = lines[i]!.slice(0, k) + other + lines[i]!.slice(k + 1);
      } else if (kind === 1) lines.splice(i, 1);
      else if (kind === 2) lines.splice(i, 0, lines[i]!);
      else {
        const j = Math.floor(at.uniform() * lines.length);
        if (lines[i] === lines[j]) continue;
        [lines[i], lines[j]] = [lines[j]!, lines[i]!];
      }
      assert.ok(
        check(each, lines).problems.length > 0,
        `${each.name}, line ${String(i)}, change ${String(kind)}`,
      );
    }
    for (const each of cases)
      for (const other of cases)
        if (other !== each) {
          assert.ok(check(each, other.lines).problems.length > 0);
          assert.ok(check(each, each.lines, other.report).problems.length > 0);
          // Even where head and end are made to fit; a tree that leaves all of its few leaves in is right of any map.
          if (!other.lines.some((line) => line.startsWith('["x"'))) continue;
          const head = {
            ...JSON.parse(other.lines[0]!),
            ...(JSON.parse(each.lines[0]!) as object),
          } as object;
          const forged = seal([JSON.stringify(head), ...other.lines.slice(1)], each.report);
          const { problems, proven } = check(each, forged);
          assert.ok(problems.length > 0 || proven.length === 0, `${other.name} for ${each.name}`);
        }
  }).timeout(60000);

  it('never takes 500 false reports for proven, whatever is changed in their proofs and sealed anew', () => {
    const at = random(12);
    const kinds = new Map<string, number>();
    let families = 0;
    for (let done = 0; done < 500;) {
      const each = pick(cases, at);
      const order = pick(
        each.report.orders.filter(
          ({ cycles, continua, complete }) => complete && cycles.length + continua.length > 0,
        ),
        at,
      ) as Report['orders'][number] | undefined;
      if (!order) continue;
      const report = copy(each.report);
      const { cycles, continua } = report.orders[order.order - 1]!;
      const k = Math.floor(at.uniform() * (cycles.length + continua.length));
      if (k < cycles.length) (cycles as Cycle[]).splice(k, 1);
      else {
        (continua as Continuum[]).splice(k - cycles.length, 1);
        families++;
      }
      const [kind, lines] = tamper([...each.lines], at);
      kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
      done++;
      const { problems, proven } = check(each, seal(lines, report), report);
      assert.ok(
        problems.length > 0 || !proven.includes(order.order),
        `${each.name}: a cycle or family of order ${String(order.order)} was dropped, ${kind}`,
      );
    }
    assert.ok(
      kinds.size >= 8 && [...kinds.values()].every((count) => count > 10),
      JSON.stringify([...kinds]),
    );
    assert.ok(families > 50);
  }).timeout(60000);

  it('rejects exclusions that are turned into others, sealed anew', () => {
    const at = random(13);
    let rejected = 0;
    for (const each of cases) {
      const leaves = each.lines.flatMap((line, i) => (/^\["[xe]"/.test(line) ? [i] : []));
      for (let k = 0; k < Math.min(20, leaves.length); k++) {
        const i = pick(leaves, at);
        const line = JSON.parse(each.lines[i]!) as unknown[];
        const list = line.at(-1) as number[];
        // Multipliers stand at every second or third place: all of them negated.
        const step =
          list.length % 3 === 0 && each.lines.slice(0, i).some((v) => v.includes('"words"')) ? 3 : 2;
        for (let v = step - 1; v < list.length; v += step) list[v] = -list[v]!;
        const lines = [...each.lines];
        lines[i] = JSON.stringify(line);
        assert.ok(
          check(each, seal(lines, each.report)).problems.length > 0,
          `${each.name}, line ${String(i)}`,
        );
        rejected++;
      }
    }
    assert.ok(rejected > 40);
  });

  it('takes a proof worked out by hand, and not with a sign exchanged', async () => {
    // F(z) = relu(z) / 2 - 1/2. With the unit inactive, I - A = 1, so T = 1 - 1/2 and q = 1/2: o = 1/2 + s/2 is never 0.
    const each = await prove('by hand', build([[0]], [[0.5]], [[1]], [0], [-0.5]), 1);
    assert.deepEqual(
      each.report.orders[0]!.cycles.map(({ points }) => points),
      [[[-0.5]]],
    );
    const byHand = (multiplier: number, unit = 1): ProofVerification =>
      check(
        each,
        seal(
          [
            JSON.stringify({ ...(JSON.parse(each.lines[0]!) as object), unit }),
            '{"part":"tree","order":1,"base":"0","radius":1,"far":false}',
            // o = 0 would ask that -o + s/2 = -1/2.
            JSON.stringify(['f', 0, 0, [0, multiplier]]),
            '["l"]',
            '{"end":"tree","complete":true}',
            '',
          ],
          each.report,
        ),
      );
    assert.deepEqual(byHand(-1).problems, []);
    assert.deepEqual(byHand(-1).proven, [1]);
    assert.match(byHand(1).problems[0]!, /^Line 3 of the proof: its multipliers exclude nothing/);
    assert.match(byHand(-1, 3).problems[0]!, /no power of two/);
  });

  it('misses 0 in a list of a net without biases', () => {
    const each = cases.find(({ name }) => name === 'no bias')!;
    const report = copy(each.report);
    assert.equal(report.orders[0]!.boundaryPoints.length, 1);
    (report.orders[0]!.boundaryPoints as unknown[]).pop();
    const { problems } = check(each, seal(each.lines, report), report);
    assert.match(problems.join(), /a point on borders is missing/);
  });

  it('says what is not re-checked where the proof was cut short or leaves out what is claimed', async () => {
    const whole = cases.find(({ name }) => name === 'all periods')!;
    const begin = whole.lines.findIndex((line) => line.includes('"part":"box"'));
    const end = whole.lines.findIndex((line) => line.includes('"end":"words"'));
    const lines = seal([...whole.lines.slice(0, begin), ...whole.lines.slice(end + 1)], whole.report);
    const partial = check(whole, lines);
    assert.deepEqual(partial.problems, []);
    assert.ok(partial.proven.length < claimed(whole).length);
    for (const order of claimed(whole))
      assert.ok(
        partial.proven.includes(order) ||
          partial.notes.some((note) => note.startsWith(`Order ${String(order)}:`)),
      );
    const stopped = await prove('stopped', whole.map, 4, { stopAfter: 40 });
    assert.deepEqual(check(stopped, stopped.lines).problems, []);
  });
});

function source(lines: readonly string[]): LineSource {
  let at = 0;
  return { next: () => lines[at++] ?? null, rewind: () => void (at = 0) };
}

/** Changes a proof in a way that an adversary might; returns what was done. */
function tamper(lines: string[], at: Random): [string, string[]] {
  const some = (pattern: RegExp): number => {
    const found = lines.flatMap((line, i) => (pattern.test(line) ? [i] : []));
    return found.length === 0 ? -1 : pick(found, at);
  };
  const edit = (i: number, change: (line: unknown[] & Record<string, unknown>) => void): void => {
    if (i < 0) return;
    const line = JSON.parse(lines[i]!) as unknown[] & Record<string, unknown>;
    change(line);
    lines[i] = JSON.stringify(line);
  };
  const kind = pick(
    [
      'nothing',
      'leaf dropped',
      'itinerary excluded',
      'multipliers',
      'branch',
      'radius',
      'box',
      'range',
      'level',
      'end',
    ],
    at,
  );
  switch (kind) {
    case 'leaf dropped': {
      const i = some(/^\["/);
      if (i >= 0) lines.splice(i, 1);
      break;
    }
    case 'itinerary excluded': {
      const i = some(/^\["[lr]"\]/);
      const j = some(/^\["x"/);
      if (i >= 0 && j >= 0) lines[i] = lines[j]!;
      break;
    }
    case 'multipliers':
      edit(some(/^\["[xef]"/), (line) => {
        const list = line.at(-1) as number[];
        const k = Math.floor(at.uniform() * list.length);
        list[k] = list[k]! * (at.uniform() < 0.5 ? -1 : 1e6);
      });
      break;
    case 'branch':
      edit(some(/^\["b"/), (line) => (line[2] = 1 - Number(line[2])));
      break;
    case 'radius':
      edit(
        some(/"radius"/),
        (line) => (line['radius'] = Number(line['radius']) * (at.uniform() < 0.5 ? 1e-6 : 1e6)),
      );
      break;
    case 'box':
      edit(some(/"box"/), (line) => {
        const list = (line['box'] as number[][] | undefined)?.[1] ?? (line['upper'] as number[]);
        list[0] = list[0]! * at.uniform();
      });
      break;
    case 'range':
      edit(some(/^\["e"/), (line) => {
        if (at.uniform() < 0.5) line[2] = Math.max(0, Number(line[2]) - 1);
        else line[3] = Number(line[3]) + 1;
      });
      break;
    case 'level':
      edit(some(/^\["m"/), (line) => (line[2] = Math.max(0, Number(line[2]) - 1)));
      break;
    case 'end': {
      const i = some(/^\["[gl]"\]/);
      if (i >= 0) lines.splice(i, lines.length - 1 - i, '{"end":"words"}');
      break;
    }
  }
  return [kind, lines];
}
