/**
 * Strongly connected components of a directed graph in compressed rows. The working arrays are kept between calls, so
 * that graphs of growing size cost no allocation of their own.
 */
export class Components {
  #index = new Int32Array(0);
  #low = new Int32Array(0);
  #component = new Int32Array(0);
  #stack = new Int32Array(0);
  #path = new Int32Array(0);
  #next = new Int32Array(0);

  /**
   * R. Tarjan, SIAM J. Comput. 1 (1972) 146-160, without recursion.
   * @param count number of nodes
   * @param start row starts, count + 1: the edges of node i lead to targets[start[i] .. start[i + 1])
   * @returns the component of each node (numbers from 0); valid until the next call
   */
  find(count: number, start: Int32Array, targets: Int32Array): Int32Array {
    this.#reserve(count);
    const index = this.#index.fill(-1, 0, count);
    const component = this.#component.fill(-1, 0, count);
    const [low, stack, path, next] = [this.#low, this.#stack, this.#path, this.#next];
    next.set(start.subarray(0, count));
    let counter = 0;
    let found = 0;
    let height = 0;
    for (let root = 0; root < count; root++) {
      if (index[root]! >= 0) continue;
      let depth = 0;
      path[0] = root;
      index[root] = low[root] = counter++;
      stack[height++] = root;
      while (depth >= 0) {
        const v = path[depth]!;
        if (next[v]! < start[v + 1]!) {
          const w = targets[next[v]!]!;
          next[v] = next[v]! + 1;
          if (index[w]! < 0) {
            index[w] = low[w] = counter++;
            stack[height++] = w;
            path[++depth] = w;
          } else if (component[w]! < 0 && index[w]! < low[v]!) low[v] = index[w]!;
          continue;
        }
        if (low[v] === index[v]) {
          let w: number;
          do {
            w = stack[--height]!;
            component[w] = found;
          } while (w !== v);
          found++;
        }
        depth--;
        if (depth >= 0) {
          const parent = path[depth]!;
          if (low[v]! < low[parent]!) low[parent] = low[v]!;
        }
      }
    }
    return component;
  }

  #reserve(count: number): void {
    if (this.#index.length >= count) return;
    const size = Math.max(1024, 2 * count);
    this.#index = new Int32Array(size);
    this.#low = new Int32Array(size);
    this.#component = new Int32Array(size);
    this.#stack = new Int32Array(size);
    this.#path = new Int32Array(size);
    this.#next = new Int32Array(size);
  }
}
