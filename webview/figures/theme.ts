import { useEffect, useState } from 'preact/hooks';
import { parseColor } from '../../src/figures/color';
import type { Theme } from '../../src/figures/painter';
import {
  darkTheme,
  highContrastLightTheme,
  highContrastTheme,
  lightTheme,
  monochrome,
} from '../../src/figures/theme';

/**
 * The figures' colours for the editor's current theme: the fixed token table of the theme's kind, with paper,
 * ink, accent and fonts from VS Code's variables. `data-palette` on the body ('high-contrast', 'monochrome')
 * overrides the hues.
 */
export function readTheme(): Theme {
  const body = document.body;
  const style = getComputedStyle(body);
  const variable = (name: string) => style.getPropertyValue(name).trim();
  const color = (name: string, fallback: string) => toHex(variable(name)) ?? fallback;

  const base = tableOf(body);
  const high = base === highContrastTheme || base === highContrastLightTheme;
  const theme: Theme = {
    ...base,
    paper: color('--vscode-editor-background', base.paper),
    ink: high ? base.ink : color('--vscode-foreground', base.ink),
    accent: color('--vscode-focusBorder', base.accent),
    fontFamily: variable('--vscode-font-family') || base.fontFamily,
    monoFamily: variable('--vscode-editor-font-family') || base.monoFamily,
  };
  const palette = body.dataset['palette'];
  if (palette === 'monochrome') return monochrome(theme);
  if (palette === 'high-contrast') {
    const strong =
      base === lightTheme || base === highContrastLightTheme ? highContrastLightTheme : highContrastTheme;
    return {
      ...strong,
      paper: theme.paper,
      accent: theme.accent,
      fontFamily: theme.fontFamily,
      monoFamily: theme.monoFamily,
    };
  }
  return theme;
}

/** The current theme; changes with the editor's. */
export function useTheme(): Theme {
  const [theme, setTheme] = useState(readTheme);
  useEffect(() => {
    const update = () => {
      setTheme((previous) => {
        const next = readTheme();
        return JSON.stringify(next) === JSON.stringify(previous) ? previous : next;
      });
    };
    const observer = new MutationObserver(update);
    const watch = {
      attributes: true,
      attributeFilter: ['class', 'style', 'data-palette', 'data-vscode-theme-kind'],
    };
    observer.observe(document.body, watch);
    observer.observe(document.documentElement, watch);
    const forced = matchMedia('(forced-colors: active)');
    forced.addEventListener('change', update);
    update();
    return () => {
      observer.disconnect();
      forced.removeEventListener('change', update);
    };
  }, []);
  return theme;
}

let forced: MediaQueryList | undefined;

/** True while the system repaints everything in its own few colours. */
export function forcedColors(): boolean {
  return (forced ??= matchMedia('(forced-colors: active)')).matches;
}

function tableOf(body: HTMLElement): Theme {
  const kind = body.dataset['vscodeThemeKind'] ?? '';
  const is = (name: string) => body.classList.contains(name) || kind === name;
  if (is('vscode-high-contrast-light')) return highContrastLightTheme;
  if (is('vscode-high-contrast') || forcedColors()) return highContrastTheme;
  if (is('vscode-light')) return lightTheme;
  return darkTheme;
}

/** Any CSS colour as #rrggbb (translucent ones are taken as opaque); null for none. */
function toHex(color: string): string | null {
  if (color === '') return null;
  if (/^#([0-9a-f]{3,4}|[0-9a-f]{6}|[0-9a-f]{8})$/i.test(color) || /^rgba?\(/i.test(color)) {
    const [r, g, b] = parseColor(color);
    return `#${[r, g, b].map((value) => Math.round(value).toString(16).padStart(2, '0')).join('')}`;
  }
  const context = document.createElement('canvas').getContext('2d');
  if (!context) return null;
  context.fillStyle = color;
  return typeof context.fillStyle === 'string' && context.fillStyle.startsWith('#')
    ? context.fillStyle
    : null;
}
