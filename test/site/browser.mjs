/** The site in a headless Chromium, from the disk, on a small screen and a large one, in light and dark. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { check, equal, root, skip } from '../platforms/harness.mjs';
import { none, pagesOf } from './site.mjs';

const tools = createRequire(join(root, 'tools', 'site', 'package.json'));
const FLAGS = [
  ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
  ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
];
const SMALL = { width: 360, height: 740 };
const LARGE = { width: 1280, height: 900 };

/** What is typed, and the page that Enter then opens. */
const SEARCHES = {
  ERR_ADAMAX_SHAPE: 'guides/troubleshooting.html#ERR_ADAMAX_SHAPE',
  ADAMAX_NO_NATIVE: 'guides/troubleshooting.html#ADAMAX_NO_NATIVE',
  ADAMAX_THREADS: 'guides/environment.html#ADAMAX_THREADS',
  'adamax inspect': 'guides/environment.html#adamax-inspect',
  applyGradients: 'api/adamax/Optimizer.html#applygradients',
  IndexedSlices: 'api/adamax/IndexedSlices.html',
  CosineDecayRestarts: 'api/adamax/schedules/CosineDecayRestarts.html',
  adamaxStepRows: 'api/adamax/kernels/adamaxStepRows.html',
  clipnorm: 'api/adamax/Optimizer.html#clipnorm',
  'numeric contract': 'guides/contributing.html#numeric-contract',
};

/** A page of each kind. */
const KINDS = [
  ...['index.html', 'guides/troubleshooting.html', 'guides/architecture.html', 'api/adamax.html'],
  ...[
    'api/adamax/Adamax.html',
    'api/adamax/AdamaxOptions.html',
    'api/adamax/Loss.html',
    'api/adamax/kernels/adamaxStep.html',
  ],
];

/** All of WCAG 2.2 AA, but that TypeDoc has links in the titles of what can be folded, where both answer to the keyboard. */
const RULES = {
  runOnly: { type: 'tag', values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] },
  rules: { 'nested-interactive': { enabled: false } },
  resultTypes: ['violations'],
};

export async function tryInBrowser(site) {
  const executablePath = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync);
  if (executablePath === undefined)
    return skip('the site in a browser', 'there is no Chromium (Debian: apt-get install chromium)');
  const profile = mkdtempSync(join(tmpdir(), 'adamax-site-'));
  const { chromium } = tools('playwright-core');
  const options = { executablePath, args: FLAGS, viewport: LARGE, permissions: ['clipboard-read', 'clipboard-write'] };
  const browser = await chromium.launchPersistentContext(profile, options);
  try {
    await tryPages(browser, site);
    await trySearch(browser, site);
    await tryCopying(browser, site);
    await tryMenu(browser, site);
    for (const colorScheme of ['light', 'dark']) await tryColors(browser, site, colorScheme);
  } finally {
    await browser.close();
    rmSync(profile, { recursive: true, force: true });
  }
}

function addressOf(site, page) {
  return `${pathToFileURL(site).href}/${page}`;
}

/** Every page, on a small screen, with all that it says and asks for. */
async function tryPages(browser, site) {
  const pages = pagesOf(site);
  const said = [];
  const asked = [];
  const wide = [];
  await Promise.all(
    [0, 1].map(async (half) => {
      const page = await browser.newPage();
      await page.setViewportSize(SMALL);
      // The index of the search is large, and has tests of its own.
      await page.route('**/assets/search.js', (route) => route.fulfill({ contentType: 'text/javascript', body: '' }));
      let at = '';
      page.on('console', (message) => said.push(`${at}: ${message.type()}: ${message.text()}`));
      page.on('pageerror', (error) => said.push(`${at}: ${error.message}`));
      page.on('requestfailed', (request) => {
        // Whoever leaves a page ends what it was still asking for, as its icon.
        const { errorText } = request.failure();
        if (errorText !== 'net::ERR_ABORTED') asked.push(`${at}: ${request.url()} failed (${errorText})`);
      });
      page.on('request', (request) => {
        if (!/^(file|data|blob):/.test(request.url())) asked.push(`${at} asks for ${request.url()}`);
      });
      for (const path of pages.filter((_, i) => i % 2 === half)) {
        at = path;
        await page.goto(addressOf(site, path), { waitUntil: 'load' });
        const width = await page.evaluate(() => document.documentElement.scrollWidth);
        if (width > SMALL.width) wide.push(`${path} is ${width} px wide`);
      }
      await page.close();
    }),
  );
  await check(`none of ${pages.length} pages has anything to say on the console`, () => none(said));
  await check('no page asks for anything that fails, or lies elsewhere', () => none(asked));
  await check(`no page is wider than a screen of ${SMALL.width} px`, () => none(wide));
}

