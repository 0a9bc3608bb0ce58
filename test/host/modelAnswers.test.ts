import assert from 'node:assert/strict';
import { ModelAnswers, withAnswer, type Memory } from '../../src/host/modelAnswers';

class FakeMemory implements Memory {
  readonly #values = new Map<string, unknown>([['unrelated', 1]]);
  get<T>(key: string): T | undefined {
    return this.#values.get(key) as T | undefined;
  }
  async update(key: string, value: unknown): Promise<void> {
    if (value === undefined) this.#values.delete(key);
    else this.#values.set(key, value);
  }
  keys(): readonly string[] {
    return [...this.#values.keys()];
  }
}

describe('answers about models', () => {
  it('are kept for each folder until they are forgotten', async () => {
    const answers = new ModelAnswers(new FakeMemory());
    await answers.remember('file:///a', { kind: 'ALRNN', set: { P: 2 } });
    await answers.remember('file:///b', { kind: 'PLRNN' });
    assert.deepEqual(answers.get('file:///a'), { kind: 'ALRNN', set: { P: 2 } });
    assert.deepEqual(answers.folders(), ['file:///a', 'file:///b']);
    await answers.forget('file:///a');
    assert.deepEqual(answers.get('file:///a'), {});
    assert.deepEqual(answers.folders(), ['file:///b']);
  });

  it('add up, entry by entry', () => {
    const mapped = withAnswer({}, { kind: 'ALRNN', map: { A: 'core.A' } });
    assert.deepEqual(
      withAnswer(withAnswer(mapped, { set: { P: 2 } }), { set: { leak: 0.1 }, map: { W: 'core.W' } }),
      {
        kind: 'ALRNN',
        map: { A: 'core.A', W: 'core.W' },
        set: { P: 2, leak: 0.1 },
      },
    );
  });
});
