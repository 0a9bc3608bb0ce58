import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { InputError } from '../../../src/core/errors';
import { isNode, readPickle, type PickleValue } from '../../../src/formats/pickle/pickle';
import { findTensors } from '../../../src/formats/torch/objects';
import { inTwoSeconds } from '../helpers';
import { fixtures } from '../sources';
import { concat, op, packed, pickleFile } from '../writers';

/** A pickled value as plain data, to compare with what Python was given. */
function plain(value: PickleValue): unknown {
  if (!isNode(value)) return value instanceof Uint8Array ? Array.from(value) : value;
  switch (value.kind) {
    case 'dict':
      return Object.fromEntries([...(value.entries ?? [])].map(([key, item]) => [String(key), plain(item)]));
    case 'global':
      return `<${value.module}.${value.name}>`;
    case 'call':
      return {
        call: plain(value.callable),
        args: value.args.map(plain),
        state: value.state && plain(value.state),
      };
    case 'persistent':
      return { persistent: plain(value.id) };
    default:
      return value.items.map(plain);
  }
}

function fromHex(hex: string): Uint8Array {
  return Uint8Array.from(hex.match(/../g)!, (pair) => Number.parseInt(pair, 16));
}

function read(bytes: Uint8Array): unknown {
  return plain(readPickle(bytes).value);
}

