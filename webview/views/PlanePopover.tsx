import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { Button, Popover, TextField } from '../ui';
import { usePanel } from './context';
import { planeOf } from './slicePlane';

/** Axes that lie in the plane through three objects: a slice on which all three are seen at their true distances. */
export function PlanePopover(): JSX.Element {
  return (
    <Popover
      label="Plane through three objects"
      trigger={(open, toggle) => (
        <Button kind="quiet" popup="dialog" expanded={open} onClick={toggle}>
          Plane through
        </Button>
      )}
    >
      {(close) => <Form close={close} />}
    </Popover>
  );
}

function Form({ close }: { close: () => void }): JSX.Element {
  const { state, controller } = usePanel();
  const names = state.objects.flatMap(({ id, figure }) => (figure ? [id] : []));
  const [text, setText] = useState(state.kept.through || names.slice(0, 3).join(', '));
  const found = planeOf(text, state.objects);
  const apply = (): void => {
    if (!('plane' in found)) return;
    close();
    const axes = [0, 1].map((index) => ({ type: 'plane', index }) as const);
    controller.keep({ through: text, axes, view: null });
  };
  return (
    <form
      class="rerun plane-through"
      onSubmit={(event) => {
        event.preventDefault();
        apply();
      }}
    >
      <label>
        Objects
        <TextField
          label="Three objects, as in FP1, C4a.2, FP3 (C4a.2 is point 2 of C4a)"
          placeholder="FP1, C4a.2, FP3"
          value={text}
          onInput={setText}
        />
      </label>
      <p class="muted" role="status">
        {'problem' in found ? found.problem : 'C4a.2 is point 2 of C4a.'}
      </p>
      <div class="actions">
        <Button kind="primary" disabled={'problem' in found} onClick={apply}>
          Show
        </Button>
      </div>
    </form>
  );
}
