// Before anybody has an account: the verdict, on a wide screen and on a phone, with and without scripts.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { PC, PHONE, launch, person } from '../lib/browser.mjs';
import * as people from '../lib/people.mjs';
import { startStack } from '../lib/stack.mjs';

let stack, browser;
before(async () => {
  stack = await startStack();
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await stack?.stop();
});

const GOOD = {
  domain: 'yunshan-tech.cn', nature: 'enterprise', certificate: 'business_licence', province: '33',
  resource: 'cloud_server', subject_filed: 'no', domain_verified: 'yes',
};

// Of such a name the sandbox registry does not say that its holder is verified, so the stranger's word counts.
const BAD = 'unverified-yunshan.io';

async function ask(page, answers) {
  await page.goto(stack.platform);
  await people.go(page, page.locator('main a[href^="/preflight"]').first());
  for (const [name, value] of Object.entries(answers)) {
    const field = page.locator(`[name="${name}"]`);
    if ((await field.evaluate((element) => element.tagName)) === 'SELECT') await field.selectOption(value);
    else await field.fill(value);
  }
  await people.go(page, page.locator('form[action="/preflight"] .form-end button').first());
}

for (const [name, viewport, javaScript] of [['pc', PC, true], ['phone', PHONE, true], ['phone-plain', PHONE, false]]) {
  test(`a stranger learns the verdict: ${name}`, { timeout: 120_000 }, async () => {
    const { page, context, problems } = await person(browser, { viewport, javaScript });
    await ask(page, GOOD);
    assert.match(await page.locator('main').innerText(), /可以备案/);
    if (javaScript) await people.inspect(page, `${name}-preflight-good`);

    // The link shows the same to somebody else, and holds no personal data.
    const link = new URL(page.url());
    assert.equal(link.searchParams.get('domain'), GOOD.domain);
    const other = await person(browser, { viewport, language: 'en' });
    await other.page.goto(link.href);
    assert.match(await other.page.locator('main').innerText(), /It can be filed/);
    await other.context.close();

    // Everything that stands in the way is said at once, and what was typed stays.
    await ask(page, { ...GOOD, domain: BAD, resource: 'cloud_run', domain_verified: 'no' });
    const told = await page.locator('main').innerText();
    for (const rule of ['domain-05', 'resource-09', 'domain-09']) assert.ok(told.includes(rule), `${rule} in ${told}`);
    assert.equal(await page.inputValue('[name=domain]'), BAD);
    if (javaScript) await people.inspect(page, `${name}-preflight-bad`);

    // From the verdict into the order: what was answered is filled in after logging in.
    await page.goto(link.href);
    const start = await page.locator('main a[href^="/orders/new"], main a[href^="/start"]').first().getAttribute('href');
    assert.ok(start.includes(GOOD.domain), start);
    assert.deepEqual(problems, []);
    await context.close();
  });
}
