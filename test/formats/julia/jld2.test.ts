import assert from 'node:assert/strict';
import { readBytes, refusal, values } from '../helpers';
import { BOOL, compound, FLOAT32, INT64, JuliaWriter, REFERENCE, TEXT } from './juliaWriter';
import { concat, packed } from '../writers';

/*
 * No file that Julia wrote is at hand: these are written by a writer of our own, after JLD2's published layout.
 */
describe('JLD2 files', () => {
  const scalars = (entry: {
    readonly scalars: readonly { readonly name: string; readonly value: unknown }[];
  }): unknown => Object.fromEntries(entry.scalars.map(({ name, value }) => [name, value]));

  it('turns column-major arrays round, short ones and long ones', async () => {
    const file = new JuliaWriter();
    const long = Array.from({ length: 30 }, (_, i) => i);
    const bytes = file.file({
      A: file.floats([3], [1, 2, 3]),
      W: file.floats([2, 3], [1, 4, 2, 5, 3, 6]),
      V: file.floats([10, 3], long),
      P: file.dataset(null, INT64, packed([2], 'int64')),
      clipped: file.dataset(null, BOOL, Uint8Array.of(1)),
      note: file.text('from Julia'),
      group: file.group({ h: file.floats([2], [7, 8]) }),
    });
    const { format, entries, warnings } = await readBytes('epoch_3.jld2', bytes);
    assert.equal(format, 'Julia JLD2');
    assert.deepEqual(warnings, []);
    const [entry] = entries;
    assert.deepEqual(
      entry.tensors.map(({ name, shape }) => [name, ...shape]),
      [
        ['A', 3],
        ['W', 2, 3],
        ['V', 10, 3],
        ['group.h', 2],
      ],
    );
    assert.deepEqual(await values(entry, 'W'), [1, 2, 3, 4, 5, 6]);
    assert.deepEqual((await values(entry, 'V')).slice(0, 4), [0, 10, 20, 1]);
    assert.deepEqual(scalars(entry), { P: 2, clipped: true, note: 'from Julia' });
  });

  it('reads a whole training run as one entry for each epoch', async () => {
    const file = new JuliaWriter();
    const run = (make: (e: number) => number): number => file.references([1, 2, 3].map(make));
    const bytes = file.file({
      A: run((e) => file.floats([2], [e, 10 * e])),
      W: run((e) => file.floats([2, 2], [e, 2, 3, 4])),
      h: run((e) => file.floats([2], [0, e])),
      Loss: file.dataset([3], FLOAT32, packed([9, 4, 1], 'float32')),
    });
    const { entries } = await readBytes('main_trajectory.jld2', bytes);
    assert.deepEqual(
      entries.map(({ epoch }) => epoch),
      [1, 2, 3],
    );
    assert.deepEqual(await values(entries[2]!, 'W'), [3, 3, 2, 4]);
    assert.deepEqual(await values(entries[1]!, 'A'), [2, 20]);
    assert.deepEqual(scalars(entries[1]!), { Loss: 4 });
  });

  it('does not take the arrays of one model for a run', async () => {
    const file = new JuliaWriter();
    const bytes = file.file({
      layers: file.references([file.floats([2, 2], [1, 2, 3, 4]), file.floats([2, 2], [5, 6, 7, 8])]),
    });
    const { entries } = await readBytes('model.jld2', bytes);
    assert.equal(entries.length, 1);
    assert.deepEqual(await values(entries[0], 'layers.2'), [5, 7, 6, 8]);
  });

  it('names structs by their type and follows their fields', async () => {
    const file = new JuliaWriter();
    const type = compound(32, [
      ['A', 0, REFERENCE],
      ['W', 8, REFERENCE],
      ['h', 16, REFERENCE],
      ['P', 24, INT64],
    ]);
    const committed = file.commit('ALRNN_DSR.Models.ALRNN', type);
    const fields = [file.floats([2], [1, 2]), file.floats([2, 2], [1, 2, 3, 4]), file.floats([2], [3, 4])];
    const model = file.dataset(null, type, concat(packed(fields, 'uint64'), packed([1], 'int64')), committed);
    const [entry] = (await readBytes('model.jld2', file.file({ model }))).entries;
    assert.deepEqual(
      entry.tensors.map(({ name }) => name),
      ['model.A', 'model.W', 'model.h'],
    );
    assert.deepEqual(scalars(entry), { 'model.model': 'ALRNN', 'model.P': 1 });
  });

  it('sees through a component array and says what it is', async () => {
    const file = new JuliaWriter();
    const type = compound(8, [['data', 0, REFERENCE]]);
    const committed = file.commit('ComponentArrays.ComponentArray', type);
    const vector = file.floats([4], [1, 2, 3, 4]);
    const p = file.dataset(null, type, packed([vector], 'uint64'), committed);
    const { entries, warnings } = await readBytes('epoch_7.jld2', file.file({ p }));
    assert.deepEqual(await values(entries[0], 'p'), [1, 2, 3, 4]);
    assert.deepEqual(scalars(entries[0]), { 'p.type': 'ComponentArray' });
    assert.match(warnings.join(), /component array.*differential equations/);
  });

  it('names the values of a dictionary by their keys', async () => {
    const file = new JuliaWriter();
    const pair = compound(24, [
      ['first', 0, TEXT],
      ['second', 16, REFERENCE],
    ]);
    const pairs = [
      concat(file.heldText('W'), packed([file.floats([2], [1, 2])], 'uint64')),
      concat(file.heldText('tau'), packed([file.dataset(null, FLOAT32, packed([0.5], 'float32'))], 'uint64')),
    ];
    const list = file.dataset([2], pair, concat(...pairs));
    const dictionary = file.dataset(null, REFERENCE, packed([list], 'uint64'));
    const [entry] = (await readBytes('d.jld2', file.file({ parameters: dictionary }))).entries;
    assert.deepEqual(await values(entry, 'parameters.W'), [1, 2]);
    assert.deepEqual(scalars(entry), { 'parameters.tau': 0.5 });
  });

  it('leaves out a reference that leads nowhere', async () => {
    const file = new JuliaWriter();
    const W = file.floats([1, 2], [1, 2]);
    const first = file.references([W, 48 + 10_000]);
    const { entries, warnings } = await readBytes('x.jld2', file.file({ first }));
    assert.deepEqual(await values(entries[0], 'first.1'), [1, 2]);
    assert.match(warnings.join(), /first\.2 was left out/);
  });

  it('refuses a file without arrays', async () => {
    const file = new JuliaWriter();
    assert.match(
      (await refusal(readBytes('x.jld2', file.file({ note: file.text('a') })))).message,
      /no array/,
    );
  });
});
