// @ts-check
/** The gestures of a user in a VS Code workbench, for the smoke run and the end-to-end tests. */
import { setTimeout as delay } from 'node:timers/promises';

/** @typedef {import('playwright-core').Page} Page */
/** @typedef {import('playwright-core').Frame} Frame */

const PATIENCE_MS = 30_000;

/** Opens the workbench and waits until its Explorer shows. @param {Page} page @param {string} url */
export async function openWorkbench(page, url) {
  await page.goto(url);
  await page.locator('.explorer-folders-view .monaco-list-row').first().waitFor({ timeout: 60_000 });
}

/**
 * A file or folder in the Explorer, by its exact name.
 * @param {Page} page @param {string} name
 */
export function explorerItem(page, name) {
  const label = page.locator('.monaco-icon-label .label-name', { hasText: new RegExp(`^${escape(name)}$`) });
  return page.locator('.explorer-folders-view .monaco-list-row', { has: label });
}

/** @param {string} text */
function escape(text) {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

/** Opens the folders on the way and returns the item at the end. @param {Page} page @param {string} path */
export async function revealInExplorer(page, path) {
  const names = path.split('/');
  for (const [depth, name] of names.entries()) {
    const item = explorerItem(page, name);
    await item.waitFor({ timeout: PATIENCE_MS });
    if (depth < names.length - 1 && (await item.getAttribute('aria-expanded')) === 'false')
      await item.click();
  }
  return explorerItem(page, names.at(-1) ?? path);
}

/** Chooses an entry of an open context menu. @param {Page} page @param {string} label */
export async function chooseFromMenu(page, label) {
  const entry = page.locator('.monaco-menu .action-menu-item', { hasText: label });
  await entry.waitFor({ timeout: PATIENCE_MS });
  await entry.hover();
  await entry.click();
}

/** Right-clicks a file in the Explorer and analyzes it. @param {Page} page @param {string} path */
export async function analyzeFromExplorer(page, path) {
  const item = await revealInExplorer(page, path);
  await item.click({ button: 'right' });
  await chooseFromMenu(page, 'Analyze RNN Dynamics');
}

/**
 * The frame of the visible panel whose content matches; webviews are frames within frames.
 * @param {Page} page @param {string} selector something that only the wanted panel shows
 * @param {number} [timeout]
 * @returns {Promise<Frame>}
 */
export async function panelFrame(page, selector, timeout = PATIENCE_MS) {
  const end = Date.now() + timeout;
  while (Date.now() < end) {
    for (const frame of page.frames()) {
      if (frame.name() !== 'active-frame' && !/fake\.html/.test(frame.url())) continue;
      const shown = await frame
        .locator(selector)
        .first()
        .isVisible()
        .catch(() => false);
      if (shown) return frame;
    }
    await delay(50);
  }
  throw new Error(`No panel shows ${selector} within ${timeout} ms`);
}

/** Runs a command by its title. @param {Page} page @param {string} title */
export async function runCommand(page, title) {
  const input = page.locator('.quick-input-widget:visible input[type=text]').first();
  // A key that reaches a webview while it is loading is lost.
  for (let tries = 0; !(await input.isVisible()); tries++) {
    if (tries === 10) throw new Error('The command palette does not open');
    await page.keyboard.press('F1');
    await input.waitFor({ timeout: 2000 }).catch(() => undefined);
  }
  await input.fill(`>${title}`);
  await page
    .locator('.quick-input-list .monaco-list-row', { hasText: title })
    .first()
    .waitFor({ timeout: PATIENCE_MS });
  await page.keyboard.press('Enter');
}
