import { useCallback, useMemo, useState } from 'preact/hooks';
import { formatNumber, MINUS } from '../../src/figures/format';
import type { Painter, Theme } from '../../src/figures/painter';
import {
  drawSpectrum,
  hitSpectrum,
  layoutSpectrum,
  perStep,
  plotted,
  unplotted,
  type SpectrumFigure,
  type SpectrumView,
} from '../../src/figures/spectrum';
import { drawCursor } from '../../src/figures/stateSpace';
import { countObjects, describeObject, neighbour } from './describe';
import { Figure, type Interaction } from './Figure';
import type { SpectrumProps } from './types';

const KEYS =
  'Arrow keys move the cursor, plus and minus zoom, 0 fits, Enter selects, n and p go through the objects, Escape clears.';

/** Multipliers about the unit circle. */
export function Spectrum(props: SpectrumProps) {
  const { objects, selected, onSelect } = props;
  const [view, setView] = useState<SpectrumView | null>(null);
  const [cursor, setCursor] = useState<readonly [number, number] | null>(null);
  const [message, setMessage] = useState('');
  const [size, setSize] = useState({ width: 0, height: 0 });
  const figure = useMemo(
    (): SpectrumFigure => ({
      objects,
      selected,
      perStep: props.perStep,
      compact: props.compact ?? false,
      view,
    }),
    [objects, selected, props.perStep, props.compact, view],
  );
  const layout = useMemo(() => layoutSpectrum(size.width, size.height, figure), [figure, size]);

  const pointAt = (px: number, py: number) => {
    setCursor([layout.x.from(px), layout.y.from(py)]);
    const hit = hitSpectrum(layout, figure, px, py);
    const object = objects.find(({ id }) => id === hit?.id);
    const value = hit ? object?.multipliers[hit.index] : undefined;
    if (object && value) {
      const shown = props.perStep ? perStep(value, object.order) : value;
      setMessage(
        `${describeObject(object)}   λ = ${complex(shown.re, shown.im)}   |λ| = ${formatNumber(Math.hypot(shown.re, shown.im), 4)}`,
      );
    } else {
      const at = unplotted(layout.x.from(px), layout.y.from(py), layout.squeezed);
      setMessage(`λ = ${complex(at.re, at.im)}   |λ| = ${formatNumber(Math.hypot(at.re, at.im), 3)}`);
    }
  };
  const zoom = (px: number, py: number, factor: number) => {
    const half = (layout.frame.width < layout.frame.height ? layout.x : layout.y).domain;
    const [cx, cy] = [
      (layout.x.domain[0] + layout.x.domain[1]) / 2,
      (layout.y.domain[0] + layout.y.domain[1]) / 2,
    ];
    const [fx, fy] = [layout.x.from(px), layout.y.from(py)];
    const next = (half[1] - half[0]) / 2 / factor;
    if (next > 1e-9 && next < 1e6)
      setView({ re: fx + (cx - fx) / factor, im: fy + (cy - fy) / factor, half: next });
  };
  const select = (id: string) => {
    onSelect(id);
    const object = objects.find((candidate) => candidate.id === id);
    if (!object) return;
    setMessage(describeObject(object));
    const leading = object.multipliers[0];
    if (leading)
      setCursor(plotted(props.perStep ? perStep(leading, object.order) : leading, layout.squeezed));
  };

  const interaction: Interaction = {
    onHover: pointAt,
    onLeave: () => {
      setCursor(null);
      setMessage('');
    },
    onClick: (px, py) => {
      const hit = hitSpectrum(layout, figure, px, py);
      if (hit) select(hit.id);
      return true;
    },
    onDoubleClick: () => {
      setView(null);
    },
    onDrag: (dx, dy) => {
      const half = (layout.frame.width < layout.frame.height ? layout.x : layout.y).domain;
      setView({
        re: (layout.x.domain[0] + layout.x.domain[1]) / 2 - dx / layout.x.slope,
        im: (layout.y.domain[0] + layout.y.domain[1]) / 2 - dy / layout.y.slope,
        half: (half[1] - half[0]) / 2,
      });
    },
    onZoom: zoom,
    onKey: (event) => {
      const [px, py] = cursor
        ? [layout.x.to(cursor[0]), layout.y.to(cursor[1])]
        : [layout.x.to(0), layout.y.to(0)];
      const step = event.shiftKey ? 2 : 10;
      switch (event.key) {
        case 'ArrowLeft':
          pointAt(px - step, py);
          return true;
        case 'ArrowRight':
          pointAt(px + step, py);
          return true;
        case 'ArrowUp':
          pointAt(px, py - step);
          return true;
        case 'ArrowDown':
          pointAt(px, py + step);
          return true;
        case '+':
        case '=':
          zoom(px, py, 1.25);
          return true;
        case '-':
          zoom(px, py, 0.8);
          return true;
        case '0':
          setView(null);
          return true;
        case 'Enter': {
          const hit = hitSpectrum(layout, figure, px, py);
          if (hit) select(hit.id);
          return true;
        }
        case 'n':
        case 'p': {
          const next = neighbour(objects, selected, event.key === 'n' ? 1 : -1);
          if (next) select(next.id);
          return true;
        }
        case 'Escape':
          setCursor(null);
          setMessage('');
          onSelect(null);
          return true;
        default:
          return false;
      }
    },
  };

  const draw = useCallback(
    (painter: Painter, theme: Theme) => {
      drawSpectrum(painter, figure, theme);
    },
    [figure],
  );
  const overlay = useCallback(
    (painter: Painter, theme: Theme) => {
      if (cursor) drawCursor(painter, layout.x.to(cursor[0]), layout.y.to(cursor[1]), theme);
    },
    [cursor, layout],
  );
  return (
    <Figure
      label={`Multipliers about the unit circle: ${countObjects(objects)}. ${KEYS}`}
      title="Multipliers"
      draw={draw}
      overlay={overlay}
      interaction={interaction}
      readout={message}
      handle={props.handle}
      minHeight={200}
      onSize={(width, height) => {
        setSize({ width, height });
      }}
    />
  );
}

function complex(re: number, im: number): string {
  const imaginary = formatNumber(Math.abs(im), 4);
  return `${formatNumber(re, 4)} ${im < 0 ? MINUS : '+'} ${imaginary} i`;
}
