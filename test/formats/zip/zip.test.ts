import assert from 'node:assert/strict';
import { crc32 as referenceCrc } from 'node:zlib';
import * as fc from 'fast-check';
import { crc32 } from '../../../src/formats/zip/crc32';
import { ZipArchive } from '../../../src/formats/zip/zip';
import { refusal } from '../helpers';
import { memorySource } from '../sources';
import { concat, packed, zipFile } from '../writers';

const open = (bytes: Uint8Array): Promise<ZipArchive> => ZipArchive.open(memorySource('a.zip', bytes));

/** A stored archive of one entry whose sizes and offset stand in zip64 fields (APPNOTE 4.3.14, 4.5.3). */
function zip64(name: string, data: Uint8Array): Uint8Array {
  const fill = 0xffffffff;
  const crc = crc32(data);
  const extra = concat(packed([1, 16], 'uint16'), packed([data.length, data.length], 'uint64'));
  const local = concat(
    packed([0x04034b50], 'uint32'),
    packed([45, 0, 0, 0, 0], 'uint16'),
    packed([crc, fill, fill], 'uint32'),
    packed([name.length, extra.length], 'uint16'),
    name,
    extra,
    data,
  );
  const wide = concat(packed([1, 24], 'uint16'), packed([data.length, data.length, 0], 'uint64'));
  const central = concat(
    packed([0x02014b50], 'uint32'),
    packed([45, 45, 0, 0, 0, 0], 'uint16'),
    packed([crc, fill, fill], 'uint32'),
    packed([name.length, wide.length, 0, 0, 0], 'uint16'),
    packed([0, fill], 'uint32'),
    name,
    wide,
  );
  const end64 = concat(
    packed([0x06064b50], 'uint32'),
    packed([44], 'uint64'),
    packed([45, 45], 'uint16'),
    packed([0, 0], 'uint32'),
    packed([1, 1, central.length, local.length], 'uint64'),
  );
  return concat(
    local,
    central,
    end64,
    packed([0x07064b50, 0], 'uint32'),
    packed([local.length + central.length], 'uint64'),
    packed([1], 'uint32'),
    packed([0x06054b50], 'uint32'),
    packed([0, 0, 0xffff, 0xffff], 'uint16'),
    packed([fill, fill], 'uint32'),
    packed([0], 'uint16'),
  );
}

describe('zip archives', () => {
  it('give back any files by any range, stored or deflated', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.dictionary(fc.stringMatching(/^[a-z]{1,8}$/), fc.uint8Array({ maxLength: 3000 }), { maxKeys: 5 }),
        fc.constantFrom(0 as const, 9 as const),
        fc.nat(),
        fc.nat(),
        async (files, level, a, b) => {
          const archive = await open(zipFile(files, { level }));
          assert.deepEqual(archive.names(), Object.keys(files));
          for (const [name, data] of Object.entries(files)) {
            const bytes = await archive.bytes(name);
            assert.equal(bytes.size, data.length);
            assert.deepEqual(await bytes.read(0, data.length), data);
            const from = a % (data.length + 1);
            const length = b % (data.length - from + 1);
            assert.deepEqual(await bytes.read(from, length), data.slice(from, from + length));
          }
          await archive.verify(archive.names());
          assert.deepEqual(archive.warnings, []);
        },
      ),
      { seed: 4, numRuns: 100 },
    );
  });

  it('reads zip64 sizes, offsets and directories', async () => {
    const archive = await open(zip64('x', Uint8Array.of(1, 2, 3)));
    assert.deepEqual(await (await archive.bytes('x')).read(1, 2), Uint8Array.of(2, 3));
    await archive.verify(['x']);
    assert.deepEqual(archive.warnings, []);
  });

  it('streams a large entry in pieces', async () => {
    const data = new Uint8Array(3_000_000).map((_, i) => (i * i) >> 7);
    const archive = await open(zipFile({ x: data }, { level: 1 }));
    const bytes = await archive.bytes('x');
    const parts: Uint8Array[] = [];
    await bytes.stream(1, data.length - 2, (piece) => parts.push(piece.slice()));
    assert.deepEqual(Buffer.concat(parts), Buffer.from(data.subarray(1, -1)));
  });

  it('leaves out names that point outside, and warns', async () => {
    const archive = await open(
      zipFile({
        '../x': new Uint8Array(1),
        '/y': new Uint8Array(1),
        'a/../../z': new Uint8Array(1),
        ok: new Uint8Array(1),
      }),
    );
    assert.deepEqual(archive.names(), ['ok']);
    assert.equal(archive.warnings.length, 3);
  });

  it('refuses entries that overlap', async () => {
    const bytes = zipFile({ a: new Uint8Array(40), b: new Uint8Array(40) });
    const view = new DataView(bytes.buffer);
    const second = bytes.length - 22 - 47;
    assert.equal(view.getUint32(second, true), 0x02014b50);
    view.setUint32(second + 42, 10, true);
    assert.match((await refusal(open(bytes))).message, /overlaps/);
  });

  it('refuses an entry that inflates to more or less than it claims', async () => {
    for (const change of [-1, 1]) {
      const bytes = zipFile({ a: new Uint8Array(5000).map((_, i) => i) }, { level: 6 });
      const view = new DataView(bytes.buffer);
      const central = bytes.length - 22 - 47;
      view.setUint32(central + 24, 5000 + change, true);
      view.setUint32(22, 5000 + change, true);
      const archive = await open(bytes);
      assert.match((await refusal(archive.verify(['a']))).message, /inflates to/);
    }
  });

  it('refuses encrypted entries and foreign methods', async () => {
    for (const [offset, value] of [
      [8, 1],
      [10, 12],
    ] as const) {
      const bytes = zipFile({ a: new Uint8Array(5) });
      new DataView(bytes.buffer).setUint16(bytes.length - 22 - 47 + offset, value, true);
      await refusal((await open(bytes)).bytes('a'));
    }
  });

  it('computes CRC-32 as zlib does', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), fc.uint8Array({ maxLength: 100 }), (a, b) => {
        assert.equal(crc32(b, crc32(a)), referenceCrc(Buffer.concat([a, b])));
      }),
      { seed: 5 },
    );
  });
});
