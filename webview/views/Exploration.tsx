import type { JSX } from 'preact';
import type { BasinPicture, ManifoldPicture } from '../../src/core/report/scene';
import { usePanel } from './context';

/** What manifolds and basins say in words and numbers, beside the portrait. */
export function Exploration(): JSX.Element | null {
  const { state } = usePanel();
  const { kept, model, report } = state;
  if (!report || (model?.stateDim ?? 1) < 2 || kept.dimensions !== 2) return null;
  return (
    <>
      {kept.manifolds && (
        <section class="small-figure exploration" aria-labelledby="manifolds-head">
          <h2 id="manifolds-head">Manifolds</h2>
          {state.manifolds === null || state.manifolds === 'waiting' ? (
            <p class="muted hint">Growing the manifolds of the saddles...</p>
          ) : (
            <Manifolds picture={state.manifolds} selected={kept.selected} />
          )}
        </section>
      )}
      {kept.basins && (
        <section class="small-figure exploration" aria-labelledby="basins-head">
          <h2 id="basins-head">Basins of attraction</h2>
          {state.basins?.picture ? (
            <Shares picture={state.basins.picture} />
          ) : (
            <p class="muted hint">Following initial states to their attractors...</p>
          )}
        </section>
      )}
    </>
  );
}

function Manifolds({
  picture,
  selected,
}: {
  picture: ManifoldPicture;
  selected: string | null;
}): JSX.Element {
  const { manifolds, statements, crossings } = picture;
  if (manifolds.length === 0) return <p class="muted hint">No saddle has a manifold that is a curve.</p>;
  const own = manifolds.filter(({ object }) => object === selected);
  const saddles = [...new Set((own.length > 0 ? own : manifolds).map(({ object }) => object))];
  return (
    <>
      {saddles.map((id) => {
        const statement = statements.find(({ object }) => object === id);
        const homoclinic = crossings.filter((c) => c.unstableOf === id && c.stableOf === id).length;
        const others = crossings.filter((c) => (c.unstableOf === id) !== (c.stableOf === id)).length;
        return (
          <div key={id}>
            <p>
              <strong>{id}</strong>
              {statement?.proven && <span class="proven"> chaos proven</span>}
            </p>
            {manifolds
              .filter(({ object }) => object === id)
              .map(({ kind, extent }) => (
                <p class="muted" key={kind}>
                  {kind === 'unstable' ? 'Unstable (solid)' : 'Stable (dotted)'}: {extent}
                </p>
              ))}
            {homoclinic + others > 0 && (
              <p class="muted">
                {homoclinic} homoclinic and {others} heteroclinic points found, each orbit once.
              </p>
            )}
            {statement && <p>{statement.text}</p>}
          </div>
        );
      })}
    </>
  );
}

const FATES: Record<number, string> = { [-1]: 'bounded, no listed attractor', [-2]: 'divergent' };
const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

function Shares({ picture }: { picture: BasinPicture }): JSX.Element {
  const { shares, attractors, samples, reach } = picture;
  return (
    <table class="shares">
      <caption class="muted">
        {samples} random initial states with every |z| at most {reach.toPrecision(3)}; 95 % intervals. A state
        counts when it can no longer leave.
      </caption>
      <thead>
        <tr>
          <th scope="col">ends in</th>
          <th scope="col">share</th>
          <th scope="col">interval</th>
        </tr>
      </thead>
      <tbody>
        {shares.map(({ fate, share, interval }) => (
          <tr key={fate}>
            <th scope="row">{attractors[fate] ?? FATES[fate]}</th>
            <td>{percent(share)}</td>
            <td>
              {percent(interval[0])} to {percent(interval[1])}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
