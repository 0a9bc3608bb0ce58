import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { State } from '../store';
import { usePanel } from './context';

/** Milliseconds between two announcements of progress: often enough to follow, seldom enough to listen. */
const PAUSE = 4000;

/** Says what goes on to those who do not see it; the end is said at once. */
export function Announcer(): JSX.Element {
  const { state } = usePanel();
  const [said, setSaid] = useState('');
  const latest = useRef(state);
  latest.current = state;
  const timer = useRef<ReturnType<typeof setTimeout> | null>(null);
  const speak = (): void => setSaid(sentence(latest.current));
  useEffect(() => {
    speak();
  }, [state.phase]);
  useEffect(() => {
    if (state.phase !== 'running' || timer.current !== null) return;
    timer.current = setTimeout(() => {
      timer.current = null;
      speak();
    }, PAUSE);
  }, [state.phase, state.progress, state.objects]);
  useEffect(() => () => clearTimeout(timer.current ?? undefined), []);
  return (
    <div class="unseen" aria-live="polite" role="status">
      {said}
    </div>
  );
}

function sentence({ phase, progress, objects, report, failure }: State): string {
  const found = `${String(objects.length)} object${objects.length === 1 ? '' : 's'}`;
  switch (phase) {
    case 'waiting':
      return '';
    case 'running': {
      const share =
        progress?.fraction == null ? '' : `, ${String(Math.round(progress.fraction * 100))} percent`;
      return progress ? `Searching ${progress.stage}${share}. ${found} found.` : 'Reading the file.';
    }
    case 'stopping':
      return 'Stopping.';
    case 'done':
      return report?.search.partial ? `Stopped. ${found} found and kept.` : `Search done. ${found} found.`;
    case 'failed':
      return failure?.message ?? 'The analysis failed.';
  }
}
