import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { InputError } from '../../src/core/errors';
import { inTwoSeconds, readFile, refusal, values } from './helpers';
import { fixtures } from './sources';

interface Case {
  readonly expect: 'error' | 'partial' | 'ok';
  readonly why: string;
  readonly symlink?: string;
}

const folder = join(fixtures, 'bad');
const cases = Object.entries(
  JSON.parse(readFileSync(join(folder, 'expected.json'), 'utf8')) as Readonly<Record<string, Case>>,
).filter(([name, { symlink }]) => symlink === undefined && !name.endsWith('/'));

/** Logs, which hold no weights: they are refused whatever the reader of losses would make of them. */
const logs = /\.(?:tfevents)$/;

/** What the message must speak of, where the table's own words are not enough. */
const spoken: Readonly<Record<string, RegExp>> = {
  'truncated_60pct.pt': /no end/,
  'html_error_page.pt': /web page/,
  'git_lfs_pointer.safetensors': /Git LFS/,
  'random_bytes.pt': /first bytes are unknown/,
  'malicious_only.pt': /asks to call \w+\.system; nothing was executed/,
  'malicious_plain.pkl': /asks to call \w+\.system; nothing was executed/,
  'malicious_proto2_raw.pkl': /asks to call os\.system; nothing was executed/,
  'pickle_memo_bomb.pkl': /stack is empty|mark/,
  'pickle_deep_nesting.pkl': /nested/,
  'pickle_huge_bytes_len.pkl': /claims a length/,
  'pickle_billion_laughs.pkl': /unfold|nested|cut off|no list|remembered/,
  'truncated_legacy.pth': /the storage claims \d+ bytes/,
  'truncated_legacy_half.pth': /cut off/,
  'malicious_object.npy': /Python objects/,
  'npy_complex.npy': /complex/,
  'npy_structured.npy': /structured/,
  'npy_bad_header.npy': /never evaluated/,
  'zip_bomb_200MB.npz': /bomb/,
  'npz_size_lie.npz': /two sizes|inflates to more/,
  'npz_offset_lie.npz': /outside the file/,
  'st_overlap.safetensors': /overlaps/,
  'st_hole.safetensors': /belong to nothing/,
  'st_trailing_bytes.safetensors': /after the last tensor/,
  'st_duplicate_key.safetensors': /twice/,
  'st_header_not_utf8.safetensors': /UTF-8/,
  'tensor_stride_out_of_storage.pt': /reaches past its storage/,
  'tensor_negative_offset.pt': /offset is -1/,
  'tensor_huge_shape_stride0.pt': /elements/,
  'tensor_missing_storage.pt': /not in the archive/,
  'tensor_storage_short.pt': /should have 1600 bytes and has 16/,
  'tensor_negative_shape.pt': /impossible/,
  'storage_path_traversal.pt': /not in the archive/,
  'ragged.json': /row 0 has length 2, row 1 has length 1/,
  'strings.json': /"0\.5" stands where a number is expected/,
  'nulls.json': /null stands where a number is expected/,
  'deep_nested.json': /nested/,
  'deep_unclosed.json': /nested/,
  'utf16.json': /UTF-16/,
  'trailing_garbage.json': /follows after/,
  'bare_number.json': /not a model/,
  'truncated.mat': /needs 264 bytes, 84 are there/,
  'truncated_compressed.mat': /needs 89 bytes, 59 are there/,
  'mat_bomb_20MB.mat': /holds no array/,
  'truncated.h5': /ends too early|shorter than its superblock/,
  'bad_magic.h5': /first bytes are unknown/,
  'truncated.tfevents': /holds losses but no weights/,
};

/** What the remedy must name, where one fits the file better than to save it again. */
const remedies: Readonly<Record<string, RegExp>> = {
  'truncated_60pct.pt': /cut off/,
  'truncated_legacy.pth': /cut off/,
  'truncated_data.safetensors': /cut off/,
  'truncated_header.safetensors': /cut off/,
  'truncated.npz': /cut off/,
  'truncated.npy': /cut off/,
  'truncated.mat': /cut off/,
  'truncated.h5': /cut off/,
  'truncated.onnx': /cut off/,
  'truncated.json': /cut off/,
  'truncated.tfevents': /Open a saved model/,
  'empty.pt': /Wait until it has been written/,
  'html_error_page.pt': /Download the file again/,
  'git_lfs_pointer.safetensors': /git lfs pull/,
  'st_unknown_dtype.safetensors': /float32/,
  'tensor_huge_shape_stride0.pt': /alone/,
  'npy_complex.npy': /float64/,
  'npy_structured.npy': /Save each field/,
  'zip_bomb_200MB.npz': /without compression/,
  'ragged.json': /same number of entries/,
  'strings.json': /without quotation marks/,
  'nulls.json': /a number in its place/,
  'deep_nested.json': /list of such rows/,
  'trailing_garbage.json': /Remove what follows/,
  'utf16.json': /UTF-8/,
  'bare_number.json': /JSON object of named number arrays/,
  'ragged.csv': /same number of cells/,
  'text_cells.csv': /one number in every cell/,
};
/** Where the whole file is at fault, there is no place in it. */
const placeless =
  /empty|web page|Git LFS pointer|first bytes are unknown|one value, not a model|losses but no weights/;

