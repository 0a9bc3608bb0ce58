import type { JSX } from 'preact';
import { leftHalf, markOutline } from '../../src/figures/marks';
import type { FigureObject, Hue } from '../figures/types';
import type { PanelObject } from '../objects';

const SIZE = 16;

const svgPoints = (outline: readonly number[]): string => {
  const pairs: string[] = [];
  for (let i = 0; i + 1 < outline.length; i += 2)
    pairs.push(`${(outline[i]! + SIZE / 2).toFixed(2)},${(outline[i + 1]! + SIZE / 2).toFixed(2)}`);
  return pairs.join(' ');
};

/** The mark of an object exactly as the figures draw it: shape tells the order, fill the stability. */
export function Mark(props: { order: number; stability: FigureObject['stability']; hue: Hue }): JSX.Element {
  const { order, stability, hue } = props;
  const outline = markOutline(order, 5.2);
  return (
    <svg class={`mark hue-${String(hue)}`} width={SIZE} height={SIZE} viewBox="0 0 16 16" aria-hidden="true">
      <polygon class={stability === 'stable' ? 'mark-full' : 'mark-hollow'} points={svgPoints(outline)} />
      {stability === 'saddle' && <polygon class="mark-half" points={svgPoints(leftHalf(outline))} />}
      {stability === 'marginal' && <circle class="mark-half" cx="8" cy="8" r="1.6" />}
      {stability === 'boundary' && <path class="mark-line" d="M4.9 4.9l6.2 6.2M11.1 4.9 4.9 11.1" />}
    </svg>
  );
}

/** The mark of anything in the list; attractors without points and continua have signs of their own. */
export function ObjectMark({ object }: { object: PanelObject }): JSX.Element {
  if (object.figure)
    return <Mark order={object.figure.order} stability={object.figure.stability} hue={object.figure.hue} />;
  return (
    <svg class="mark sign" width="16" height="16" viewBox="0 0 16 16" aria-hidden="true">
      {object.kind === 'continuum' ? (
        <path class="mark-line" d="M2 12.5 14 3.5M5 8.2v4.1M11 3.7v4.1" />
      ) : object.kind === 'attractor' && object.attractor.kind === 'divergent' ? (
        <path class="mark-line" d="M3 13 12.5 3.5M7.5 3.5h5v5" />
      ) : object.kind === 'attractor' && object.attractor.kind === 'quasi-periodic' ? (
        <ellipse class="mark-line dotted" cx="8" cy="8" rx="6" ry="4.2" />
      ) : (
        <g class="mark-dots">
          {[
            [3, 6],
            [5.5, 3.5],
            [7, 9],
            [9, 5.5],
            [11.5, 8],
            [13, 4.5],
            [10, 12],
            [5, 12],
            [3, 9.5],
            [13, 11],
          ].map(([x, y]) => (
            <circle key={`${String(x)} ${String(y)}`} cx={x} cy={y} r="1" />
          ))}
        </g>
      )}
    </svg>
  );
}
