/** One axis of a parameter plane. */
export interface PlaneAxisRequest {
  /** `A[0]`, `W[1][0]`: a weight; `random:SEED`; `towards:FILE`, where offset 1 is the model in the file. */
  readonly direction: string;
  /** Offsets from the model, lower end first. */
  readonly range: readonly [number, number];
}

/** What the panel asks for; limits are the settings' own. */
export interface PlaneRequest {
  readonly x: PlaneAxisRequest;
  readonly y: PlaneAxisRequest;
  readonly maxOrder: number;
}

export interface PlaneOptions extends PlaneRequest {
  readonly seed: number;
  /** Seconds. */
  readonly timeLimit: number;
  readonly memoryLimitMB: number;
  readonly threads: number;
}
