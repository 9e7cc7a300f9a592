// What each hand does, through the real pages: the same steps for a wide screen and for a phone.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { overflows, picture, violations } from './browser.mjs';
import { messageTo } from './stack.mjs';

const PASSWORD = 'correct horse battery 8600';
const cases = fileURLToPath(new URL('../../examples/cases/', import.meta.url));

/** A case file, with its papers as absolute paths by slot. */
export async function readCase(id) {
  const file = `${cases}${id}.json`;
  const story = JSON.parse(await readFile(file, 'utf8'));
  story.papers = new Map(
    story.materials.map(({ kind, site, source }) => [
      site === undefined ? `materials.${kind}` : `sites.${site}.materials.${kind}`,
      resolve(dirname(file), source),
    ]),
  );
  return story;
}

/** Every page of the story must be free of serious accessibility faults, sideways scrolling and untranslated words. */
export async function inspect(page, name) {
  await picture(page, name);
  assert.deepEqual(await violations(page), [], `${name}: ${page.url()}`);
  assert.equal(await overflows(page), false, `${name} scrolls sideways: ${page.url()}`);
  const text = await page.locator('body').innerText();
  assert.doesNotMatch(text, /Unknown localization key|\{ ?\$/, `${name}: ${page.url()}`);
}

/** Presses a button or link and waits for the page it leads to. */
export async function go(page, locator) {
  await Promise.all([page.waitForNavigation(), locator.click()]);
}

export const button = (page, name) => page.getByRole('button', { name, exact: true });

export async function register(stack, page, { email }, pictures = '') {
  await page.goto(`${stack.platform}/register`);
  if (pictures) await inspect(page, `${pictures}-register`);
  await page.fill('[name=contact]', email);
  await page.fill('[name=password]', PASSWORD);
  await go(page, page.locator('main form button'));
  const [, code] = await messageTo(stack, email, /(?<!\d)(\d{6})(?!\d)/);
  if (pictures) await inspect(page, `${pictures}-confirm`);
  await page.fill('[name=code]', code);
  await go(page, page.locator('main form:has([name=code]) button'));
}

export async function identify(page, draft, pictures = '') {
  if (pictures) await inspect(page, `${pictures}-identity`);
  await fillPart(page, {
    nature: draft.basic.nature,
    name: draft.basic.name,
    certificate_kind: draft.basic.certificate_kind,
    certificate_number: draft.basic.certificate_number,
  }, '');
  await go(page, page.locator('main form').first().locator('button').last());
}

export async function logIn(stack, page, login, password = 'beian-demo-8600') {
  await page.goto(`${stack.platform}/login`);
  await page.fill('[name=login]', login);
  await page.fill('[name=password]', password);
  await go(page, page.locator('main form button').first());
}

/** The inventory brings the account's servers in, as a provider's engineer would. */
export async function importResources(stack, story) {
  const session = await (
    await fetch(`${stack.platform}/api/v1/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ login: 'administrator@demo.test', password: 'beian-demo-8600' }),
    })
  ).json();
  const answer = await fetch(`${stack.platform}/api/v1/resources/import`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${session.token}` },
    body: JSON.stringify({
      resources: story.resources.map((resource) => ({
        account: story.account.email,
        resource: { ...resource, origin: resource.origin ?? new URL(stack.origin).host },
      })),
    }),
  });
  assert.equal(answer.status, 200, await answer.text());
}

/** Fills every field that the page shows and the draft knows; returns how many. */
export async function fillPart(page, part, prefix) {
  let filled = 0;
  const at = (name) => (prefix ? `${prefix}.${name}` : name);
  for (const [name, value] of Object.entries(part)) {
    if (value === undefined || (typeof value === 'object' && !Array.isArray(value))) continue;
    const field = page.locator(`[name="${at(name)}"]:not([type=hidden])`);
    const count = await field.count();
    if (count === 0) continue;
    const first = field.first();
    if ((await first.getAttribute('readonly')) !== null || (await first.isDisabled())) continue;
    const tag = await first.evaluate((element) => element.tagName.toLowerCase());
    const type = await first.getAttribute('type');
    if (value === 'long-term') {
      await page.locator(`[name="${at(name)}:long"]`).check();
    } else if (typeof value === 'boolean') {
      await first.setChecked(value);
    } else if (type === 'checkbox') {
      for (let n = 0; n < count; n += 1) {
        await field.nth(n).setChecked(value.includes(await field.nth(n).getAttribute('value')));
      }
    } else if (type === 'radio') {
      await page.getByRole('radio', { name: new RegExp(value) }).check();
    } else if (tag === 'select') {
      await first.selectOption(value);
    } else {
      await first.fill(value);
    }
    filled += 1;
  }
  return filled;
}

const saveButton = (page) => page.locator('main form').first().locator('.form-end button');

/** The first page of a new order. */
export async function openOrder(stack, page, story, pictures = '') {
  await page.goto(`${stack.platform}/orders/new`);
  const resource = story.resources.find(({ id }) => id === story.draft.basic.resource);
  await fillPart(page, { ...story.draft.basic, resource: resource.name }, 'basic');
  if (pictures) await inspect(page, `${pictures}-new-order`);
  await go(page, saveButton(page));
  assert.match(page.url(), /\/orders\/[0-9a-f-]{36}/, await page.locator('main').innerText());
  return page.url().match(/\/orders\/([0-9a-f-]{36})/)[1];
}

