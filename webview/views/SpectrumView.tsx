import type { JSX, RefObject } from 'preact';
import { Spectrum } from '../figures';
import type { FigureHandle } from '../figures/types';
import { Checkbox } from '../ui';
import { figureObjects, usePanel } from './context';

export function SpectrumTools(): JSX.Element {
  const { state, controller } = usePanel();
  return (
    <div class="view-tools" role="group" aria-label="Spectrum">
      <Checkbox checked={state.kept.perStep} onChange={(perStep) => controller.keep({ perStep })}>
        Per step (k-th root)
      </Checkbox>
    </div>
  );
}

/** All multipliers on the unit circle. */
export function SpectrumView({ handle }: { handle: RefObject<FigureHandle | null> }): JSX.Element {
  const { state, controller } = usePanel();
  return (
    <div class="single-view">
      <Spectrum
        handle={handle}
        objects={figureObjects(state.objects)}
        selected={state.kept.selected}
        onSelect={controller.select}
        perStep={state.kept.perStep}
      />
    </div>
  );
}
