import { InputError } from '../../src/core/errors';
import { WeightFile } from '../../src/jobs/inspect';
import type { ViewerQueries, ViewerReply } from '../../src/protocol/viewer';
import type { Inspection } from '../../src/protocol/weights';
import { memoryNeighbourhood, memorySource } from '../formats/sources';

const never = (): boolean => false;

/** A file in memory that answers a viewer's questions as the worker does. */
export interface Inspected {
  readonly inspection: Inspection;
  answer(query: keyof ViewerQueries, request: unknown): Promise<Omit<ViewerReply, 'id'>>;
}

export async function inspected(name: string, content: unknown): Promise<Inspected> {
  const source = memorySource(name, JSON.stringify(content));
  const file = await WeightFile.open(source, memoryNeighbourhood(), {}, null);
  const ask = (
    query: keyof ViewerQueries,
    request: unknown,
  ): Promise<ViewerQueries[keyof ViewerQueries]['answer']> => {
    switch (query) {
      case 'summaries':
        return file.summaries((request as ViewerQueries['summaries']['request']).indexes, never);
      case 'tensor':
        return file.detail((request as ViewerQueries['tensor']['request']).index, never, () => undefined);
      case 'window':
        return file.window(request as ViewerQueries['window']['request'], never);
      case 'properties':
        return file.properties((request as ViewerQueries['properties']['request']).index);
    }
  };
  return {
    inspection: { ...file.inspection, mappable: [] },
    answer: async (query, request) => {
      try {
        return { type: 'answer', answer: await ask(query, request) };
      } catch (error) {
        if (!(error instanceof InputError)) throw error;
        const { message, place, remedy } = error;
        return { type: 'refused', failure: { kind: 'input', message, place, remedy } };
      }
    },
  };
}
