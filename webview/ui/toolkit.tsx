/**
 * The only importer of the VS Code webview toolkit (archived upstream): typed wrappers of the web components
 * that hold up under our content security policy, axe and the keyboard. What does not is built from native
 * HTML in `native.tsx`, styled alike.
 */
import { endStyleProbe } from './styleProbe';
import {
  provideVSCodeDesignSystem,
  vsCodeButton,
  vsCodeCheckbox,
  vsCodeDivider,
  vsCodeDropdown,
  vsCodeOption,
  vsCodeProgressRing,
  vsCodeTextField,
} from '@vscode/webview-ui-toolkit';
import { createElement, type ComponentChildren, type JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { Icon, type IconName } from './icons';

endStyleProbe();
provideVSCodeDesignSystem().register(
  vsCodeButton(),
  vsCodeCheckbox(),
  vsCodeDivider(),
  vsCodeDropdown(),
  vsCodeOption(),
  vsCodeProgressRing(),
  vsCodeTextField(),
);

/** A custom element with properties and listeners; Preact sets the former and attaches the latter. */
function element(tag: string, props: object, ...children: ComponentChildren[]): JSX.Element {
  return createElement(tag, props, ...children);
}

export interface ButtonProps {
  readonly children?: ComponentChildren;
  readonly icon?: IconName;
  readonly trailingIcon?: IconName;
  /** primary: the one thing to do next; secondary: beside it; quiet: in bars, no background. */
  readonly kind?: 'primary' | 'secondary' | 'quiet';
  /** Needed when there is no text. */
  readonly label?: string;
  readonly disabled?: boolean;
  readonly expanded?: boolean;
  readonly popup?: 'menu' | 'dialog';
  readonly onClick: () => void;
}

export function Button(props: ButtonProps): JSX.Element {
  const {
    children,
    icon,
    trailingIcon,
    kind = 'secondary',
    label,
    disabled,
    expanded,
    popup,
    onClick,
  } = props;
  const host = useRef<HTMLElement>(null);
  useEffect(() => {
    const button = host.current as (HTMLElement & { disabled: boolean }) | null;
    if (button) button.disabled = disabled ?? false;
  }, [disabled]);
  useEffect(() => {
    // The component forwards ARIA properties, not attributes, to the button in its shadow tree.
    const button = host.current as (HTMLElement & Record<string, unknown>) | null;
    if (!button) return;
    if (label !== undefined) button['ariaLabel'] = label;
    button['ariaExpanded'] = expanded === undefined ? null : String(expanded);
    button['ariaHaspopup'] = popup ?? null;
  }, [label, expanded, popup]);
  return element(
    'vscode-button',
    {
      ref: host,
      class: `button ${kind}${children === undefined ? ' icon-only' : ''}`,
      appearance: kind === 'primary' ? 'primary' : 'secondary',
      title: children === undefined ? label : undefined,
      onClick,
    },
    icon && <Icon name={icon} slot={children === undefined ? undefined : 'start'} />,
    children,
    trailingIcon && <Icon name={trailingIcon} slot="end" />,
  );
}

export interface CheckboxProps {
  readonly children: string;
  readonly checked: boolean;
  readonly disabled?: boolean;
  readonly onChange: (checked: boolean) => void;
}

export function Checkbox({ children, checked, disabled, onChange }: CheckboxProps): JSX.Element {
  return element(
    'vscode-checkbox',
    {
      checked,
      disabled: disabled ?? false,
      onchange: (event: Event) => {
        // Also raised when the property is set from outside.
        const now = (event.target as HTMLInputElement).checked;
        if (now !== checked) onChange(now);
      },
    },
    children,
  );
}

export interface DropdownProps {
  readonly label: string;
  readonly value: string;
  readonly options: readonly { readonly value: string; readonly text: string }[];
  readonly disabled?: boolean;
  readonly onChange: (value: string) => void;
}

export function Dropdown({ label, value, options, disabled, onChange }: DropdownProps): JSX.Element {
  const host = useRef<HTMLElement & { value: string }>(null);
  // The value can be set only once the options are slotted.
  useEffect(() => {
    const dropdown = host.current;
    if (!dropdown) return;
    const frame = requestAnimationFrame(() => (dropdown.value = value));
    return () => cancelAnimationFrame(frame);
  }, [value, options]);
  return element(
    'vscode-dropdown',
    {
      ref: host,
      'aria-label': label,
      title: label,
      disabled: disabled ?? false,
      onchange: (event: Event) => onChange((event.target as HTMLSelectElement).value),
    },
    options.map((option) =>
      element(
        'vscode-option',
        { key: option.value, value: option.value, selected: option.value === value },
        option.text,
      ),
    ),
  );
}

export interface TextFieldProps {
  readonly label: string;
  readonly placeholder?: string;
  readonly value: string;
  readonly icon?: IconName;
  readonly onInput: (value: string) => void;
}

export function TextField({ label, placeholder, value, icon, onInput }: TextFieldProps): JSX.Element {
  const host = useRef<HTMLElement>(null);
  // The component calls itself "Text field" when it is connected without visible text.
  useEffect(() => host.current?.setAttribute('aria-label', label), [label]);
  return element(
    'vscode-text-field',
    {
      ref: host,
      placeholder,
      value,
      oninput: (event: Event) => onInput((event.target as HTMLInputElement).value),
    },
    icon && <Icon name={icon} slot="start" />,
  );
}

/** Decoration beside words that say the same: hidden from assistive technology, which hears the live region. */
export function ProgressRing(): JSX.Element {
  return (
    <span class="ring" aria-hidden="true">
      {element('vscode-progress-ring', {})}
    </span>
  );
}

export function Divider(): JSX.Element {
  return element('vscode-divider', { role: 'presentation' });
}