/** Fills one section and saves it; the page must move on. */
async function section(stack, page, order, path, parts, pictures) {
  await page.goto(`${stack.platform}/orders/${order}/${path}`);
  for (const [prefix, part] of parts) await fillPart(page, part, prefix);
  if (pictures) await inspect(page, `${pictures}-${path.replaceAll('/', '-')}`);
  await go(page, saveButton(page));
  assert.doesNotMatch(page.url(), /checked=1/, await page.locator('main').innerText());
}

/** Everything after the first page but the papers. */
export async function writeOrder(stack, page, order, story, pictures = '') {
  const { draft } = story;
  await section(stack, page, order, 'subject', [['subject', draft.subject]], pictures);
  await section(stack, page, order, 'principal', [['principal', draft.principal]], pictures);
  for (const [index, site] of draft.sites.entries()) {
    if (index > 0) {
      await page.goto(`${stack.platform}/orders/${order}/sites/add`);
      const { name } = story.resources.find(({ id }) => id === site.resource);
      await fillPart(page, { domain: site.domain, resource: name }, '');
      if (pictures) await inspect(page, `${pictures}-add-site`);
      await go(page, saveButton(page));
    }
    await section(stack, page, order, `sites/${index}`, [[`sites.${index}`, { ...site, resource: undefined }]], pictures);
    if (draft.basic.nature === 'individual') continue;
    await section(stack, page, order, `sites/${index}/manager`,
      [[`sites.${index}`, { manager_is_principal: site.manager_is_principal }]], pictures);
    if (!site.manager_is_principal) {
      await section(stack, page, order, `sites/${index}/manager`, [[`sites.${index}.manager`, site.manager]], pictures);
    }
  }
}

/** Uploads papers on the page of papers, with a plain form. */
export async function uploadPapers(stack, page, order, papers, pictures = '') {
  for (const [slot, file] of papers) {
    await page.goto(`${stack.platform}/orders/${order}/materials`);
    const form = page.locator(`form[action$="/materials/${slot}"]`);
    await form.locator('input[type=file]').setInputFiles(file);
    await go(page, form.locator('button'));
  }
  await page.goto(`${stack.platform}/orders/${order}/materials`);
  if (pictures) await inspect(page, `${pictures}-materials`);
}

export async function submit(stack, page, order, pictures = '') {
  await page.goto(`${stack.platform}/orders/${order}/answers`);
  if (pictures) await inspect(page, `${pictures}-answers`);
  const ticks = page.locator('#submit input[type=checkbox]');
  for (let n = 0; n < (await ticks.count()); n += 1) await ticks.nth(n).check();
  await go(page, page.locator('#submit .form-end button'));
  assert.match(page.url(), new RegExp(`/orders/${order}\\?done=`), await page.locator('main').innerText());
}

/** Looks at every row, logs the calls; the case is then ready for a decision. */
export async function review(stack, page, order, { calls, claim = true, mark = 'ok' }) {
  await page.goto(`${stack.platform}/review/${order}`);
  if (claim) await go(page, page.locator(`form[action$="/claim"] button`));
  for (;;) {
    const open = page.locator(`.case-line:not(.case-needs_change) .quick-mark button[value=${mark}]`).first();
    if ((await open.count()) === 0) break;
    await go(page, open);
  }
  for (const who of calls) {
    await page.selectOption('form[action$="/call"] [name=who]', who);
    await page.check('form[action$="/call"] [name=outcome][value=confirmed]');
    await go(page, page.locator('form[action$="/call"] .form-end button'));
  }
}

/** The authority's text message on the sandbox's phone page, entered on its check page. */
export async function confirmSms(stack, page, { mobile, certificate_number: number }, pictures = '') {
  await page.goto(`${stack.authority}/phone?mobile=${mobile}`);
  if (pictures) await inspect(page, `${pictures}-sms`);
  const code = (await page.locator('.bubble .code').last().innerText()).trim();
  await page.goto(`${stack.authority}/verify?mobile=${mobile}`);
  await page.fill('#code', code);
  await page.fill('#id_tail', number.slice(-6));
  if (pictures) await inspect(page, `${pictures}-verify`);
  await go(page, page.locator('form[action="/verify"] button'));
}

/** An officer approves what waits for the domain. */
export async function approve(stack, page, subject, pictures = '') {
  await page.goto(`${stack.authority}/desk`);
  if (pictures) await inspect(page, `${pictures}-desk`);
  await go(page, page.getByRole('link', { name: subject }).first());
  if (pictures) await inspect(page, `${pictures}-desk-case`);
  await go(page, page.locator('button[name=approve][value=true]'));
}

/** Waits until a page says what it must, loading it again and again. */
export async function reloadUntil(page, pattern, seconds = 20) {
  const until = Date.now() + seconds * 1000;
  for (;;) {
    const text = await page.locator('main').innerText();
    if (pattern.test(text)) return text;
    if (Date.now() > until) assert.fail(`${page.url()} never said ${pattern}:\n${text}`);
    await page.waitForTimeout(300);
    await page.reload();
  }
}