/** Given to Python's pickle.dumps with each protocol; what it wrote, in hexadecimal (CPython 3). */
const original = {
  none: null,
  yes: true,
  no: false,
  int: -5,
  byte: 200,
  short: 40000,
  big: -70000,
  long: 2 ** 40,
  float: -0.1,
  inf: Infinity,
  text: 'a\u00e9\u4e2d\'"\n',
  list: [1, [2.5, 'x']],
  tuple: [1, 2, 3, 4],
  one: [1],
  empty: [[], {}, []],
  nested: { a: { b: [] } },
  same: [1, [2.5, 'x']],
};
const written = [
  '286470300a566e6f6e650a70310a4e73567965730a70320a4930310a73566e6f0a70330a4930300a7356696e740a70340a492d350a7356627974650a70350a493230300a735673686f72740a70360a4934303030300a73566269670a70370a492d37303030300a73566c6f6e670a70380a4c313039393531313632373737364c0a7356666c6f61740a70390a462d302e310a7356696e660a7031300a46696e660a7356746578740a7031310a5661e95c753465326427225c75303030610a7031320a73566c6973740a7031330a286c7031340a49310a61286c7031350a46322e350a6156780a7031360a616173567475706c650a7031370a2849310a49320a49330a49340a747031380a73566f6e650a7031390a2849310a747032300a7356656d7074790a7032310a286c7032320a286c7032330a6128647032340a6128746173566e65737465640a7032350a28647032360a56610a7032370a28647032380a56620a7032390a286c7033300a7373735673616d650a7033310a6731340a732e',
  '7d71002858040000006e6f6e6571014e580300000079657371024930310a58020000006e6f71034930300a5803000000696e7471044afbffffff58040000006279746571054bc8580500000073686f727471064d409c580300000062696771074a90eefeff58040000006c6f6e6771084c313039393531313632373737364c0a5805000000666c6f6174710947bfb999999999999a5803000000696e66710a477ff0000000000000580400000074657874710b580900000061c3a9e4b8ad27220a710c58040000006c697374710d5d710e284b015d710f284740040000000000005801000000787110656558050000007475706c657111284b014b024b034b0474711258030000006f6e657113284b017471145805000000656d70747971155d7116285d71177d7118296558060000006e657374656471197d711a580100000061711b7d711c580100000062711d5d711e7373580400000073616d65711f680e752e',
  '80027d71002858040000006e6f6e6571014e580300000079657371028858020000006e6f7103895803000000696e7471044afbffffff58040000006279746571054bc8580500000073686f727471064d409c580300000062696771074a90eefeff58040000006c6f6e6771088a060000000000015805000000666c6f6174710947bfb999999999999a5803000000696e66710a477ff0000000000000580400000074657874710b580900000061c3a9e4b8ad27220a710c58040000006c697374710d5d710e284b015d710f284740040000000000005801000000787110656558050000007475706c657111284b014b024b034b0474711258030000006f6e6571134b018571145805000000656d70747971155d7116285d71177d7118296558060000006e657374656471197d711a580100000061711b7d711c580100000062711d5d711e7373580400000073616d65711f680e752e',
  '80037d71002858040000006e6f6e6571014e580300000079657371028858020000006e6f7103895803000000696e7471044afbffffff58040000006279746571054bc8580500000073686f727471064d409c580300000062696771074a90eefeff58040000006c6f6e6771088a060000000000015805000000666c6f6174710947bfb999999999999a5803000000696e66710a477ff0000000000000580400000074657874710b580900000061c3a9e4b8ad27220a710c58040000006c697374710d5d710e284b015d710f284740040000000000005801000000787110656558050000007475706c657111284b014b024b034b0474711258030000006f6e6571134b018571145805000000656d70747971155d7116285d71177d7118296558060000006e657374656471197d711a580100000061711b7d711c580100000062711d5d711e7373580400000073616d65711f680e752e',
  '800495f4000000000000007d94288c046e6f6e65944e8c0379657394888c026e6f94898c03696e74944afbffffff8c0462797465944bc88c0573686f7274944d409c8c03626967944a90eefeff8c046c6f6e67948a060000000000018c05666c6f61749447bfb999999999999a8c03696e6694477ff00000000000008c0474657874948c0961c3a9e4b8ad27220a948c046c697374945d94284b015d94284740040000000000008c01789465658c057475706c6594284b014b024b034b0474948c036f6e65944b0185948c05656d707479945d94285d947d9429658c066e6573746564947d948c0161947d948c0162945d9473738c0473616d6594680e752e',
  '800595f4000000000000007d94288c046e6f6e65944e8c0379657394888c026e6f94898c03696e74944afbffffff8c0462797465944bc88c0573686f7274944d409c8c03626967944a90eefeff8c046c6f6e67948a060000000000018c05666c6f61749447bfb999999999999a8c03696e6694477ff00000000000008c0474657874948c0961c3a9e4b8ad27220a948c046c697374945d94284b015d94284740040000000000008c01789465658c057475706c6594284b014b024b034b0474948c036f6e65944b0185948c05656d707479945d94285d947d9429658c066e6573746564947d948c0161947d948c0162945d9473738c0473616d6594680e752e',
];

