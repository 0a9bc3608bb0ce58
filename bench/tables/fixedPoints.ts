import type { CanonicalMap } from '../../src/core/map/canonical';
import { searchFixedPoints } from '../../src/core/prove/fixedPoints';
import { random } from '../../src/core/random';
import { build, randomPlrnn } from '../../test/core/systems';
import type { Reference } from '../reference';
import { figure, markdown, median, type Cells } from '../table';

/** Ten seeded nets of 20 units: PLRNNs with M = 20, shallow ones with M = 5. */
function nets(): { name: string; map: CanonicalMap }[] {
  return Array.from({ length: 10 }, (_, seed) => {
    const source = random(seed, 20);
    if (seed % 2 === 0)
      return { name: `PLRNN M = 20, seed ${String(seed)}`, map: randomPlrnn(source, 20, 0.4) };
    const normal = (): number =>
      Math.sqrt(-2 * Math.log(1 - source.uniform())) * Math.cos(2 * Math.PI * source.uniform());
    const rows = (count: number, length: number): number[][] =>
      Array.from({ length: count }, () => Array.from({ length }, () => 0.4 * normal()));
    const A = Array.from({ length: 5 }, (_row, i) =>
      Array.from({ length: 5 }, (_column, j) => (i === j ? 1.8 * source.uniform() - 0.9 : 0)),
    );
    const map = build(A, rows(5, 20), rows(20, 5), rows(1, 20)[0]!, rows(1, 5)[0]!);
    return { name: `shPLRNN M = 5, seed ${String(seed)}`, map };
  });
}

/** All fixed points with their proof beside enumeration in Gray-code order, compiled. */
export function fixedPointTable(reference: Reference, runs: number): string {
  const ratios: number[] = [];
  const rows: Cells[] = nets().map(({ name, map }) => {
    console.error(name);
    const times: number[] = [];
    let count = 0;
    let proven = false;
    for (let i = 0; i < runs; i++) {
      const begin = performance.now();
      const found = searchFixedPoints(map, { certify: true, stop: () => false });
      times.push((performance.now() - begin) / 1000);
      count = found.candidates.length;
      proven = found.complete;
    }
    const theirs = Array.from({ length: Math.min(runs, 3) }, () => reference.grayCode(map));
    const [mine, other] = [median(times), median(theirs.map((r) => r.seconds))];
    ratios.push(other / mine);
    return [
      name,
      count,
      proven ? 'yes' : 'no',
      theirs[0]!.count,
      figure(1000 * mine),
      figure(1000 * other),
      figure(other / mine),
    ];
  });
  return markdown(
    'Fixed points, N = 20',
    `All fixed points, proven complete, beside the enumeration of all 2^20 activation patterns in Gray-code order with rank-one updates (C++, proves nothing in rounding). Median ratio ${figure(median(ratios))}, demand 10: ${median(ratios) >= 10 ? 'met' : 'missed'}.`,
    ['net', 'fixed points', 'proven', 'reference finds', 'ms', 'reference ms', 'ratio'],
    rows,
  );
}