/** What a warning must speak of where a file is read although something is wrong with its bytes. */
const warned: Readonly<Record<string, RegExp>> = {
  'bad_crc.pt': /checksum/,
  'malicious_os_system.pt': /asks to call \w+\.system; nothing was executed/,
  'malicious_os_system_legacy.pth': /asks to call \w+\.system; nothing was executed/,
  'malicious_eval.pt': /asks to call \w+\.eval; nothing was executed/,
  'malicious_object.npz': /W\.npy was left out/,
  'two_pickles.pt': /outside the archive/,
  'st_no_tensors.safetensors': /no tensor/,
  'nan_inf.json': /not finite/,
  'overflow_numbers.json': /not finite/,
  'duplicate_keys.json': /A is given more than once/,
  'non_utf8.json': /UTF-8/,
  'bad_eof_address.h5': /end of the file behind its last byte/,
};

describe('broken, hostile and odd files', () => {
  for (const [name, { expect, why }] of cases) {
    const path = join(folder, name);
    const refused = expect === 'error' || logs.test(name);
    it(`${name} is ${refused ? 'refused' : 'read'}: ${why}`, async () => {
      if (refused) {
        const error: InputError = await inTwoSeconds(name, () => refusal(readFile(path)));
        assert.match(error.message, spoken[name] ?? /./);
        assert.match(error.remedy, remedies[name] ?? /^[A-Z].*\.$/);
        assert.equal(error.place === '', placeless.test(error.message), `place "${error.place}"`);
        assert.ok(error.place.length <= 120, error.place);
        return;
      }
      const container = await inTwoSeconds(name, async () => {
        const found = await readFile(path);
        for (const entry of found.entries) for (const tensor of entry.tensors) await tensor.load();
        return found;
      });
      const pattern = warned[name];
      if (pattern) assert.match(container.warnings.join('\n'), pattern);
    });
  }

  it('says where it is in the text', async () => {
    assert.match(
      (await refusal(readFile(join(folder, 'ragged.json')))).place,
      /^W\[1\], line 1, column \d+$/,
    );
    assert.match((await refusal(readFile(join(folder, 'nulls.json')))).place, /^A\[1\]/);
  });

  it('reads the good tensors beside a hostile object', async () => {
    const [entry] = (await readFile(join(folder, 'malicious_os_system.pt'))).entries;
    assert.deepEqual(
      entry.tensors.map((tensor) => tensor.name),
      ['A', 'W1', 'W2', 'h1', 'h2'],
    );
    assert.deepEqual(entry.scalars, []);
  });

  it('reads the tensors of a class that nobody has', async () => {
    const [entry] = (await readFile(join(folder, 'unknown_class.pt'))).entries;
    assert.equal(entry.tensors[0]?.name, 'weights.W1');
    assert.deepEqual(entry.scalars, [{ name: 'config.M', value: 3 }]);
  });

  it('does not touch prototypes', async () => {
    const [json] = (await readFile(join(folder, 'proto_pollution.json'))).entries;
    const [tensors] = (await readFile(join(folder, 'st_proto_key.safetensors'))).entries;
    assert.deepEqual(await values(json, 'A'), [0.5]);
    assert.deepEqual(await values(tensors, '__proto__'), [0, 1, 2, 3]);
    assert.equal(Object.hasOwn(Object.prototype, 'polluted'), false);
  });

  it('keeps values that are not finite', async () => {
    for (const name of ['nan_inf.pt', 'nan_inf.npz', 'nan_inf.json']) {
      const [entry] = (await readFile(join(folder, name))).entries;
      assert.ok(Number.isNaN((await values(entry, 'W1'))[1]), name);
      assert.equal((await values(entry, 'h2'))[0], Infinity, name);
    }
  });

  it('ran none of the commands in the hostile pickles', () => {
    for (const place of ['.', folder, import.meta.dirname])
      assert.equal(existsSync(join(place, 'PICKLE_WAS_EXECUTED.txt')), false);
  });
});
