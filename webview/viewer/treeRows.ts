import type { TensorInfo } from '../../src/core/tensor';

/** A line of the tensor tree: a tensor, or a group of those whose names begin alike. */
export interface TreeRow {
  /** Unique: the whole name, with a dot at the end for groups. */
  readonly key: string;
  readonly text: string;
  readonly level: number;
  /** Index of the tensor; null for a group. */
  readonly tensor: number | null;
  /** Tensors in a group. */
  readonly count: number;
  readonly expanded: boolean;
}

interface Group {
  readonly groups: Map<string, Group>;
  readonly members: (Group | number)[];
  name: string;
  path: string;
  count: number;
}

/**
 * The visible lines of the tree: names split at dots, chains of groups with one member joined, the file's order kept.
 * @param filter words that must all occur in a name; everything is expanded while there are any
 */
export function treeRows(
  tensors: readonly TensorInfo[],
  collapsed: ReadonlySet<string>,
  filter: string,
): TreeRow[] {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  const root: Group = { groups: new Map(), members: [], name: '', path: '', count: 0 };
  for (const [index, { name }] of tensors.entries()) {
    const lower = name.toLowerCase();
    if (!words.every((word) => lower.includes(word))) continue;
    let at = root;
    for (const part of name.split('.').slice(0, -1)) {
      let next = at.groups.get(part);
      if (!next) {
        next = { groups: new Map(), members: [], name: part, path: `${at.path}${part}.`, count: 0 };
        at.groups.set(part, next);
        at.members.push(next);
      }
      next.count++;
      at = next;
    }
    at.members.push(index);
  }
  const rows: TreeRow[] = [];
  const visit = (group: Group, level: number): void => {
    for (const member of group.members) {
      if (typeof member === 'number') {
        const { name } = tensors[member]!;
        const text = name.slice(name.lastIndexOf('.') + 1) || name;
        rows.push({ key: name, text, level, tensor: member, count: 1, expanded: false });
        continue;
      }
      let last = member;
      let text = member.name;
      for (let only = last.members[0]; last.members.length === 1 && typeof only === 'object'; only = last.members[0]) {
        last = only;
        text += `.${only.name}`;
      } // prettier-ignore
      const expanded = words.length > 0 || !collapsed.has(last.path);
      rows.push({ key: last.path, text, level, tensor: null, count: last.count, expanded });
      if (expanded) visit(last, level + 1);
    }
  };
  visit(root, 1);
  return rows;
}
