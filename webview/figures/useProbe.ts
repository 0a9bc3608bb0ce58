import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import type { Probe } from '../../src/core/report/scene';

const REST_MS = 140;

/**
 * Asks for the map at the cursor once it rests. Only the latest answer counts; a failed probe leaves the readout
 * as it was.
 */
export function useProbe(onProbe: (state: number[]) => Promise<Probe>): {
  readonly probe: Probe | null;
  readonly ask: (state: number[] | null) => void;
} {
  const [probe, setProbe] = useState<Probe | null>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const turn = useRef(0);
  const latest = useRef(onProbe);
  latest.current = onProbe;
  const ask = useCallback((state: number[] | null) => {
    clearTimeout(timer.current);
    const mine = ++turn.current;
    setProbe(null);
    if (!state) return;
    timer.current = setTimeout(() => {
      latest.current(state).then(
        (answer) => {
          if (mine === turn.current) setProbe(answer);
        },
        () => undefined,
      );
    }, REST_MS);
  }, []);
  useEffect(
    () => () => {
      turn.current++;
      clearTimeout(timer.current);
    },
    [],
  );
  return { probe, ask };
}
