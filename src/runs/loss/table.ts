import { isNumber, rowsOf, tableText } from '../../formats/csv/table';
import type { Source } from '../../formats/source';
import { LogBuilder, type Log } from './log';

/**
 * CSV, TSV and columns of plain text: with a header or without, cells may be empty (Lightning's `metrics.csv` has
 * rows for training and rows for validation), cells that are no numbers count as empty. Throws InputError.
 */
export async function readTableLog(source: Source): Promise<Log> {
  const log = new LogBuilder();
  let names: readonly string[] | null = null;
  for (const { cells } of rowsOf(await tableText(source))) {
    if (names === null) {
      const header = cells.some((cell) => cell.trim() !== '' && !isNumber(cell));
      names = cells.map((cell, i) => (header ? cell.trim() || column(i) : cells.length > 1 ? column(i) : ''));
      if (header) continue;
    }
    log.next();
    cells.slice(0, names.length).forEach((cell, i) => {
      const text = cell.trim();
      if (isNumber(text)) log.set(names![i]!, Number(text.replace(',', '.').replace(/d/i, 'e')));
    });
  }
  return log.finish();
}

function column(index: number): string {
  return `column ${String(index + 1)}`;
}
