import type { JSX } from 'preact';

/** 16 x 16 outlines in the manner of VS Code's own icons; 1 px strokes on half pixels. */
const paths = {
  rerun: 'M13.5 8a5.5 5.5 0 1 1-1.7-3.98M13.5 1.8v3h-3',
  export: 'M2.5 3.5v9M4.5 8h8.5M10 5l3 3-3 3',
  chevron: 'M3.5 6 8 10.5 12.5 6',
  gear: 'M8 5.7a2.3 2.3 0 1 0 0 4.6 2.3 2.3 0 0 0 0-4.6zM6.9 1.6h2.2l.4 1.8 1 .42 1.56-1 1.55 1.56-.98 1.56.42 1 1.8.4v2.2l-1.8.4-.42 1 .98 1.56-1.55 1.55-1.56-.98-1 .42-.4 1.8H6.9l-.4-1.8-1-.42-1.56.98-1.55-1.55.98-1.56-.42-1-1.8-.4V6.9l1.8-.4.42-1-.98-1.56L3.94 2.4l1.56.98 1-.42z',
  stop: 'M4.5 4.5h7v7h-7z',
  play: 'M5 3.2v9.6L12.5 8z',
  pause: 'M5.5 3.5v9M10.5 3.5v9',
  info: 'M8 1.9a6.1 6.1 0 1 0 0 12.2A6.1 6.1 0 0 0 8 1.9zM8 7.2v3.9M8 4.7v1.2',
  warning: 'M8 2.2 14.4 13.6H1.6zM8 6.4v3.7M8 11.2v1.1',
  error: 'M8 1.9a6.1 6.1 0 1 0 0 12.2A6.1 6.1 0 0 0 8 1.9zM5.6 5.6l4.8 4.8M10.4 5.6l-4.8 4.8',
  question:
    'M8 1.9a6.1 6.1 0 1 0 0 12.2A6.1 6.1 0 0 0 8 1.9zM6.1 6.3c0-1.1.8-1.9 1.9-1.9s1.9.7 1.9 1.7c0 1.5-1.9 1.5-1.9 3M8 10.6v1.1',
  proven:
    'M8 1.6l1.6 1.2 2-.1.6 1.9 1.7 1.1-.7 1.9.7 1.9-1.7 1.1-.6 1.9-2-.1L8 13.6l-1.6-1.2-2 .1-.6-1.9-1.7-1.1.7-1.9-.7-1.9 1.7-1.1.6-1.9 2 .1zM5.6 7.7l1.7 1.7 3.2-3.4',
  search: 'M7 2.5a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9zM10.3 10.3 14 14',
  close: 'M3.5 3.5l9 9M12.5 3.5l-9 9',
  clear: 'M2.5 4.5h11M6 4.3V2.5h4v1.8M4 4.7l.6 8.8h6.8l.6-8.8M6.6 7v4M9.4 7v4',
  up: 'M8 13V3.4M4 7.2l4-4 4 4',
  down: 'M8 3v9.6M4 8.8l4 4 4-4',
} as const;

export type IconName = keyof typeof paths;

export function Icon({ name, slot }: { name: IconName; slot?: string | undefined }): JSX.Element {
  return (
    <svg
      class={`icon icon-${name}`}
      slot={slot}
      width="16"
      height="16"
      viewBox="0 0 16 16"
      aria-hidden="true"
    >
      <path d={paths[name]} />
    </svg>
  );
}
