/** Ranges and defaults of the numeric search options, for host and webview; the manifest declares the same. */
export const SEARCH_RANGES = {
  maxOrder: { minimum: 1, maximum: 1000, default: 4, integer: true },
  timeLimit: { minimum: 1, maximum: 86400, default: 60, integer: false },
  seed: { minimum: 0, maximum: 4294967295, default: 0, integer: true },
  threads: { minimum: 0, maximum: 256, default: 0, integer: true },
  memoryLimitMB: { minimum: 128, maximum: 65536, default: 2048, integer: true },
} as const;

/** `value` brought into the range of the option; the default if it is no number. */
export function within(option: keyof typeof SEARCH_RANGES, value: unknown): number {
  const range = SEARCH_RANGES[option];
  if (typeof value !== 'number' || !Number.isFinite(value)) return range.default;
  const inside = Math.min(range.maximum, Math.max(range.minimum, value));
  return range.integer ? Math.round(inside) : inside;
}
