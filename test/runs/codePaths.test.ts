import assert from 'node:assert/strict';
import { matches, pathStringAt, savingCalls, type CodeLanguage } from '../../src/runs/codePaths';

const glob = (text: string, language: CodeLanguage): string | undefined =>
  savingCalls(text, language)[0]?.glob;

describe('paths in programs', () => {
  const python: readonly [string, string | undefined][] = [
    ['torch.save(model.state_dict(), f"runs/run-3/ckpt_{epoch:05d}.pt")', 'runs/run-3/ckpt_*.pt'],
    ["torch.save({'epoch': e, 'model': m.state_dict()}, 'out/model_%d.pt' % e)", 'out/model_*.pt'],
    ['tc.save(net.state_dict(), os.path.join(save_path, "model_{}.pt".format(e)))', 'model_*.pt'],
    ["torch.save(sd, os.path.join('results', name, f'model_{e}.pt'))", 'results/*/model_*.pt'],
    ['torch.save(sd, "model_" + str(e) + ".pt")', 'model_*.pt'],
    ['torch.save(sd, out / f"ckpt_{e}.pt")', 'ckpt_*.pt'],
    ['path = f"ckpt/{step:06d}/model.safetensors"\nsave_file(tensors, path)', 'ckpt/*/model.safetensors'],
    ['np.savez(f"w_{e}.npz", A=A, W=W)', 'w_*.npz'],
    ['torch.save(\n    model.state_dict(),\n    f"m_{e}.pt",\n)', 'm_*.pt'],
    ['torch.save(sd, path)', undefined],
    ['# torch.save(sd, "model_1.pt")', undefined],
    ['torch.load("model_1.pt")', undefined],
  ];
  for (const [text, expected] of python)
    it(`Python: ${text.replaceAll('\n', ' ')}`, () => assert.equal(glob(text, 'python'), expected));

  const julia: readonly [string, string | undefined][] = [
    ['BSON.@save "checkpoints/model_$e.bson" model', 'checkpoints/model_*.bson'],
    ['@save joinpath(path, "model_$(e).bson") model=cpu(model)', 'model_*.bson'],
    ['jldsave("epoch_$(lpad(e, 4, "0")).jld2"; p, st)', 'epoch_*.jld2'],
    ['BSON.bson("out/m_" * string(e) * ".bson", Dict(:A => A))', 'out/m_*.bson'],
    ['BSON.@load "model.bson" model', undefined],
  ];
  for (const [text, expected] of julia)
    it(`Julia: ${text}`, () => assert.equal(glob(text, 'julia'), expected));

  it('says on which line', () => {
    const text = 'import torch\n\nfor e in range(3):\n    torch.save(sd, f"model_{e}.pt")\n';
    assert.deepEqual(savingCalls(text, 'python'), [{ line: 3, glob: 'model_*.pt' }]);
  });

  it('matches whole names from the end of a path', () => {
    assert.ok(matches('run/model_*.pt', 'a/run/model_12.pt'));
    assert.ok(matches('model_*.pt', 'model_12.pt'));
    assert.ok(!matches('model_*.pt', 'gen_model_12.pt'));
    assert.ok(!matches('run/*.pt', 'run/a/b.pt'));
    assert.ok(!matches('m.pt', 'mxpt'));
  });

  it('finds the string under the pointer', () => {
    const line = 'sd = torch.load("runs/model_5.pt", map_location="cpu")';
    assert.deepEqual(pathStringAt(line, 20, 'python'), { start: 16, end: 33, glob: 'runs/model_5.pt' });
    assert.equal(pathStringAt(line, 3, 'python'), null);
    assert.equal(pathStringAt(line, 50, 'python'), null);
  });
});
