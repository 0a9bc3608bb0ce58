/** Ids that are listed in one warning. */
const LISTED = 10;

/** Whether an object has a point where the training code clamps the state to [-clamp, clamp]: there its map is another one. */
export function touchesClamp(points: readonly (readonly number[])[], clamp: number): boolean {
  return points.some((z) => z.some((value) => Math.abs(value) >= clamp));
}

/**
 * What a report says of objects that touch the clamp; null where none does.
 * @param where words that follow "touches the clip of the training code at 10"
 */
export function clampWarning(ids: readonly string[], clamp: number, where = ''): string | null {
  if (ids.length === 0) return null;
  const more = ids.length > LISTED ? ` and ${String(ids.length - LISTED)} more` : '';
  const [reach, they] = ids.length === 1 ? ['touches', 'it is no orbit'] : ['touch', 'they are no orbits'];
  return `${ids.slice(0, LISTED).join(', ')}${more} ${reach} the clip of the training code at ${String(clamp)}${where}: ${where === '' ? they : `there ${they}`} of the network as it was trained.`;
}
