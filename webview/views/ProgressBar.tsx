import type { JSX } from 'preact';
import { usePanel } from './context';

/** Two pixels under the header while a search runs; its place is kept, so nothing moves when it goes. */
export function ProgressBar(): JSX.Element {
  const { phase, progress } = usePanel().state;
  const busy = phase === 'running' || phase === 'stopping' || phase === 'waiting';
  const fraction = progress?.fraction ?? null;
  if (!busy) return <div class="progress" />;
  return (
    <div
      class={fraction === null ? 'progress busy unknown' : 'progress busy'}
      role="progressbar"
      aria-label="Search"
      aria-valuemin={0}
      aria-valuemax={100}
      {...(fraction !== null && { 'aria-valuenow': Math.round(fraction * 100) })}
    >
      <span style={fraction === null ? {} : { width: `${String(fraction * 100)}%` }} />
    </div>
  );
}
