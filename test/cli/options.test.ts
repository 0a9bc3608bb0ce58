import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { flagsFor, helpTopics, parseCommand, UsageError, type Command } from '../../src/cli/options';

const machine = { cores: 8, memoryMB: 16384 };
const parse = (...args: string[]): Command => parseCommand(args, machine);

describe('command line options', () => {
  it('belong to commands that the README lists, each with a line of its own', () => {
    const readme = readFileSync(path.join(import.meta.dirname, '../../README.md'), 'utf8');
    for (const topic of helpTopics) assert.match(readme, new RegExp(`^\\| \`${topic} .*\\| \\S.*\\|$`, 'm'));
  });

  it('have the defaults of the contract', () => {
    assert.deepEqual(parse('analyze', 'm.pt'), {
      ...{ name: 'analyze', proof: null, compare: null, shard: null, from: [], file: 'm.pt' },
      ...{ json: false, out: null, model: {} },
      search: { maxOrder: 4, seed: 0, timeLimit: 60, threads: 8, memoryLimitMB: 4096, certify: true },
    });
  });

  it('are all understood', () => {
    const command = parse(
      ...['analyze', '--max-order', '7', '--json', '--out', 'r.CSV', '--seed=3', '--time-limit', '0.5'],
      ...[
        '--threads',
        '2',
        '--memory-limit',
        '512',
        '--no-certify',
        '--proof-time',
        '3',
        '--model',
        'alrnn',
        '--set',
        'P=2,leak=0.5',
      ],
      ...['--set', 'clipped=true', '--map', 'my.w=W,my.b=h', '--input', '-1,2e3', '--epoch', '40', 'm.pt'],
    );
    assert.deepEqual(command, {
      ...{
        name: 'analyze',
        proof: null,
        compare: null,
        shard: null,
        from: [],
        file: 'm.pt',
        json: true,
        out: { file: 'r.CSV', format: 'csv' },
      },
      model: {
        ...{ kind: 'ALRNN', set: { P: '2', leak: '0.5', clipped: 'true' }, map: { W: 'my.w', h: 'my.b' } },
        ...{ input: [-1, 2000], epoch: 40 },
      },
      search: {
        maxOrder: 7,
        seed: 3,
        timeLimit: 0.5,
        threads: 2,
        memoryLimitMB: 512,
        certify: false,
        proofSeconds: 3,
      },
    });
  });

  it('of shards and their merging are understood', () => {
    const shard = parse('analyze', 'm.pt', '--shard', '2/8', '--out', 's2.json');
    assert.ok(shard.name === 'analyze');
    assert.deepEqual([shard.shard, shard.from], [{ index: 2, of: 8 }, []]);
    const further = parse(
      ...['analyze', 'm.pt', '--shard', '2/8', '--from', 'round-1', '--from', 'r2.json', '--out', 's2.json'],
    );
    assert.ok(further.name === 'analyze');
    assert.deepEqual(further.from, ['round-1', 'r2.json']);
    assert.throws(
      () => parse('analyze', 'm.pt', '--from', 'round-1'),
      /--from is no option of analyze without --shard/,
    );
    assert.deepEqual(parse('merge', 's1.json', 's2.json', '--out', 'r.csv', '--time-limit', '9'), {
      ...{ name: 'merge', parts: ['s1.json', 's2.json'], json: false, out: { file: 'r.csv', format: 'csv' } },
      search: { timeLimit: 9, threads: 8, memoryLimitMB: 4096 },
    });
  });

  it('of what is computed beside a report are understood', () => {
    const basins = parse(
      ...['basins', 'm.pt', '--through', 'FP1, FP2,C2a', '--x-range', '-2,2', '--cells', '50'],
      ...['--reach', '0.5', '--out', 'b.csv', '--max-order', '3'],
    );
    assert.ok(basins.name === 'explore' && basins.what === 'basins');
    assert.deepEqual(basins.basins, {
      ...{ plane: { through: ['FP1', 'FP2', 'C2a'] }, x: [-2, 2], y: null, cells: 50 },
    });
    assert.deepEqual(
      [basins.reach, basins.out, basins.search.maxOrder],
      [0.5, { file: 'b.csv', format: 'csv' }, 3],
    );
    const of = (text: string, ...more: string[]) => {
      const command = parse('sensitivity', 'm.pt', '--object', 'C2a', '--of', text, ...more);
      assert.ok(command.name === 'explore');
      return command.quantity;
    };
    assert.deepEqual(of('z3', '--point', '2'), { kind: 'coordinate', number: 3, point: 2 });
    assert.deepEqual(of('argument1'), { kind: 'argument', number: 1, point: 1 });
    assert.deepEqual(of('norm'), { kind: 'norm', number: 1, point: 1 });
    const manifolds = parse('manifolds', 'm.pt', '--object', 'FP1,C2b');
    assert.ok(manifolds.name === 'explore');
    assert.deepEqual([manifolds.objects, manifolds.reach], [['FP1', 'C2b'], 3]);
  });

  const wrong: readonly [string[], RegExp][] = [
    [['basins', 'm', '--axes', 'z1'], /two different axes/],
    [['basins', 'm', '--axes', 'z1,z2', '--through', 'FP1,FP2,FP3'], /exclude each other/],
    [['basins', 'm', '--through', 'FP1,FP2'], /ids of three objects/],
    [['basins', 'm', '--x-range', '2,-2'], /--x-range takes two numbers/],
    [['basins', 'm', '--out', 'b.html'], /\.json or \.csv/],
    [['lyapunov', 'm', '--reach', '2'], /--reach is no option of lyapunov/],
    [['sensitivity', 'm', '--of', 'z0'], /--of takes norm/],
    [[], /command is missing/],
    [['plan', 'x'], /no command "plan"/],
    [['plane', 'x', '--y', 'A[0]'], /--x is missing/],
    [['plane', 'x', '--x', 'A[0]', '--y', 'A[1]', '--surface'], /--surface/],
    [['plane', 'x', '--x', 'A[1]', '--y', 'A[0]', '--x-range', '1,-1'], /--x-range takes two offsets/],
    [['plane', 'x', '--x', 'A[1]', '--y', 'A[0]', '--out', 'p.csv'], /\.json or \.svg/],
    [['analyze'], /file is missing/],
    [['analyze', 'a', 'b'], /one file at a time/],
    [['analyze', 'a', '--frobnicate'], /--frobnicate/],
    [['analyze', 'a', '--proof', 'p', '--no-certify'], /exclude each other/],
    [['analyze', 'a', '--shard', '1/2'], /--shard takes --out F\.json/],
    [['analyze', 'a', '--shard', '0/2', '--json'], /--shard takes i\/n/],
    [['analyze', 'a', '--shard', '3/2', '--json'], /--shard takes i\/n/],
    [['analyze', 'a', '--shard', '1', '--json'], /--shard takes i\/n/],
    [['analyze', 'a', '--shard', '1/2', '--proof', 'p', '--json'], /--proof is no option of a shard/],
    [['analyze', 'a', '--shard', '1/2', '--no-certify', '--json'], /--no-certify is no option of a shard/],
    [['timeline', 'a', '--shard', '1/2'], /--shard is no option of timeline/],
    [['merge', '--out', 'a.json'], /reports of all shards/],
    [['merge', 'a.json', '--out', 'a.html'], /\.json or \.csv/],
    [['analyze', 'a', '--max-order', '0'], /--max-order takes a whole number/],
    [['analyze', 'a', '--max-order', 'x'], /--max-order takes a number/],
    [['analyze', 'a', '--time-limit', '-1'], /--time-limit/],
    [['analyze', 'a', '--out', 'r.txt'], /\.json, \.csv or \.html/],
    [['analyze', 'a', '--model', 'GRU'], /--model takes one of PLRNN/],
    [['analyze', 'a', '--set', 'P'], /name=value/],
    [['analyze', 'a', '--map', '=A'], /tensor=parameter/],
    [['analyze', 'a', '--input', '1,,2'], /--input takes numbers/],
    [['info', 'a', '--max-order', '2'], /--max-order/],
    [['timeline', 'a', '--proof-time', '2'], /--proof-time is no option of timeline/],
    [['compare', 'a'], /two files are needed/],
    [['compare', 'a', 'b', 'c'], /two files are needed/],
  ];
  for (const [args, message] of wrong)
    it(`reject ${args.join(' ') || 'nothing'}`, () => {
      assert.throws(
        () => parse(...args),
        (error: unknown) => error instanceof UsageError && message.test(error.message),
      );
    });

  it('can be written for an answer, without what was given already', () => {
    assert.equal(flagsFor({ kind: 'ALRNN', set: { P: 2 } }, {}), '--model ALRNN --set P=2');
    assert.equal(
      flagsFor({ kind: 'ALRNN', set: { P: 2, leak: '1' } }, { kind: 'ALRNN', set: { leak: '1' } }),
      '--set P=2',
    );
  });
});
