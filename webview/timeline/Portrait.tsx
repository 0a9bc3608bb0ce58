import type { JSX } from 'preact';
import type { RefObject } from 'preact';
import { useCallback, useEffect, useMemo, useState } from 'preact/hooks';
import { axisKey, axisOfKey, type AxisChoice } from '../../src/figures/projection';
import { portraitExtents } from '../../src/figures/timeline/extent';
import { drawPortrait } from '../../src/figures/timeline/portrait';
import type { PreparedTimeline } from '../../src/figures/timeline/prepare';
import { axisName, checkpointObjects, nearestCheckpoint, readoutAt } from '../../src/figures/timeline/words';
import { Figure } from '../figures/Figure';
import type { FigureHandle } from '../figures/types';
import { Button, Dropdown } from '../ui';
import { axisOptions, runCoordinate } from './axes';

export interface PortraitProps {
  readonly name: string;
  readonly prepared: PreparedTimeline;
  readonly cursor: number | null;
  readonly selected: string | null;
  readonly axes: readonly [AxisChoice, AxisChoice];
  readonly onAxes: (axes: readonly [AxisChoice, AxisChoice]) => void;
  readonly onCursor: (epoch: number) => void;
  /** One checkpoint, or the two around an event. */
  readonly onOpen: (epochs: readonly number[]) => void;
  readonly handle: RefObject<FigureHandle | null>;
}

/** Milliseconds a checkpoint stands while the film runs. */
const PACE_MS = 110;

/** The phase portrait at the cursor, with a slider that runs through training. */
export function Portrait(props: PortraitProps): JSX.Element | null {
  const { prepared, cursor, selected, name } = props;
  const { timeline } = prepared;
  const { checkpoints } = timeline;
  const axis = axisName(timeline);
  const { stateDim } = timeline.model;
  const [playing, setPlaying] = useState(false);
  const [first, second] = props.axes;
  const axes = useMemo(
    () => [runCoordinate(timeline, first), runCoordinate(timeline, second)] as const,
    [first, second, timeline],
  );
  const extents = useMemo(() => portraitExtents(prepared, axes), [prepared, axes]);
  const checkpoint = cursor === null ? (checkpoints.at(-1) ?? null) : nearestCheckpoint(timeline, cursor);
  const index = checkpoint ? checkpoints.indexOf(checkpoint) : 0;
  const epoch = checkpoint?.epoch ?? 0;
  const event = timeline.events.find(({ id }) => id === selected) ?? null;
  const draw = useCallback<Parameters<typeof Figure>[0]['draw']>(
    (painter, theme) => drawPortrait(painter, { prepared, epoch, axes, extents, event }, theme),
    [prepared, epoch, axes, extents, event],
  );
  const show = (at: number): void => {
    const one = checkpoints[at];
    if (one) props.onCursor(one.epoch);
  };
  const last = checkpoints.length - 1;
  useEffect(() => {
    if (!playing) return;
    if (index >= last) {
      setPlaying(false);
      return;
    }
    const timer = setTimeout(() => show(index + 1), PACE_MS);
    return () => clearTimeout(timer);
  }, [playing, index, last]);
  const play = (): void => {
    if (!playing && index >= last) show(0);
    setPlaying(!playing);
  };
  if (stateDim < 2 || !checkpoint) return null;
  const options = axisOptions(timeline);
  return (
    <section class="portrait-view" aria-label={`Phase portrait of ${name}`}>
      <div class="portrait-head">
        <h2>
          Phase portrait, {axis} {epoch}
        </h2>
        {stateDim > 2 && (
          <span class="portrait-axes">
            <Dropdown
              label="Horizontal coordinate"
              value={axisKey(first)}
              options={options}
              onChange={(value) => props.onAxes([axisOfKey(value), second])}
            />
            <Dropdown
              label="Vertical coordinate"
              value={axisKey(second)}
              options={options}
              onChange={(value) => props.onAxes([first, axisOfKey(value)])}
            />
          </span>
        )}
      </div>
      <div class="portrait-figure">
        <Figure
          label={`Phase portrait of ${name} at ${axis} ${String(epoch)}: ${checkpointObjects(checkpoint)}. Grey: simulated orbits on attractors that are no listed cycle.`}
          title={`Phase portrait of ${name}, ${axis} ${String(epoch)}`}
          draw={draw}
          interaction={{ onDoubleClick: () => props.onOpen([epoch]) }}
          readout={readoutAt(timeline, epoch)}
          pointer="default"
          handle={props.handle}
          minHeight={220}
        />
      </div>
      <div class="portrait-tools">
        <Button
          kind="quiet"
          icon={playing ? 'pause' : 'play'}
          label={playing ? 'Pause' : 'Play through training'}
          onClick={play}
        />
        <input
          type="range"
          min={0}
          max={last}
          step={1}
          value={index}
          aria-label="Checkpoint"
          aria-valuetext={`${axis} ${String(epoch)}`}
          onInput={({ currentTarget }) => {
            setPlaying(false);
            show(Number(currentTarget.value));
          }}
        />
        <Button kind="quiet" onClick={() => props.onOpen([epoch])}>
          Open dynamics
        </Button>
        {event && (
          <Button kind="quiet" onClick={() => props.onOpen(event.epochs)}>
            Open before and after
          </Button>
        )}
      </div>
    </section>
  );
}
