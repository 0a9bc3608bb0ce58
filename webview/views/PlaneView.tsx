import type { JSX, RefObject } from 'preact';
import { useEffect, useMemo } from 'preact/hooks';
import type { Failure } from '../../src/protocol/job';
import type { PlaneAxisRequest } from '../../src/protocol/plane';
import { stablePeriods } from '../../src/figures/plane';
import { Plane } from '../figures/Plane';
import type { FigureHandle } from '../figures/types';
import { Button, LinkButton, NumberField, TextField } from '../ui';
import { usePanel } from './context';

/** Regions listed beside the figure. */
const LISTED = 60;
const MAX_ORDER = 200;

/** "-0.1, 0.1" as two numbers, lower first. */
export function readRange(text: string): readonly [number, number] | null {
  const parts = text.replaceAll('−', '-').split(/[,;]|\.\.|\bto\b/);
  const [from = NaN, to = NaN] = parts.map((part) => (part.trim() === '' ? NaN : Number(part)));
  return parts.length === 2 && from < to && Number.isFinite(to - from) ? [from, to] : null;
}

export function PlaneTools(): JSX.Element {
  const { state, controller } = usePanel();
  const { kept, plane, report, weights } = state;
  const fields = kept.plane;
  const set = (change: Partial<typeof fields>): void => controller.keep({ plane: { ...fields, ...change } });
  // The first two weights, until the user chooses.
  const first = useMemo(() => {
    const matrix = weights?.[0];
    if (!matrix) return null;
    return matrix.rows === 1
      ? [`${matrix.name}[0]`, matrix.columns > 1 ? `${matrix.name}[1]` : '']
      : [`${matrix.name}[0][0]`, `${matrix.name}[1][1]`];
  }, [weights]);
  useEffect(() => {
    if (first && fields.x === '' && fields.y === '') set({ x: first[0]!, y: first[1]! });
  }, [first]);
  const axis = (direction: string, range: string): PlaneAxisRequest | null => {
    const read = readRange(range);
    return read && direction.trim() !== '' ? { direction: direction.trim(), range: read } : null;
  };
  const x = axis(fields.x, fields.xRange);
  const y = axis(fields.y, fields.yRange);
  const busy = plane?.running === true;
  return (
    <div class="view-tools plane-tools" role="group" aria-label="Parameter plane">
      <label class="plane-field">
        x
        <TextField
          label="Direction of the x axis: a weight such as W[1][0], random:SEED, or towards:FILE"
          placeholder="W[1][0]"
          value={fields.x}
          onInput={(value) => set({ x: value })}
        />
      </label>
      <label class="plane-field">
        offsets
        <TextField
          label="Range of offsets on the x axis"
          placeholder="-0.1, 0.1"
          value={fields.xRange}
          onInput={(value) => set({ xRange: value })}
        />
      </label>
      <label class="plane-field">
        y
        <TextField
          label="Direction of the y axis: a weight such as W[1][0], random:SEED, or towards:FILE"
          placeholder="W[0][1]"
          value={fields.y}
          onInput={(value) => set({ y: value })}
        />
      </label>
      <label class="plane-field">
        offsets
        <TextField
          label="Range of offsets on the y axis"
          placeholder="-0.1, 0.1"
          value={fields.yRange}
          onInput={(value) => set({ yRange: value })}
        />
      </label>
      <NumberField
        label="Highest order"
        value={fields.maxOrder}
        min={1}
        max={MAX_ORDER}
        onChange={(maxOrder) => set({ maxOrder })}
      />
      {busy ? (
        <Button kind="secondary" icon="stop" onClick={() => controller.stopPlane()}>
          Stop
        </Button>
      ) : (
        <>
          <Button
            kind="primary"
            disabled={!report || !x || !y}
            onClick={() => {
              if (x && y) controller.computePlane({ x, y, maxOrder: fields.maxOrder });
            }}
          >
            Compute
          </Button>
          <Button
            kind="secondary"
            label="Bifurcation diagram along the x axis"
            disabled={!report || !x}
            onClick={() => {
              if (x) controller.openDiagram(x, fields.maxOrder);
            }}
          >
            Diagram along x
          </Button>
        </>
      )}
    </div>
  );
}

/** What went wrong, where unless that is said already, and what to do. */
function failureText({ message, place, remedy }: Failure): string {
  return [message, place !== '' && !message.includes(place) ? `(${place})` : '', remedy]
    .filter((part) => part !== '')
    .join(' ');
}

/** Curves at which cycles appear, vanish or change stability in a plane of two parameters. */
export function PlaneView({ handle }: { handle: RefObject<FigureHandle | null> }): JSX.Element {
  const { state, controller } = usePanel();
  const { plane, report } = state;
  const found = plane?.report ?? null;
  const progress = plane?.running ? plane.progress : null;
  return (
    <div class="plane-view">
      {plane?.running && (
        <p class="plane-status" role="status">
          Computing the plane
          {progress?.fraction != null && `: ${String(Math.round(100 * progress.fraction))} %`}
          {progress?.secondsLeft != null && `, about ${String(Math.ceil(progress.secondsLeft))} s left`}
        </p>
      )}
      {plane?.failure && plane.failure.kind !== 'cancelled' && (
        <p class="plane-status plane-failure" role="alert">
          {failureText(plane.failure)}
        </p>
      )}
      {found ? (
        <>
          <div class="plane-figure">
            <Plane plane={found} handle={handle} onOpen={(at) => controller.openAt(at)} />
          </div>
          <div class="plane-words">
            <p>
              {found.search.statement}{' '}
              {found.search.partial && <strong>Stopped before the end: this plane is partial. </strong>}
            </p>
            <p class="plane-actions">
              <LinkButton onClick={() => controller.chooseSurface()}>
                {found.surface ? 'Other loss surface…' : 'Loss surface…'}
              </LinkButton>
              {found.surface && (
                <LinkButton onClick={() => controller.removeSurface()}>Remove loss surface</LinkButton>
              )}
              <LinkButton onClick={() => controller.exportPlane()}>Save as JSON</LinkButton>
            </p>
            {found.warnings.map((warning) => (
              <p key={warning}>{warning}</p>
            ))}
            <table>
              <caption class="muted">
                {found.regions.length > LISTED
                  ? `The ${String(LISTED)} largest of ${String(found.regions.length)} regions`
                  : found.regions.length === 1
                    ? 'One region'
                    : `All ${String(found.regions.length)} regions`}
              </caption>
              <thead>
                <tr>
                  <th scope="col">region</th>
                  <th scope="col">share</th>
                  <th scope="col">stable periods</th>
                  <th scope="col">what exists</th>
                </tr>
              </thead>
              <tbody>
                {found.regions.slice(0, LISTED).map((region) => (
                  <tr key={region.id}>
                    <th scope="row">{region.id}</th>
                    <td class="number">{(100 * region.share).toFixed(2)} %</td>
                    <td>{stablePeriods(found, region)}</td>
                    <td>
                      {region.exists.map(({ object, stability }) => `${object} ${stability}`).join(', ') ||
                        'no cycle'}
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        </>
      ) : (
        !plane?.running && (
          <p class="muted hint">
            {report
              ? 'Choose two directions (weights can be clicked in the Weights view) and a range of offsets, then compute: curves at which cycles appear, vanish or change stability, and what exists between them.'
              : 'The plane can be computed when the search is done.'}
          </p>
        )
      )}
    </div>
  );
}
