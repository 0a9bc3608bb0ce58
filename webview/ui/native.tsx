/** Controls the toolkit lacks or has with a fault, from native HTML and styled alike. */
import type { ComponentChildren, JSX } from 'preact';
import { useId, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { Button, type ButtonProps } from './toolkit';

export interface TabsProps<T extends string> {
  readonly label: string;
  readonly tabs: readonly { readonly id: T; readonly text: string }[];
  readonly selected: T;
  readonly onSelect: (tab: T) => void;
  /** What stands at the right end of the row. */
  readonly children?: ComponentChildren;
}

/** The id of the panel that a tab controls. */
export const panelId = (tab: string): string => `panel-${tab}`;
export const tabId = (tab: string): string => `tab-${tab}`;

/**
 * ARIA tabs with arrow keys. Not the toolkit's panels: they keep every view mounted and leave no room for the
 * tools of a view in the row of the tabs.
 */
export function Tabs<T extends string>({
  label,
  tabs,
  selected,
  onSelect,
  children,
}: TabsProps<T>): JSX.Element {
  const list = useRef<HTMLDivElement>(null);
  const move = (event: KeyboardEvent): void => {
    const at = tabs.findIndex((tab) => tab.id === selected);
    const last = tabs.length - 1;
    const to =
      event.key === 'ArrowRight' ? (at === last ? 0 : at + 1)
      : event.key === 'ArrowLeft' ? (at === 0 ? last : at - 1)
      : event.key === 'Home' ? 0
      : event.key === 'End' ? last
      : -1; // prettier-ignore
    const tab = tabs[to];
    if (!tab) return;
    event.preventDefault();
    onSelect(tab.id);
    list.current?.querySelector<HTMLElement>(`#${tabId(tab.id)}`)?.focus();
  };
  return (
    <div class="tab-row">
      <div class="tabs" role="tablist" aria-label={label} ref={list} onKeyDown={move}>
        {tabs.map((tab) => (
          <button
            key={tab.id}
            type="button"
            class="tab"
            role="tab"
            id={tabId(tab.id)}
            aria-selected={tab.id === selected}
            aria-controls={panelId(tab.id)}
            tabIndex={tab.id === selected ? 0 : -1}
            onClick={() => onSelect(tab.id)}
          >
            {tab.text}
          </button>
        ))}
      </div>
      {children}
    </div>
  );
}

/** Two or three words of which one holds: native radio buttons in one frame. */
export function Segments<T extends string>(props: {
  readonly label: string;
  readonly options: readonly { readonly value: T; readonly text: string; readonly disabled?: boolean }[];
  readonly value: T;
  readonly onChange: (value: T) => void;
}): JSX.Element {
  const name = useId();
  return (
    <fieldset class="segments">
      <legend class="unseen">{props.label}</legend>
      {props.options.map((option) => (
        <label key={option.value} class={option.value === props.value ? 'segment chosen' : 'segment'}>
          <input
            type="radio"
            name={name}
            class="unseen"
            checked={option.value === props.value}
            disabled={option.disabled ?? false}
            onChange={() => props.onChange(option.value)}
          />
          {option.text}
        </label>
      ))}
    </fieldset>
  );
}

/** A button that reads like a link. The toolkit's link is an anchor, and these go nowhere. */
export function LinkButton(props: {
  readonly children: ComponentChildren;
  readonly label?: string;
  readonly onClick: () => void;
}): JSX.Element {
  return (
    <button type="button" class="link" aria-label={props.label} onClick={props.onClick}>
      {props.children}
    </button>
  );
}

/** Whole or decimal numbers within bounds; the toolkit's text field knows no numbers. */
export function NumberField(props: {
  readonly label: string;
  readonly unit?: string;
  readonly value: number;
  readonly min: number;
  readonly max: number;
  readonly onChange: (value: number) => void;
}): JSX.Element {
  return (
    <label class="number-field">
      <span>{props.label}</span>
      <input
        type="number"
        value={props.value}
        min={props.min}
        max={props.max}
        step={1}
        onInput={(event) => {
          const value = event.currentTarget.valueAsNumber;
          if (value >= props.min && value <= props.max) props.onChange(value);
        }}
      />
      <span class="unit">{props.unit ?? ''}</span>
    </label>
  );
}

/** Closes on Escape, on a press outside and when focus leaves; gives focus back on Escape. */
function useDismiss(open: boolean, close: () => void, refocus: () => void) {
  const box = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    if (!open) return;
    const outside = (event: Event): void => {
      if (!(event.target instanceof Node) || !box.current?.contains(event.target)) close();
    };
    const escape = (event: KeyboardEvent): void => {
      if (event.key !== 'Escape') return;
      event.stopPropagation();
      close();
      refocus();
    };
    const node = box.current;
    document.addEventListener('pointerdown', outside);
    document.addEventListener('focusin', outside);
    node?.addEventListener('keydown', escape);
    return () => {
      document.removeEventListener('pointerdown', outside);
      document.removeEventListener('focusin', outside);
      node?.removeEventListener('keydown', escape);
    };
  }, [open]);
  return box;
}

