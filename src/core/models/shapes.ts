import type { Architecture, Parameter, Size, Sizes } from './architecture';

/** How the tensors of a model fit its architecture. */
export interface Binding {
  readonly sizes: Sizes;
  /** Parameters stored with rows and columns exchanged. */
  readonly transposed: ReadonlySet<string>;
}

/** A tensor that does not fit. */
export interface Misfit {
  readonly parameter: string;
  /** "has shape 3 x 4, expected 3 x 3 (M = 3 from A)" */
  readonly message: string;
}

export function isMisfit(result: Binding | Misfit): result is Misfit {
  return 'message' in result;
}

/** `3 x 4`, or `a single number` for a scalar. */
export function shapeText(shape: readonly number[]): string {
  return shape.length === 0 ? 'of a single number' : shape.join(' x ');
}

/** Length of a vector stored as n, n x 1, 1 x n or a single number; null for anything else. */
export function vectorLength(shape: readonly number[]): number | null {
  const [first, second] = shape;
  if (first === undefined) return 1;
  if (shape.length === 1) return first;
  if (shape.length === 2 && (first === 1 || second === 1)) return first * second!;
  return null;
}

/** Whether the parameter must be there, given those that are. */
export function isRequired(parameter: Parameter, has: (name: string) => boolean): boolean {
  return parameter.optional !== true && !(parameter.unless !== undefined && has(parameter.unless));
}

/**
 * Fits tensor shapes to an architecture. Sizes are fixed by the first parameter that names them, in the
 * architecture's order. A matrix stored transposed is accepted where its shape shows it;
 * `transposedOnTie` names square ones that are nevertheless stored transposed.
 */
export function bindShapes(
  architecture: Architecture,
  shapes: Readonly<Record<string, readonly number[]>>,
  transposedOnTie: ReadonlySet<string>,
): Binding | Misfit {
  const known = new Map<Size, { value: number; from: string }>();
  const transposed = new Set<string>();
  const text = (size: Size): string => known.get(size)?.value.toString() ?? size;
  const fix = (size: Size, value: number, from: string): boolean => {
    const already = known.get(size);
    if (already) return already.value === value;
    known.set(size, { value, from });
    return true;
  };
  const fits = (size: Size, value: number): boolean => (known.get(size)?.value ?? value) === value;

  const place = (parameter: Parameter, shape: readonly number[]): boolean => {
    const { name } = parameter;
    const length = vectorLength(shape);
    if (parameter.shape === 'diagonal') {
      if (length !== null) return fix('M', length, name);
      return shape.length === 2 && shape[0] === shape[1] && fix('M', shape[0]!, name);
    }
    const [rows, columns] = parameter.shape;
    if (columns === undefined) return length !== null && fix(rows, length, name);
    if (shape.length !== 2) return false;
    const [r, c] = shape as readonly [number, number];
    if (rows === columns) return r === c && fix(rows, r, name);
    const asStored = fits(rows, r) && fits(columns, c);
    const exchanged = fits(rows, c) && fits(columns, r);
    if (!asStored && !exchanged) return false;
    const turn = !asStored || (exchanged && r === c && transposedOnTie.has(name));
    if (turn) transposed.add(name);
    return fix(rows, turn ? c : r, name) && fix(columns, turn ? r : c, name);
  };

  for (const parameter of architecture.parameters) {
    const shape = shapes[parameter.name];
    if (!shape) continue;
    if (shape.includes(0))
      return { parameter: parameter.name, message: `is empty (shape ${shapeText(shape)})` };
    if (place(parameter, shape)) continue;
    const wanted =
      parameter.shape === 'diagonal'
        ? 'a vector of M entries or a square matrix'
        : parameter.shape.map((size) => text(size as Size)).join(' x ');
    const because = [...known].map(([size, { value, from }]) => `${size} = ${String(value)} from ${from}`);
    const reason = because.length === 0 ? '' : ` (${because.join(', ')})`;
    return {
      parameter: parameter.name,
      message: `has shape ${shapeText(shape)}, expected ${wanted}${reason}`,
    };
  }
  const M = known.get('M')?.value ?? 0;
  const sizes = Object.fromEntries([...known].map(([size, { value }]) => [size, value]));
  return { sizes: { ...sizes, M }, transposed };
}
