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
 * A file or folder in the Explorer, by its exact name and its depth below the workspace folder (1: directly in it).
 * @param {Page} page @param {string} name @param {number} level
 */
export function explorerItem(page, name, level) {
  const label = page.locator('.monaco-icon-label .label-name', { hasText: new RegExp(`^${escape(name)}$`) });
  return page.locator(`.explorer-folders-view .monaco-list-row[aria-level="${level}"]`, { has: label });
}

/** @param {string} text */
function escape(text) {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

/** Opens the folders on the way and returns the item at the end. @param {Page} page @param {string} path */
export async function revealInExplorer(page, path) {
  const names = path.split('/');
  for (const [depth, name] of names.entries()) {
    const item = explorerItem(page, name, depth + 1);
    await item.waitFor({ timeout: PATIENCE_MS });
    if (depth < names.length - 1 && (await item.getAttribute('aria-expanded')) === 'false')
      await item.click();
  }
  return explorerItem(page, names.at(-1) ?? path, names.length);
}

/** Chooses an entry of an open context menu. @param {Page} page @param {string} label */
export async function chooseFromMenu(page, label) {
  const entry = page.locator('.monaco-menu .action-menu-item', { hasText: label });
  await entry.waitFor({ timeout: PATIENCE_MS });
  // A menu that has only just opened takes no click.
  await retried(async () => {
    await entry.click({ timeout: 2000 });
    await entry.waitFor({ state: 'detached', timeout: 2000 });
  }, `choosing ${label}`);
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
  const command = page.locator('.quick-input-list .monaco-list-row', { hasText: title }).first();
  // A key that reaches a webview while it is loading is lost, and a panel that opens takes the focus.
  await retried(async () => {
    if (!(await input.isVisible())) await page.keyboard.press('F1');
    await input.fill(`>${title}`, { timeout: 2000 });
    await command.click({ timeout: 2000 });
  }, `running ${title}`);
}

/** @param {() => Promise<void>} gesture @param {string} what */
async function retried(gesture, what) {
  for (let tries = 1; ; tries++) {
    try {
      return await gesture();
    } catch (error) {
      if (tries === 8) throw new Error(`${what} failed ${tries} times`, { cause: error });
    }
  }
}
