/**
 * The canonical piecewise-affine map on R^n with L ReLU units,
 *
 *     F(z) = A z + B relu(C z + d) + g
 *
 * All matrices are row-major. Every supported architecture is reduced to this form at a constant input.
 */
export interface CanonicalMap {
  /** State dimension. */
  readonly n: number;
  /** Number of ReLU units (rows of C). */
  readonly L: number;
  /** n x n */
  readonly A: Float64Array;
  /** n x L */
  readonly B: Float64Array;
  /** L x n */
  readonly C: Float64Array;
  /** L */
  readonly d: Float64Array;
  /** n */
  readonly g: Float64Array;
}
