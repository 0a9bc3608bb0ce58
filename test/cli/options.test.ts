import assert from 'node:assert/strict';
import { flagsFor, parseCommand, UsageError, type Command } from '../../src/cli/options';

const machine = { cores: 8, memoryMB: 16384 };
const parse = (...args: string[]): Command => parseCommand(args, machine);

describe('command line options', () => {
  it('have the defaults of the contract', () => {
    assert.deepEqual(parse('analyze', 'm.pt'), {
      ...{ name: 'analyze', compare: null, file: 'm.pt', json: false, out: null, model: {} },
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
      ...{ name: 'analyze', compare: null, file: 'm.pt', json: true, out: { file: 'r.CSV', format: 'csv' } },
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

  const wrong: readonly [string[], RegExp][] = [
    [[], /command is missing/],
    [['plan', 'x'], /no command "plan"/],
    [['plane', 'x', '--y', 'A[0]'], /--x is missing/],
    [['plane', 'x', '--x', 'A[1]', '--y', 'A[0]', '--x-range', '1,-1'], /--x-range takes two offsets/],
    [['plane', 'x', '--x', 'A[1]', '--y', 'A[0]', '--out', 'p.csv'], /\.json or \.svg/],
    [['analyze'], /file is missing/],
    [['analyze', 'a', 'b'], /one file at a time/],
    [['analyze', 'a', '--frobnicate'], /--frobnicate/],
    [['analyze', 'a', '--proof', 'p'], /--proof is not available/],
    [['analyze', 'a', '--shard', '1/2'], /--shard is not available/],
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
