/** Points as source text, full doubles. */
const float = (value: number): string =>
  Number.isInteger(value) && Math.abs(value) < 1e21 ? `${String(value)}.0` : String(value);

export type Language = 'JSON' | 'NumPy' | 'Julia';
export const LANGUAGES: readonly Language[] = ['JSON', 'NumPy', 'Julia'];

/**
 * k points of n coordinates as a k x n array: JSON rows, `np.array` or a Julia matrix, ready to paste.
 */
export function pointsAs(language: Language, name: string, points: readonly (readonly number[])[]): string {
  switch (language) {
    case 'JSON':
      return JSON.stringify(points);
    case 'NumPy':
      return `${name} = np.array([\n${points.map((row) => `    [${row.map(float).join(', ')}],\n`).join('')}])`;
    case 'Julia':
      return `${name} = [\n${points.map((row) => `    ${row.map(float).join(' ')}\n`).join('')}]`;
  }
}