async function trySearch(browser, site) {
  const page = await browser.newPage();
  for (const [words, expected] of Object.entries(SEARCHES)) {
    await check(`Enter in the search opens ${expected} for ${words}`, async () => {
      await page.goto(addressOf(site, 'api/adamax/Variable.html'));
      await page.keyboard.press('/');
      await page.locator('#tsd-search-input').fill(words);
      await page.keyboard.press('Enter');
      await page.waitForURL((url) => !url.pathname.endsWith('Variable.html'), { timeout: 10_000 });
      equal(page.url(), addressOf(site, expected), 'address');
    });
  }
  await check('arrow keys choose among the results', async () => {
    await page.goto(addressOf(site, 'index.html'));
    await page.keyboard.press('/');
    await page.locator('#tsd-search-input').fill('Adamax');
    await page.locator('#tsd-search-results a').nth(1).waitFor();
    const second = await page.locator('#tsd-search-results a').nth(1).getAttribute('href');
    for (const key of ['ArrowDown', 'ArrowDown', 'Enter']) await page.keyboard.press(key);
    await page.waitForURL((url) => !url.pathname.endsWith('index.html'), { timeout: 10_000 });
    equal(page.url(), new URL(second, addressOf(site, 'index.html')).href, 'address');
  });
  await page.close();
}

async function tryCopying(browser, site) {
  const page = await browser.newPage();
  for (const [path, source] of Object.entries({ 'index.html': 'README.md', 'guides/saving.html': 'docs/saving.md' })) {
    await check(`buttons of ${path} copy the code as it stands in ${source}`, async () => {
      const text = readFileSync(join(root, source), 'utf8');
      const blocks = [...text.matchAll(/^```\w*\n([\s\S]*?)^```$/gm)].map(([, code]) => code.trim());
      await page.goto(addressOf(site, path));
      const copied = [];
      for (const block of await page.locator('pre:has(> button)').all()) {
        await block.hover();
        await block.locator('button').click();
        copied.push(await page.evaluate(() => navigator.clipboard.readText()));
      }
      equal(copied, blocks, 'what was copied');
    });
  }
  await page.close();
}

async function tryMenu(browser, site) {
  const page = await browser.newPage();
  await page.setViewportSize(SMALL);
  await check('the menu of a small screen leads to a guide', async () => {
    await page.goto(addressOf(site, 'index.html'));
    await page.locator('#tsd-toolbar-menu-trigger, [data-toggle="menu"]').first().click();
    const section = page.locator('.tsd-navigation summary', { hasText: 'Train' }).first();
    // A page opens the section that it is in, and the browser keeps that.
    if (!(await section.evaluate(({ parentElement }) => parentElement.open))) await section.click();
    await page.locator('.tsd-navigation a', { hasText: 'Saving and resuming' }).first().click();
    await page.waitForURL((url) => url.pathname.endsWith('saving.html'), { timeout: 10_000 });
  });
  await page.close();
}

async function tryColors(browser, site, colorScheme) {
  const page = await browser.newPage();
  await page.emulateMedia({ colorScheme });
  const axe = readFileSync(tools.resolve('axe-core/axe.min.js'), 'utf8');
  await check(`colours are ${colorScheme} where the reader's are`, async () => {
    await page.goto(addressOf(site, 'index.html'));
    const [red] = await page.evaluate(() => getComputedStyle(document.body).backgroundColor.match(/\d+/g).map(Number));
    equal(red < 128 ? 'dark' : 'light', colorScheme, 'background');
  });
  for (const path of KINDS) {
    await check(`${path} in ${colorScheme} breaks no rule of WCAG 2.2 AA that axe knows`, async () => {
      await page.goto(addressOf(site, path));
      await page.evaluate(axe);
      // The menu is the same everywhere, and long.
      const exclude = path === 'index.html' ? [] : [['.site-menu']];
      const violations = await page.evaluate(
        async ([exclude, rules]) => {
          const found = await window.axe.run({ exclude }, rules);
          return found.violations.flatMap(({ id, nodes }) =>
            nodes.map(
              ({ html, failureSummary }) => `${id}: ${html.slice(0, 150)}${failureSummary.split('\n')[1] ?? ''}`,
            ),
          );
        },
        [exclude, RULES],
      );
      none(violations);
    });
  }
  await page.close();
}
