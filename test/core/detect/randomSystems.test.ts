import assert from 'node:assert/strict';
import { judge } from '../../campaign/judge';
import { ARCHITECTURES, randomSystem, REGIMES } from '../../campaign/systems';

/** The first of the systems that `npm run campaign` goes through by thousands. */
describe('random systems', () => {
  for (const [i, regime] of REGIMES.entries())
    it(`agrees with exact arithmetic over all itineraries: ${regime}`, async () => {
      let cycles = 0;
      let orders = 0;
      let proven = 0;
      for (let j = 0; j < ARCHITECTURES.length; j++)
        for (const verdict of await judge(randomSystem(i * ARCHITECTURES.length + j))) {
          assert.deepEqual(verdict.wrong, []);
          cycles += verdict.cycles;
          orders += verdict.orders;
          proven += verdict.proven;
        }
      assert.ok(
        cycles > 0 && proven > 0.8 * orders,
        `${String(cycles)}, ${String(proven)} of ${String(orders)}`,
      );
    });

  it('settles some open unit where rounding has spoilt the dictionary (system 2636)', async () => {
    for (const { wrong } of await judge(randomSystem(2636))) assert.deepEqual(wrong, []);
  });
});