export interface PopoverProps {
  /** Draws the control that opens it. */
  readonly trigger: (open: boolean, toggle: () => void) => JSX.Element;
  readonly label: string;
  readonly align?: 'start' | 'end';
  readonly children: (close: () => void) => ComponentChildren;
}

/** A small non-modal dialog below its trigger. */
export function Popover({ trigger, label, align = 'end', children }: PopoverProps): JSX.Element {
  const [open, setOpen] = useState(false);
  const panel = useRef<HTMLDivElement>(null);
  const refocus = (): void => box.current?.querySelector<HTMLElement>('button, vscode-button')?.focus();
  const close = (): void => setOpen(false);
  const box = useDismiss(open, close, refocus);
  useLayoutEffect(() => {
    if (open) panel.current?.focus();
  }, [open]);
  return (
    <div class="popover" ref={box}>
      {trigger(open, () => setOpen(!open))}
      {open && (
        <div class={`popover-panel ${align}`} role="dialog" aria-label={label} tabIndex={-1} ref={panel}>
          {children(() => {
            close();
            refocus();
          })}
        </div>
      )}
    </div>
  );
}

export interface MenuProps extends Pick<ButtonProps, 'icon' | 'kind' | 'label'> {
  readonly text: string;
  readonly disabled?: boolean;
  readonly groups: readonly {
    readonly label: string;
    readonly items: readonly { readonly text: string; readonly detail?: string; readonly run: () => void }[];
  }[];
}

/** Menu button (ARIA authoring practices): arrows, Home, End, first letters, Escape. */
export function Menu({ text, icon, kind = 'quiet', label, disabled, groups }: MenuProps): JSX.Element {
  const [open, setOpen] = useState(false);
  const list = useRef<HTMLDivElement>(null);
  const close = (): void => setOpen(false);
  const refocus = (): void => box.current?.querySelector<HTMLElement>('vscode-button')?.focus();
  const box = useDismiss(open, close, refocus);
  const entries = (): HTMLElement[] => [
    ...(list.current?.querySelectorAll<HTMLElement>('[role=menuitem]') ?? []),
  ];
  useLayoutEffect(() => {
    if (open) entries()[0]?.focus();
  }, [open]);
  const keys = (event: KeyboardEvent): void => {
    const all = entries();
    const at = all.indexOf(document.activeElement as HTMLElement);
    const letter = event.key.length === 1 ? event.key.toLowerCase() : null;
    const to =
      event.key === 'ArrowDown' ? all[(at + 1) % all.length]
      : event.key === 'ArrowUp' ? all[(at - 1 + all.length) % all.length]
      : event.key === 'Home' ? all[0]
      : event.key === 'End' ? all.at(-1)
      : letter !== null && letter !== ' '
        ? [...all.slice(at + 1), ...all].find((item) => item.textContent?.toLowerCase().startsWith(letter))
      : undefined; // prettier-ignore
    if (!to) return;
    event.preventDefault();
    to.focus();
  };
  return (
    <div class="popover" ref={box}>
      <Button
        kind={kind}
        {...(icon && { icon })}
        {...(label && { label })}
        trailingIcon="chevron"
        popup="menu"
        expanded={open}
        disabled={disabled ?? false}
        onClick={() => setOpen(!open)}
      >
        {text}
      </Button>
      {open && (
        <div
          class="popover-panel end menu"
          role="menu"
          aria-label={label ?? text}
          ref={list}
          onKeyDown={keys}
        >
          {groups.map((group) => (
            <div key={group.label} role="group" aria-label={group.label} class="menu-group">
              <div class="menu-head" aria-hidden="true">
                {group.label}
              </div>
              {group.items.map((item) => (
                <button
                  key={item.text}
                  type="button"
                  role="menuitem"
                  tabIndex={-1}
                  class="menu-item"
                  onClick={() => {
                    close();
                    refocus();
                    item.run();
                  }}
                >
                  <span>{item.text}</span>
                  {item.detail !== undefined && <span class="detail">{item.detail}</span>}
                </button>
              ))}
            </div>
          ))}
        </div>
      )}
    </div>
  );
}
