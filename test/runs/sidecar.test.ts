import assert from 'node:assert/strict';
import { readSidecars } from '../../src/runs/sidecar';
import { folder } from './support';

describe('sidecars', () => {
  it('come in order of trust: beside, one folder up, file name, folder names', async () => {
    const files = {
      'run.json': '{"model":"ALRNN","P":2,"optimizer":{"lr":0.01},"dense":[1,2],"note":null}',
      '../args.json': '{"model":"PLRNN"}',
    };
    const { hints, warnings } = await readSidecars(
      'lorenz_p3.pt',
      folder(files, ['clipped', 'shPLRNN', 'home']),
    );
    assert.deepEqual(hints, [
      { name: 'model', value: 'ALRNN', origin: 'run.json' },
      { name: 'P', value: 2, origin: 'run.json' },
      { name: 'optimizer.lr', value: 0.01, origin: 'run.json' },
      { name: 'model', value: 'PLRNN', origin: '../args.json' },
      { name: 'P', value: 3, origin: 'file name' },
      { name: 'clipped', value: true, origin: 'folder name' },
      { name: 'kind', value: 'shPLRNN', origin: 'folder name' },
    ]);
    assert.deepEqual(warnings, []);
  });

  it('reads the key value lines of hypers.txt', async () => {
    const text = 'latent_model clipped-PLRNN\r\nmean_centering 1\nclip_range: 10\n\n  # nothing\n';
    const { hints } = await readSidecars('model_25.pt', folder({ 'hypers.txt': text }));
    assert.deepEqual(
      hints.map(({ name, value }) => [name, value]),
      [
        ['latent_model', 'clipped-PLRNN'],
        ['mean_centering', '1'],
        ['clip_range', '10'],
      ],
    );
  });

  it('warns of what cannot be read and goes on', async () => {
    const files = {
      'run.json': '{"model":',
      'args.json': '[1,2]',
      'config.json': Uint8Array.of(0x7b, 0xff, 0x7d),
      'hypers.txt': 'x'.repeat((1 << 20) + 1),
      '../run.json': '{"P":4}',
    };
    const { hints, warnings } = await readSidecars('a.pt', folder(files));
    assert.deepEqual(hints, [{ name: 'P', value: 4, origin: '../run.json' }]);
    assert.equal(warnings.length, 4);
    for (const name of ['run.json', 'args.json', 'config.json', 'hypers.txt'])
      assert.ok(warnings.some((warning) => warning.startsWith(`${name} is ignored: `)));
  });

  it('does not take a model file for its own sidecar', async () => {
    const { hints } = await readSidecars('config.json', folder({ 'config.json': '{"P":2}' }));
    assert.deepEqual(hints, []);
  });

  it('bounds what a large sidecar can say', async () => {
    const many = Object.fromEntries(Array.from({ length: 5000 }, (_, i) => [`k${String(i)}`, i]));
    const deep = '{"a":'.repeat(50) + '1' + '}'.repeat(50);
    const { hints } = await readSidecars(
      'a.pt',
      folder({ 'run.json': JSON.stringify(many), 'args.json': deep }),
    );
    assert.equal(hints.length, 1000);
  });
});
