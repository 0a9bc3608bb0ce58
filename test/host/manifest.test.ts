import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';
import * as vscode from 'vscode';
import { MODEL_EXTENSIONS, mayHoldModel } from '../../src/host/modelFiles';
import { SEARCH_RANGES } from '../../src/protocol/searchRanges';
import { searchSettings } from '../../src/host/settings';
import { extension, sample } from './extension';

interface Property {
  readonly type: string;
  readonly default: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
}
interface MenuItem {
  readonly command: string;
  readonly when?: string;
}
interface Manifest {
  readonly activationEvents: readonly string[];
  readonly extensionKind: readonly string[];
  readonly icon: string;
  readonly contributes: {
    readonly commands: readonly { command: string; enablement?: string }[];
    readonly menus: Record<string, readonly MenuItem[]>;
    readonly configuration: { readonly properties: Record<string, Property> };
    readonly walkthroughs: readonly { steps: readonly { media: { svg: string } }[] }[];
  };
}

const root = process.env['PROJECT_ROOT'] ?? '';
const raw = fs.readFileSync(path.join(root, 'package.json'), 'utf8');
const manifest = JSON.parse(raw) as Manifest;
const strings = JSON.parse(fs.readFileSync(path.join(root, 'package.nls.json'), 'utf8')) as Record<
  string,
  string
>;

/** The `when` clause of a menu, decided for a file name as VS Code does for `resourceExtname`/`resourceFilename`. */
function offered(menu: string, name: string): boolean {
  const when =
    manifest.contributes.menus[menu]?.find(({ command }) => command === 'rnnDynamics.analyze')?.when ?? '';
  const [, extension] = /resourceExtname =~ \/(.*?)\/i \|\|/.exec(when) ?? [];
  const [, plain] = /resourceFilename =~ \/(.*?)\/\)/.exec(when) ?? [];
  assert.ok(extension && plain, `${menu} is gated by name: ${when}`);
  return new RegExp(extension, 'i').test(path.extname(name)) || new RegExp(plain).test(name);
}

describe('manifest', () => {
  it('is the one that VS Code loaded', () => {
    const loaded = extension().packageJSON as { version: string; main: string };
    assert.equal(loaded.version, (JSON.parse(raw) as { version: string }).version);
  });

  it('offers the analysis on the same files as the command accepts', () => {
    const names = [
      'a.pt',
      'a.PTH',
      'a.ckpt',
      'a.bin',
      'a.safetensors',
      'a.npz',
      'a.npy',
      'a.h5',
      'a.hdf5',
    ].concat(
      [
        'a.keras',
        'a.mat',
        'a.bson',
        'a.jld2',
        'a.onnx',
        'a.json',
        'a.csv',
        'a.tsv',
        'a.pkl',
        'lorenz_m20_p2',
      ],
      ['a.py', 'a.txt', 'notes.md', '.gitignore', 'a.pt.txt', 'archive.tar.gz'],
    );
    const accepted = names.filter((name) => mayHoldModel(`/runs/${name}`));
    assert.equal(accepted.length, 19);
    for (const menu of ['explorer/context', 'editor/title/context']) {
      assert.deepEqual(
        names.filter((name) => offered(menu, name)),
        accepted,
        menu,
      );
    }
  });

  it('leaves folders out of the Explorer menu', () => {
    assert.match(
      manifest.contributes.menus['explorer/context']?.[0]?.when ?? '',
      /^!explorerResourceIsFolder && /,
    );
  });

  it('hides what needs a panel or an item of the view from the palette', () => {
    const hidden = manifest.contributes.menus['commandPalette']?.map(({ command }) => command).sort();
    const needPanel = manifest.contributes.commands
      .filter(
        ({ command, enablement }) =>
          enablement || /\.runs\.(?:analyze|timeline|reveal|compare)$/.test(command),
      )
      .map((c) => c.command);
    assert.deepEqual(hidden, needPanel.sort());
  });

  it('offers to compare where two weight files are selected', () => {
    const entry = manifest.contributes.menus['explorer/context']?.find(
      ({ command }) => command === 'rnnDynamics.compareFiles',
    );
    assert.match(entry?.when ?? '', /^listDoubleSelection && /);
    for (const extension of MODEL_EXTENSIONS) assert.ok(entry?.when?.includes(extension), extension);
  });

  it('declares the ranges and defaults that the host enforces', () => {
    const { properties } = manifest.contributes.configuration;
    for (const [option, range] of Object.entries(SEARCH_RANGES)) {
      const property = properties[`rnnDynamics.${option === 'memoryLimitMB' ? 'memoryLimit' : option}`];
      assert.deepEqual(
        {
          minimum: property?.minimum,
          maximum: property?.maximum,
          default: property?.default,
          type: property?.type,
        },
        {
          minimum: range.minimum,
          maximum: range.maximum,
          default: range.default,
          type: range.integer ? 'integer' : 'number',
        },
        option,
      );
    }
  });

  it('has every string in package.nls.json and none too many', () => {
    const used = new Set([...raw.matchAll(/"%([^%"]+)%"/g)].map(([, key]) => key));
    assert.deepEqual([...used].sort(), Object.keys(strings).sort());
  });

  it('activates on JSON and programs, on a restored panel, and otherwise only through its contributions', () => {
    assert.deepEqual(manifest.activationEvents, [
      'onLanguage:json',
      'onLanguage:jsonc',
      'onLanguage:python',
      'onLanguage:julia',
      'onWebviewPanel:rnnDynamics.dynamics',
      'onWebviewPanel:rnnDynamics.timeline',
    ]);
    assert.deepEqual(manifest.extensionKind, ['workspace']);
  });

  it('links the walkthrough to samples and pictures that exist', () => {
    const links = Object.values(strings).flatMap((text) =>
      [...text.matchAll(/command:rnnDynamics\.analyzeSample\?([^)]*)\)/g)].map(([, args]) => args ?? ''),
    );
    assert.equal(links.length, 2);
    for (const args of links) {
      const [name] = JSON.parse(decodeURIComponent(args)) as [string];
      assert.ok(fs.existsSync(path.join(root, 'samples', name)), name);
    }
    const steps = manifest.contributes.walkthroughs[0]?.steps ?? [];
    assert.equal(steps.length, 4);
    for (const { media } of steps) assert.ok(fs.existsSync(path.join(root, media.svg)), media.svg);
    assert.ok(fs.existsSync(path.join(root, manifest.icon)));
  });
});

describe('settings', () => {
  const section = () => vscode.workspace.getConfiguration('rnnDynamics');
  afterEach(async () => {
    for (const name of ['maxOrder', 'threads']) await section().update(name, undefined, true);
  });

  it('brings values out of range back into it', async () => {
    await section().update('maxOrder', 100_000, true);
    assert.equal(searchSettings(sample('README.md')).maxOrder, 1000);
    await section().update('maxOrder', -3, true);
    assert.equal(searchSettings(sample('README.md')).maxOrder, 1);
    await section().update('maxOrder', 'many', true);
    assert.equal(searchSettings(sample('README.md')).maxOrder, 4);
  });

  it('takes one thread per core for 0', async () => {
    await section().update('threads', 0, true);
    assert.ok(searchSettings(sample('README.md')).threads >= 1);
    await section().update('threads', 3, true);
    assert.equal(searchSettings(sample('README.md')).threads, 3);
  });
});
