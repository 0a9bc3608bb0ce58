import { strict as assert } from 'node:assert';
import { WordSolver } from '../../../src/core/detect/solver';
import { OrbitSurvey } from '../../../src/core/detect/survey';
import { canonicalOf, system } from '../systems';

describe('survey of orbits', () => {
  const survey = (portions: readonly number[], stop = (): boolean => false): OrbitSurvey => {
    const seen = new OrbitSurvey(new WordSolver(canonicalOf(system('chaotic-plrnn-64').model)), {
      seed: 3,
      share: 1,
      stop,
      onPeriodic: () => undefined,
      onProgress: () => undefined,
    });
    for (const until of portions) seen.run({ scale: 1, fixedPoints: [[0, 0]] }, until);
    return seen;
  };
  const told = (seen: OrbitSurvey): unknown => ({
    orbits: seen.orbits,
    periodic: seen.periodic,
    aperiodic: seen.aperiodic,
    resting: seen.resting,
    extent: seen.extent,
    divergent: seen.divergent,
    starts: seen.starts,
  });

  it('is the same in portions', () => {
    const whole = survey([Infinity]);
    assert.equal(whole.starts, 64);
    assert.ok(whole.extent > 0);
    assert.deepEqual(told(survey([1, 8, 8, 20, Infinity])), told(whole));
  });

  it('runs no further than told', () => {
    assert.equal(survey([8]).starts, 8);
    let stopped = false;
    const seen = survey([5]);
    assert.equal(seen.starts, 5);
    let asked = 0;
    const cut = survey([Infinity], () => (stopped ||= ++asked > 100));
    assert.ok(stopped && cut.starts > 0 && cut.starts < 64);
    // An orbit that was cut short is not counted.
    assert.deepEqual(told(cut), told(survey([cut.starts])));
  });
});
