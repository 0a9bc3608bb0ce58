import assert from 'node:assert/strict';
import { readBytes, refusal } from './helpers';
import { concat, packed } from './writers';

const text = (value: string): Uint8Array => concat(value);
const hdf5 = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a];

describe('files that are not read', () => {
  for (const [name, bytes, message] of [
    ['x.pt', new Uint8Array(0), /empty/],
    ['x.h5', concat(hdf5, new Uint8Array(100)), /HDF5 superblock/],
    ['renamed.pt', concat(hdf5, new Uint8Array(100)), /HDF5/],
    ['x.mat', concat(text('MATLAB 5.0 MAT-file'), new Uint8Array(600)), /MATLAB/],
    [
      'x.jld2',
      concat(text('HDF5-based Julia Data Format, version 0.2'), new Uint8Array(471), hdf5),
      /HDF5 superblock/,
    ],
    ['x.bson', concat(packed([8], 'int32'), [2, 0, 0, 0]), /bytes are needed|does not/],
    ['x.csv', text('epoch,loss\n1,4\n'), /training losses/],
    ['x.tsv', text('a\tb\n'), /no numbers/],
    ['x.pkl', concat([0x80, 4, 0x4e, 0x2e]), /holds no tensor/],
    ['x.pkl', text("(dp0\nS'a'\np1\nI1\ns."), /holds no tensor/],
    ['x.onnx', concat([0x08, 0x07, 0x12, 0x07], text('pytorch')), /no ONNX graph/],
    ['x.gz', concat([0x1f, 0x8b, 8]), /gzip/],
    ['x.pt', text('<html></html>'), /web page/],
    ['x.json', text('\n <!DOCTYPE html>'), /web page/],
    ['x.npz', text('version https://git-lfs.github.com/spec/v1\n'), /Git LFS/],
    ['x.npy', text('hello'), /not what the name says/],
    ['x.txt', text('hello'), /known format/],
    ['x', Uint8Array.of(1), /known format/],
  ] as const)
    it(`${name} (${message.source}) says so`, async () => {
      assert.match((await refusal(readBytes(name, bytes))).message, message);
    });
});
