import type { JSX } from 'preact';
import { correspondences } from '../../src/core/report/pair';
import type { Stability } from '../../src/core/report/types';
import type { PreparedTimeline } from '../../src/figures/timeline/prepare';

/** Which objects of two compared models correspond: the same branch at both ends of the line between their weights. */
export function PairTable(props: {
  readonly prepared: PreparedTimeline;
  readonly onEvent: (id: string) => void;
}): JSX.Element {
  const { timeline } = props.prepared;
  const [a, b] = timeline.run.pair ?? ['A', 'B'];
  const objects = correspondences(timeline);
  const both = objects.filter(({ before, after }) => before && after).length;
  const proven = timeline.checkpoints.map(({ provenOrder }) =>
    provenOrder === 'all' ? 'every order proven' : `proven to order ${String(provenOrder)}`,
  );
  return (
    <section class="pair" aria-label="Objects of both models">
      <p class="muted">
        Both models were analysed ({proven.join('; ')}), and every object was followed along the straight line
        between their weights: {both} correspond, {objects.filter(({ after }) => !after).length} exist in the
        first only, {objects.filter(({ before }) => !before).length} in the second only.
      </p>
      <div class="pair-scroll" tabIndex={0} role="region" aria-label="Table of corresponding objects">
        <table>
          <thead>
            <tr>
              <th scope="col">object</th>
              <th scope="col" title={a}>
                in {a}
              </th>
              <th scope="col" title={b}>
                in {b}
              </th>
              <th scope="col">events between</th>
            </tr>
          </thead>
          <tbody>
            {objects.map(({ branch, order, before, after, meets }) => (
              <tr key={branch}>
                <th scope="row">
                  {branch} <span class="muted">{order === 1 ? 'fixed point' : `${String(order)}-cycle`}</span>
                </th>
                <td>{words(before)}</td>
                <td>{words(after)}</td>
                <td>
                  {meets.map((id) => (
                    <button key={id} type="button" class="link" onClick={() => props.onEvent(id)}>
                      {id}
                    </button>
                  ))}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
        {objects.length === 0 && <p class="muted">Neither has a fixed point or cycle of these orders.</p>}
      </div>
    </section>
  );
}

const words = (stability: Stability | null): string => stability ?? 'does not exist';
