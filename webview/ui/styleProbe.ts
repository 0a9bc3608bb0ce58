/**
 * While it is imported, the toolkit asks with a style element whether the browser knows `:focus-visible`. Our
 * content security policy refuses that element: a violation is reported and every click would show a focus ring.
 * Until `endStyleProbe` is called, an inert element with a constructed sheet, which the policy allows, answers.
 */
const createElement = document.createElement.bind(document);

function answering(tag: string, options?: ElementCreationOptions): HTMLElement {
  if (tag !== 'style') return createElement(tag, options);
  return Object.assign(createElement('template'), { sheet: new CSSStyleSheet() });
}
Object.defineProperty(document, 'createElement', { value: answering, configurable: true });

export function endStyleProbe(): void {
  Reflect.deleteProperty(document, 'createElement');
}
