// Chromium as the tests use it: no network but 127.0.0.1, a fake camera, and axe in every page.
import { mkdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { chromium } from 'playwright-core';

const require = createRequire(import.meta.url);
const axe = await readFile(require.resolve('axe-core/axe.min.js'), 'utf8');

export const PC = { width: 1440, height: 900 };
export const PHONE = { width: 390, height: 844 };

/** Chromium; the fake camera shows the picture named, when one is. */
export function launch({ camera } = {}) {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: [
      '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
      '--disable-component-update', '--disable-sync',
      '--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream',
      ...(camera ? [`--use-file-for-fake-video-capture=${camera}`] : []),
    ],
  });
}

/** A fresh person with a browser of their own. */
export async function person(browser, { viewport = PC, javaScript = true, language = 'zh-CN' } = {}) {
  const context = await browser.newContext({
    viewport,
    javaScriptEnabled: javaScript,
    locale: language,
    isMobile: viewport.width < 600,
    hasTouch: viewport.width < 600,
    permissions: ['camera'],
    // A page that scrolls smoothly is never still, for a driver that waits until it is.
    reducedMotion: 'reduce',
    // Lets axe run under the platform's strict Content-Security-Policy; the policy itself is tested elsewhere.
    bypassCSP: true,
  });
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  const problems = [];
  page.on('pageerror', (error) => problems.push(`${page.url()}: ${error.message}`));
  return { context, page, problems };
}

/** Serious and critical accessibility violations of the page as it stands. */
export async function violations(page) {
  await page.evaluate(axe);
  const { violations: found } = await page.evaluate(() => window.axe.run(document, { resultTypes: ['violations'] }));
  return found
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, impact, nodes }) => `${impact} ${id}: ${nodes.map(({ target }) => target.join(' ')).join(', ')}`);
}

/** Whether the page can be scrolled sideways, which no page may be. */
export function overflows(page) {
  return page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth + 1);
}

/** Keeps a picture of the page when `E2E_PICTURES` names a folder. */
export async function picture(page, name) {
  const folder = process.env.E2E_PICTURES;
  if (!folder) return;
  await mkdir(folder, { recursive: true });
  await page.screenshot({ path: `${folder}/${name}.png`, fullPage: true });
}
