import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Report } from '../../src/core/report/types';
import { reportToCsv } from '../../src/export/csv';
import { reportToJson } from '../../src/export/json';
import { sample } from './sample';

/** A reader of RFC 4180, written from its grammar. */
function parseCsv(text: string): string[][] {
  const rows: string[][] = [];
  const cell = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/y;
  let row: string[] = [];
  while (cell.lastIndex < text.length) {
    const at = cell.lastIndex;
    const match = cell.exec(text);
    assert.ok(match, `no cell at ${String(at)}`);
    row.push(match[1]?.replaceAll('""', '"') ?? match[2]!);
    if (match[3] !== ',') {
      rows.push(row);
      row = [];
    }
  }
  assert.deepEqual(row, []);
  return rows;
}

describe('JSON export', () => {
  it('gives back what went in, at full precision, in the same order', () => {
    const text = reportToJson(sample);
    assert.deepEqual(JSON.parse(text), JSON.parse(JSON.stringify(sample)));
    assert.equal(JSON.stringify(JSON.parse(text)), JSON.stringify(sample));
    assert.ok(text.endsWith('}\n'));
    assert.equal(reportToJson(JSON.parse(text) as Report), text);
  });

  it('agrees with JSON.parse for any value, doubles included', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const wrapped = { ...sample, warnings: value } as unknown as Report;
        const back = JSON.parse(reportToJson(wrapped)) as Report;
        assert.deepEqual(back.warnings, JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  it('keeps vectors on one line', () => {
    assert.match(reportToJson(sample), /\n {12}\[0\.1, -2\]\n/);
  });
});

describe('CSV export', () => {
  const rows = parseCsv(reportToCsv(sample));
  const [header, ...body] = rows;
  const column = (name: string): string[] => body.map((row) => row[header!.indexOf(name)]!);

  it('has one row for each point of each object', () => {
    assert.deepEqual(column('id'), ['FP1', `'=1+1,"x"`, `'=1+1,"x"`, 'C3a', 'C3a', 'C3a', 'FP2', 'A1', 'A2']);
    assert.deepEqual(column('point'), ['1', '1', '2', '1', '2', '3', '1', '', '']);
    assert.deepEqual(column('listed'), [
      ...new Array<string>(3).fill('searched'),
      'beyond',
      'beyond',
      'beyond',
      'searched',
      'attractor',
      'attractor',
    ]);
    assert.deepEqual(column('z2'), ['-2', '2', '4', '5', '6', '7', '0', '', '']);
    assert.ok(rows.every((row) => row.length === header!.length));
  });

  it('writes numbers in full and leaves out what is not there', () => {
    assert.equal(Number(column('residual')[0]), 1.25e-16);
    assert.equal(Number(column('spectralRadius')[0]), Math.hypot(0.5, 0.25));
    assert.deepEqual(column('margin').slice(0, 2), ['', '0.5']);
    assert.equal(column('growthPerStep')[0], '');
    assert.equal(column('multipliers')[0], '(-0.5+0.25j) (-0.5-0.25j)');
    assert.deepEqual(column('stability').slice(-3), ['boundary', 'chaotic', 'divergent']);
  });

  it('says of attractors how many starts they take, and their exponents with standard errors', () => {
    assert.deepEqual(column('share'), ['', '', '', '0.75', '0.75', '0.75', '', '0.125', '0.125']);
    assert.deepEqual(column('lyapunov').slice(-3), ['', '[0.4702 -1.1633 -inf]', '']);
    assert.equal(column('lyapunov')[3], '[-0.1]');
    assert.equal(column('lyapunovErrors').at(-2), '[0.0012 0.0012 0]');
    assert.deepEqual([column('dimension').at(-2), column('dimensionError').at(-2)], ['1.404', '0.001']);
  });

  it('holds no cell that a spreadsheet would run', () => {
    const evil = ['=1', '+1', '-1+cmd', '@x', '\tx', '\rx'];
    for (const id of evil) {
      const order = sample.orders[0]!;
      const cycles = [{ ...order.cycles[0]!, id }];
      const parsed = parseCsv(reportToCsv({ ...sample, orders: [{ ...order, cycles }], beyond: [] }));
      assert.equal(parsed[1]![0], `'${id}`);
    }
  });
});
