/**
 * Which shard a piece of work belongs to, from 0: of any n pieces in a row each shard has one. Which one changes from row
 * to row as if by chance, because pieces that are alike lie at equal distances (their last bits are the same).
 */
export function ownerOf(piece: number, of: number): number {
  const row = Math.floor(piece / of);
  return ((piece % of) + (Math.imul(row + 1, 0x9e3779b1) >>> 12)) % of;
}
