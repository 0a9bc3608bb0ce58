import assert from 'node:assert/strict';
import { InputError } from '../../src/core/errors';
import { readContainer } from '../../src/formats/index';
import type { Container, Entry } from '../../src/formats/source';
import { diskNeighbourhood, diskSource, memoryNeighbourhood, memorySource } from './sources';

export function readFile(path: string): Promise<Container> {
  return readContainer(diskSource(path), diskNeighbourhood(path));
}

export function readBytes(name: string, bytes: Uint8Array | string): Promise<Container> {
  return readContainer(memorySource(name, bytes), memoryNeighbourhood());
}

/** Reads a file and every tensor in it. */
export async function readAll(name: string, bytes: Uint8Array | string): Promise<Container> {
  const container = await readBytes(name, bytes);
  for (const entry of container.entries) for (const tensor of entry.tensors) await tensor.load();
  return container;
}

/** The error with which reading fails; it must say what is wrong and what to do. */
export async function refusal(reading: Promise<unknown>): Promise<InputError> {
  try {
    await reading;
  } catch (error) {
    assert.ok(error instanceof InputError, `not an InputError: ${String(error)}`);
    assert.ok(error.message.length > 10, error.message);
    assert.ok(error.remedy.length > 5, 'a remedy is named');
    return error;
  }
  throw new assert.AssertionError({ message: 'it was read, and should have been refused' });
}

export async function values(entry: Entry, name: string): Promise<number[]> {
  const tensor = entry.tensors.find((candidate) => candidate.name === name);
  assert.ok(tensor, `no tensor ${name} among ${entry.tensors.map((t) => t.name).join(', ')}`);
  return Array.from(await tensor.load());
}

/** A seeded generator of 32-bit numbers (mulberry32), so that a failing case can be repeated. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return (t ^ (t >>> 14)) >>> 0;
  };
}

/** Runs the work and checks that it took less than two seconds of this process's time, however busy the machine is. */
export async function inTwoSeconds<T>(what: string, work: () => T | Promise<T>): Promise<T> {
  const before = process.cpuUsage();
  try {
    return await work();
  } finally {
    const { user, system } = process.cpuUsage(before);
    assert.ok(user + system < 2e6, `${what} took ${(user + system) / 1e6} s`);
  }
}
