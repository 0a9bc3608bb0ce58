import type { Ref } from 'preact';
import { useEffect, useImperativeHandle, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { Painter, Theme } from '../../src/figures/painter';
import { svgPainter } from '../../src/figures/svgPainter';
import { canvasPainter } from './canvasPainter';
import { PlotCanvas, type PlotScene } from './plotCanvas';
import { forcedColors, useTheme } from './theme';
import type { FigureHandle } from './types';

/** What a figure does with the pointer and the keyboard; positions in CSS pixels of the canvas. */
export interface Interaction {
  readonly onHover?: (x: number, y: number) => void;
  readonly onLeave?: () => void;
  /** Returns true when the click was used at once (an object was hit); otherwise `onSettledClick` follows. */
  readonly onClick?: (x: number, y: number) => boolean;
  /** A click that did not become a double click. */
  readonly onSettledClick?: (x: number, y: number) => void;
  readonly onDoubleClick?: () => void;
  readonly onDrag?: (dx: number, dy: number, shift: boolean) => void;
  /** factor > 1 zooms in. */
  readonly onZoom?: (x: number, y: number, factor: number) => void;
  /** Returns true when the key was used. */
  readonly onKey?: (event: KeyboardEvent) => boolean;
}

export interface FigureFrameProps {
  /** Says what there is to see, and the keys; changes rarely. */
  readonly label: string;
  /** Title of the exported file. */
  readonly title: string;
  /** Pure drawing, without cursor; redrawn when its identity changes, so keep it in `useCallback`. */
  readonly draw: (painter: Painter, theme: Theme) => void;
  /** What follows the cursor, on a canvas above: cheap to redraw. Not exported. */
  readonly overlay?: ((painter: Painter, theme: Theme) => void) | null;
  /** What is exported, where that is more than `draw`. */
  readonly exported?: (painter: Painter, theme: Theme) => void;
  /** Of a figure whose plots may take long to draw; changes with `draw`. */
  readonly plots?: Pick<PlotScene, 'view' | 'wider'>;
  readonly interaction: Interaction;
  /** Line under the figure; announced politely, at most four times a second. */
  readonly readout: string;
  /** Lines that are kept free for it, so that the figure keeps its size. */
  readonly readoutLines?: number;
  readonly handle?: Ref<FigureHandle> | undefined;
  readonly pointer?: 'crosshair' | 'grab' | 'default';
  readonly minHeight?: number;
  /** Told the drawing area's size after layout. */
  readonly onSize?: (width: number, height: number) => void;
}

const DOUBLE_CLICK_MS = 240;
const DRAG_FROM = 4;

/** A canvas that redraws with its props, its size, the theme and the pixel ratio, and a readout beneath. */
export function Figure(props: FigureFrameProps) {
  const {
    label,
    title,
    draw,
    overlay,
    exported = draw,
    plots,
    interaction,
    readout,
    readoutLines,
    handle,
    pointer = 'crosshair',
    minHeight = 160,
  } = props;
  const theme = useTheme();
  const area = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const above = useRef<HTMLCanvasElement>(null);
  const size = useRef({ width: 0, height: 0 });
  const [revision, setRevision] = useState(0);
  const [focused, setFocused] = useState(false);
  const current = useRef(props);
  current.current = props;

  // Size.
  useLayoutEffect(() => {
    const element = area.current;
    if (!element) return;
    const measure = () => {
      const { clientWidth, clientHeight } = element;
      if (clientWidth === size.current.width && clientHeight === size.current.height) return;
      size.current = { width: clientWidth, height: clientHeight };
      current.current.onSize?.(clientWidth, clientHeight);
      setRevision((previous) => previous + 1);
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    const onRatio = () => {
      setRevision((previous) => previous + 1);
    };
    window.addEventListener('resize', onRatio);
    return () => {
      observer.disconnect();
      window.removeEventListener('resize', onRatio);
    };
  }, []);

  const kept = useRef<PlotCanvas | null>(null);
  useEffect(
    () => () => {
      kept.current?.dispose();
    },
    [],
  );

  // Drawing: once a frame, however often the props changed.
  useLayoutEffect(() => {
    if (plots && canvas.current) {
      kept.current ??= new PlotCanvas(canvas.current);
      kept.current.show({ draw, ...plots }, theme, size.current);
      return;
    }
    const request = requestAnimationFrame(() => {
      render(canvas.current, size.current, theme, true, (painter) => {
        draw(painter, theme);
      });
    });
    return () => {
      cancelAnimationFrame(request);
    };
  }, [draw, plots, theme, revision]);
  useLayoutEffect(() => {
    const request = requestAnimationFrame(() => {
      render(above.current, size.current, theme, false, (painter) => overlay?.(painter, theme));
    });
    return () => {
      cancelAnimationFrame(request);
    };
  }, [overlay, theme, revision]);

  useImperativeHandle(
    handle ?? null,
    (): FigureHandle => ({
      toSvg() {
        const { width, height } = exportSize(size.current);
        const painter = svgPainter(width, height, theme, title);
        exported(painter, theme);
        return painter.toSvg();
      },
      async toPng(scale = 2) {
        const { width, height } = exportSize(size.current);
        const element = document.createElement('canvas');
        element.width = Math.round(width * scale);
        element.height = Math.round(height * scale);
        await document.fonts.ready;
        paint(element, scale, width, height, theme, true, (painter) => {
          exported(painter, theme);
        });
        return element.toDataURL('image/png').slice('data:image/png;base64,'.length);
      },
    }),
    [theme, title, exported],
  );

  usePointer(canvas, current);

  return (
    <div
      class="figure"
      style={{ display: 'flex', flexDirection: 'column', width: '100%', height: '100%', minHeight: 0 }}
    >
      <div ref={area} style={{ position: 'relative', flex: '1 1 auto', minHeight: `${String(minHeight)}px` }}>
        <canvas
          ref={canvas}
          class="figure-canvas"
          role="application"
          aria-label={label}
          tabIndex={0}
          style={{
            position: 'absolute',
            inset: '0',
            width: '100%',
            height: '100%',
            cursor: pointer,
            touchAction: 'none',
            outline: focused ? '1px solid var(--vscode-focusBorder)' : 'none',
            outlineOffset: '-1px',
          }}
          onFocus={(event) => {
            setFocused(event.currentTarget.matches(':focus-visible'));
          }}
          onBlur={() => {
            setFocused(false);
          }}
          onKeyDown={(event) => {
            if (event.ctrlKey || event.metaKey || event.altKey) return;
            if (interaction.onKey?.(event)) {
              event.preventDefault();
              event.stopPropagation();
            }
          }}
        />
        <canvas
          ref={above}
          aria-hidden="true"
          style={{ position: 'absolute', inset: '0', width: '100%', height: '100%', pointerEvents: 'none' }}
        />
      </div>
      <Readout text={readout} lines={readoutLines} />
    </div>
  );
}

function exportSize(size: { width: number; height: number }) {
  return { width: size.width || 720, height: size.height || 720 };
}

/** Draws on a canvas of the page at the screen's pixel ratio. */
function render(
  element: HTMLCanvasElement | null,
  { width, height }: { readonly width: number; readonly height: number },
  theme: Theme,
  opaque: boolean,
  draw: (painter: Painter) => void,
): void {
  if (!element || width === 0 || height === 0) return;
  const ratio = window.devicePixelRatio || 1;
  const [w, h] = [Math.round(width * ratio), Math.round(height * ratio)];
  if (element.width !== w) element.width = w;
  if (element.height !== h) element.height = h;
  paint(element, ratio, width, height, theme, opaque, draw);
}

function paint(
  element: HTMLCanvasElement,
  ratio: number,
  width: number,
  height: number,
  theme: Theme,
  opaque: boolean,
  draw: (painter: Painter) => void,
): void {
  const context = element.getContext('2d');
  if (!context) return;
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.globalAlpha = 1;
  if (opaque) {
    context.fillStyle = theme.paper;
    context.fillRect(0, 0, width, height);
  } else context.clearRect(0, 0, width, height);
  draw(canvasPainter(context, width, height, theme, { halos: !forcedColors() }));
}

/** The line under a figure. */
function Readout({ text, lines }: { readonly text: string; readonly lines: number | undefined }) {
  const shown = useThrottled(text, 250);
  return (
    <div
      class="figure-readout"
      role="status"
      aria-live="polite"
      style={{
        flex: '0 0 auto',
        minHeight: lines === undefined ? '18px' : `${String(10 + 16 * lines)}px`,
        padding: '4px 16px 6px',
        fontSize: 'calc(var(--vscode-font-size, 13px) - 2px)',
        lineHeight: '16px',
        color: 'var(--vscode-descriptionForeground)',
        fontVariantNumeric: 'tabular-nums lining-nums',
        overflowWrap: 'anywhere',
      }}
    >
      {shown}
    </div>
  );
}

/** The value, changing at most every `interval` milliseconds; the last one always arrives. */
export function useThrottled<T>(value: T, interval: number): T {
  const [shown, setShown] = useState(value);
  const last = useRef(0);
  useEffect(() => {
    const wait = Math.max(0, last.current + interval - performance.now());
    const timer = setTimeout(() => {
      last.current = performance.now();
      setShown(() => value);
    }, wait);
    return () => {
      clearTimeout(timer);
    };
  }, [value, interval]);
  return shown;
}

/** Mouse, pen, touch and wheel on the canvas. */
function usePointer(
  canvas: { readonly current: HTMLCanvasElement | null },
  props: { readonly current: FigureFrameProps },
): void {
  useEffect(() => {
    const element = canvas.current;
    if (!element) return;
    const down = new Map<number, { x: number; y: number }>();
    let moved = false;
    let pinched = false;
    let pending: ReturnType<typeof setTimeout> | undefined;
    const at = (event: MouseEvent) => {
      const box = element.getBoundingClientRect();
      return { x: event.clientX - box.left, y: event.clientY - box.top };
    };
    const interaction = () => props.current.interaction;

    const onDown = (event: PointerEvent) => {
      if (event.button !== 0) return;
      element.setPointerCapture(event.pointerId);
      if (down.size === 0) {
        moved = false;
        pinched = false;
      }
      down.set(event.pointerId, at(event));
    };
    const onMove = (event: PointerEvent) => {
      const position = at(event);
      const start = down.get(event.pointerId);
      if (!start) {
        interaction().onHover?.(position.x, position.y);
        return;
      }
      if (down.size === 2) {
        pinched = true;
        const other = [...down].find(([id]) => id !== event.pointerId)![1];
        const before = Math.hypot(start.x - other.x, start.y - other.y);
        const after = Math.hypot(position.x - other.x, position.y - other.y);
        if (before > 8 && after > 8)
          interaction().onZoom?.((position.x + other.x) / 2, (position.y + other.y) / 2, after / before);
        down.set(event.pointerId, position);
        return;
      }
      if (!moved && Math.hypot(position.x - start.x, position.y - start.y) < DRAG_FROM) return;
      moved = true;
      interaction().onDrag?.(position.x - start.x, position.y - start.y, event.shiftKey);
      down.set(event.pointerId, position);
    };
    const onUp = (event: PointerEvent) => {
      const start = down.get(event.pointerId);
      down.delete(event.pointerId);
      if (!start || moved || pinched || event.type === 'pointercancel') return;
      const { x, y } = at(event);
      if (pending !== undefined) {
        clearTimeout(pending);
        pending = undefined;
        interaction().onDoubleClick?.();
        return;
      }
      const used = interaction().onClick?.(x, y) ?? false;
      pending = setTimeout(() => {
        pending = undefined;
        if (!used) interaction().onSettledClick?.(x, y);
      }, DOUBLE_CLICK_MS);
    };
    const onLeave = () => {
      interaction().onLeave?.();
    };
    const onWheel = (event: WheelEvent) => {
      if (!interaction().onZoom) return;
      event.preventDefault();
      const { x, y } = at(event);
      const lines = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 16 : 1;
      const speed = event.ctrlKey ? 0.01 : 0.0016;
      interaction().onZoom?.(x, y, Math.exp(-Math.max(-240, Math.min(240, event.deltaY * lines)) * speed));
    };
    element.addEventListener('pointerdown', onDown);
    element.addEventListener('pointermove', onMove);
    element.addEventListener('pointerup', onUp);
    element.addEventListener('pointercancel', onUp);
    element.addEventListener('pointerleave', onLeave);
    element.addEventListener('wheel', onWheel, { passive: false });
    return () => {
      clearTimeout(pending);
      element.removeEventListener('pointerdown', onDown);
      element.removeEventListener('pointermove', onMove);
      element.removeEventListener('pointerup', onUp);
      element.removeEventListener('pointercancel', onUp);
      element.removeEventListener('pointerleave', onLeave);
      element.removeEventListener('wheel', onWheel);
    };
  }, []);
}
