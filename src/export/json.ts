import type { PlaneReport } from '../core/report/plane';
import type { Timeline } from '../core/report/timeline';
import type { InfoReport, Report } from '../core/report/types';

/**
 * A report as JSON text, ending in a newline: fields in the report's own order, two spaces of indentation, arrays of
 * plain values on one line, every number at full precision. The same report always gives the same text.
 */
export function reportToJson(report: Report | InfoReport): string {
  return `${write(report, '')}\n`;
}

/** A timeline as JSON text, in the same way. */
export function timelineToJson(timeline: Timeline): string {
  return `${write(timeline, '')}\n`;
}

/** A parameter plane as JSON text, in the same way. */
export function planeToJson(plane: PlaneReport): string {
  return `${write(plane, '')}\n`;
}

/** Any plain data as JSON text, in the same way. */
export function dataToJson(data: object): string {
  return `${write(data, '')}\n`;
}

function write(value: unknown, indent: string): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const deeper = `${indent}  `;
  if (Array.isArray(value)) {
    if (value.length === 0) return '[]';
    if (value.every(Number.isFinite)) return `[${value.join(', ')}]`;
    if (value.every((item) => typeof item !== 'object' || item === null))
      return `[${value.map((item) => write(item, '')).join(', ')}]`;
    return `[\n${value.map((item) => deeper + write(item, deeper)).join(',\n')}\n${indent}]`;
  }
  const fields = Object.entries(value).filter(([, field]) => field !== undefined);
  if (fields.length === 0) return '{}';
  const lines = fields.map(([name, field]) => `${deeper}${JSON.stringify(name)}: ${write(field, deeper)}`);
  return `{\n${lines.join(',\n')}\n${indent}}`;
}
