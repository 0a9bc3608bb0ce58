import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { SearchOptions } from '../../src/protocol/job';
import { Button, Checkbox, NumberField, Popover } from '../ui';
import { usePanel } from './context';

/** Bounds of what can be asked for here; the settings have the same. */
const MAX_ORDER = 1000;
const MAX_SECONDS = 86_400;
const MAX_THREADS = 256;

/** Search again, with other limits if wanted. */
export function RerunPopover(): JSX.Element {
  const { state } = usePanel();
  const busy = state.phase === 'running' || state.phase === 'stopping' || state.phase === 'waiting';
  return (
    <Popover
      label="Search again"
      trigger={(open, toggle) => (
        <Button
          kind="quiet"
          icon="rerun"
          popup="dialog"
          expanded={open}
          disabled={busy || !state.search}
          onClick={toggle}
        >
          Re-run
        </Button>
      )}
    >
      {(close) => state.search && <Form search={state.search} close={close} />}
    </Popover>
  );
}

function Form({ search, close }: { search: SearchOptions; close: () => void }): JSX.Element {
  const { controller } = usePanel();
  const [options, setOptions] = useState(search);
  useEffect(() => setOptions(search), [search]);
  const set = (change: Partial<SearchOptions>): void => setOptions({ ...options, ...change });
  const run = (): void => {
    close();
    const { maxOrder, timeLimit, seed, threads, certify } = options;
    controller.rerun({ maxOrder, timeLimit, seed, threads, certify });
  };
  return (
    <form
      class="rerun"
      onSubmit={(event) => {
        event.preventDefault();
        run();
      }}
    >
      <NumberField
        label="Highest order"
        value={options.maxOrder}
        min={1}
        max={MAX_ORDER}
        onChange={(maxOrder) => set({ maxOrder })}
      />
      <NumberField
        label="Time limit"
        unit="s"
        value={options.timeLimit}
        min={1}
        max={MAX_SECONDS}
        onChange={(timeLimit) => set({ timeLimit })}
      />
      <NumberField
        label="Seed"
        value={options.seed}
        min={0}
        max={2 ** 31 - 1}
        onChange={(seed) => set({ seed })}
      />
      <NumberField
        label="Threads"
        value={options.threads}
        min={1}
        max={MAX_THREADS}
        onChange={(threads) => set({ threads })}
      />
      <Checkbox checked={options.certify} onChange={(certify) => set({ certify })}>
        Prove completeness where possible
      </Checkbox>
      <div class="actions">
        <Button kind="primary" onClick={run}>
          Run
        </Button>
      </div>
    </form>
  );
}