describe('the pickle machine', () => {
  for (const [protocol, hex] of written.entries())
    it(`reads what Python writes with protocol ${protocol}`, () => {
      assert.deepEqual(read(fromHex(hex)), original);
    });

  it('records calls and objects without carrying them out', () => {
    const pickle = readPickle(pickleFile(op.reduce(op.global('os', 'system'), op.tuple(op.text('echo')))));
    assert.deepEqual(plain(pickle.value), { call: '<os.system>', args: ['echo'], state: undefined });
    assert.deepEqual([...pickle.called], ['os.system']);
    const object = readPickle(
      pickleFile([...op.global('m', 'C'), 0x29, 0x81, ...op.dict(['x', op.int(1)]), 0x62]),
    );
    assert.deepEqual(plain(object.value), { call: '<m.C>', args: [], state: { x: 1 } });
    assert.deepEqual([...object.classes], ['m.C']);
  });

  it('reads the old INST and OBJ operations, persistent ids and frozen sets as data', () => {
    assert.deepEqual(read(concat('(K', [7], 'im\nC\n.')), { call: '<m.C>', args: [7], state: undefined });
    assert.deepEqual(read(concat('(cm\nC\nK', [7], 'o.')), { call: '<m.C>', args: [7], state: undefined });
    assert.deepEqual(read(concat('Pabc\n.')), { persistent: 'abc' });
    assert.deepEqual(read(concat([0x80, 4], '(K', [7], [0x91], '.')), [7]);
  });

  for (const [what, bytes] of [
    ['nothing at all', []],
    ['an unknown operation', [0x80, 2, 0xff]],
    ['protocol 9', [0x80, 9, 0x4e, 0x2e]],
    ['STOP with an empty stack', [0x80, 2, 0x2e]],
    ['popping below a mark', [0x80, 2, 0x4e, 0x28, 0x61, 0x2e]],
    ['a missing mark', [0x80, 2, 0x4e, 0x74, 0x2e]],
    ['a memo entry that does not exist', [0x80, 2, 0x68, 3, 0x2e]],
    ['appending to a number', [0x80, 2, 0x4b, 1, 0x4b, 2, 0x61, 0x2e]],
    ['an item without a value', [0x80, 2, 0x7d, 0x28, 0x4b, 1, 0x75, 0x2e]],
    ['a negative length', [0x80, 2, 0x54, 0xff, 0xff, 0xff, 0xff, 0x2e]],
    ['a number of 2^31 digits', [0x80, 2, 0x8b, 0xff, 0xff, 0xff, 0x7f, 0x2e]],
    ['a line that does not end', [...concat('I12')]],
    ['a malformed number', [...concat('Iabc\n.')]],
    ['a buffer from outside', [0x80, 5, 0x97, 0x2e]],
  ] as const)
    it(`refuses ${what}`, () => {
      assert.throws(() => readPickle(Uint8Array.from(bytes)), InputError);
    });

  for (const name of ['pickle_memo_bomb.pkl', 'pickle_huge_bytes_len.pkl'])
    it(`refuses ${name}`, () => {
      assert.throws(() => readPickle(new Uint8Array(readFileSync(join(fixtures, 'bad', name)))), InputError);
    });

  for (const name of ['pickle_deep_nesting.pkl', 'pickle_billion_laughs.pkl'])
    it(`does not follow ${name} to its end`, () =>
      inTwoSeconds(name, () => {
        const { value } = readPickle(new Uint8Array(readFileSync(join(fixtures, 'bad', name))));
        assert.throws(() => [...findTensors(value)], InputError);
      }));

  it('ends on objects that contain themselves', () => {
    // l = []; l.append(l); l.append({"a": l, "n": 5})
    const bytes = concat(
      [0x80, 2, 0x5d, 0x71, 0, 0x68, 0, 0x61],
      op.dict(['a', [0x68, 0]], ['n', op.int(5)]),
      'a.',
    );
    const { value } = readPickle(bytes);
    assert.deepEqual([...findTensors(value)], [{ path: ['1', 'n'], content: 5 }]);
  });

  for (const unit of ['}', ']', '(', 'N', '(t', 'C\0', '}NNs', 'N\x94', 'ca\nb\n', '2'])
    it(`stays within its bounds on a stream of ${JSON.stringify(unit)}`, () => {
      const stream = concat([0x80, 4, 0x4e], unit.repeat(Math.floor(4_000_000 / unit.length)), '.');
      return inTwoSeconds(unit, () => {
        assert.throws(() => readPickle(stream), InputError);
      });
    });

  it('refuses a stream that is too long', () => {
    assert.throws(() => readPickle(new Uint8Array(17 * 2 ** 20)), InputError);
  });

  it('keeps whole numbers exact', () => {
    const long = (value: bigint): number[] => {
      const bytes = packed([0], 'uint64');
      new DataView(bytes.buffer).setBigInt64(0, value, true);
      return [0x8a, 8, ...bytes];
    };
    for (const value of [0n, -1n, 255n, -256n, 2n ** 52n, -(2n ** 62n)]) {
      const found = read(pickleFile(long(value)));
      assert.equal(BigInt(found as number), value);
    }
  });
});
