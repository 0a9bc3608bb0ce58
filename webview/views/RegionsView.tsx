import type { JSX, RefObject } from 'preact';
import { useMemo } from 'preact/hooks';
import { formatNumber } from '../../src/figures/format';
import { regionName } from '../../src/figures/transitions';
import { Transitions } from '../figures/Transitions';
import type { FigureHandle } from '../figures/types';
import { usePanel } from './context';

/** Objects named for one region; more would hide the numbers. */
const MOST_NAMES = 4;

/** Symbolic dynamics: the regions that matter, what lies in them, and how orbits go from one to the next. */
export function RegionsView({ handle }: { handle: RefObject<FigureHandle | null> }): JSX.Element {
  const { state } = usePanel();
  const { symbols, report, objects, kept } = state;
  const inside = useMemo(() => {
    const names = new Map<string, string[]>();
    for (const { figure } of objects)
      for (const region of new Set(figure?.regions ?? [])) {
        const list = names.get(region);
        if (list) list.push(figure!.id);
        else names.set(region, [figure!.id]);
      }
    return names;
  }, [objects]);
  if (!symbols || symbols === 'waiting')
    return (
      <div class="single-view">
        <p class="muted hint">
          {report
            ? 'Following orbits through their regions...'
            : 'The regions are shown when the search is done.'}
        </p>
      </div>
    );
  if (symbols.regions.length === 0)
    return (
      <div class="single-view">
        <p class="muted hint">Every simulated orbit diverges: there are no regions to show.</p>
      </div>
    );
  const object = objects.find(({ id }) => id === kept.selected);
  const selected = new Set(object?.figure?.regions ?? []);
  return (
    <div class="regions-view">
      <div class="regions-table">
        <p class="muted" id="regions-words">
          {symbols.regions.length < symbols.met
            ? `The ${String(symbols.regions.length)} most visited of ${String(symbols.met)} regions`
            : `All ${String(symbols.met)} regions`}{' '}
          that {symbols.orbits} simulated orbits visit after their transients
          {symbols.divergent > 0 && `; ${String(symbols.divergent)} more diverged`}
          {object &&
            symbols.regions.some(({ region }) => selected.has(region)) &&
            `; those of ${object.id} in bold`}
          .
        </p>
        <table aria-labelledby="regions-words">
          <thead>
            <tr>
              <th scope="col">region</th>
              <th scope="col">units σ</th>
              <th scope="col" class="number">
                share of steps
              </th>
              <th scope="col" class="number">
                ρ(J)
              </th>
              <th scope="col" class="number">
                det J
              </th>
              <th scope="col">objects with a point here</th>
            </tr>
          </thead>
          <tbody>
            {symbols.regions.map(({ region, share, spectralRadius, determinant }, index) => {
              const names = inside.get(region) ?? [];
              return (
                <tr key={region} class={selected.has(region) ? 'of-selected' : undefined}>
                  <th scope="row">{regionName(index)}</th>
                  <td class="mono">{region}</td>
                  <td class="number">{(100 * share).toFixed(2)} %</td>
                  <td class="number">{formatNumber(spectralRadius, 3)}</td>
                  <td class="number">{formatNumber(determinant, 3)}</td>
                  <td>
                    {names.slice(0, MOST_NAMES).join(', ')}
                    {names.length > MOST_NAMES && ` and ${String(names.length - MOST_NAMES)} more`}
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
      <Transitions symbols={symbols} handle={handle} />
    </div>
  );
}

/** No tools: the regions follow from the model. */
export function RegionsTools(): null {
  return null;
}
