// A phone on a slow line, and on one that breaks: papers arrive all the same, and nothing is lost on the way.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { PHONE, launch, person, picture } from '../lib/browser.mjs';
import * as people from '../lib/people.mjs';
import { startStack } from '../lib/stack.mjs';

// A crowded mobile network: 400 kbit/s either way, and 400 ms before anything comes back.
const SLOW = { offline: false, latency: 400, downloadThroughput: 50_000, uploadThroughput: 50_000 };

let stack, browser, story;
before(async () => {
  story = await people.readCase('individual');
  stack = await startStack();
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await stack?.stop();
});

test('a photo on a slow line shows its way, and one on a broken line is sent again', { timeout: 240_000 }, async () => {
  const { page, context, problems } = await person(browser, { viewport: PHONE });
  await people.register(stack, page, { email: 'slow@zhixia-notes.cn' });
  await people.identify(page, story.draft);
  story.account.email = 'slow@zhixia-notes.cn';
  await people.importResources(stack, story);
  const order = await people.openOrder(stack, page, story);
  await page.goto(`${stack.platform}/orders/${order}/verification/0`);
  await people.go(page, page.locator('form[action$="/verification/0"] button'));
  const link = (await page.getByText(/\/h\/[A-Za-z0-9_-]{20,}/).first().innerText()).trim();

  const phone = await person(browser, { viewport: PHONE });
  const line = await phone.context.newCDPSession(phone.page);
  await line.send('Network.enable');
  let bytes = 0;
  line.on('Network.loadingFinished', ({ encodedDataLength }) => (bytes += encodedDataLength));
  await line.send('Network.emulateNetworkConditions', SLOW);
  phone.page.setDefaultTimeout(60_000);
  await phone.page.goto(link);
  assert.ok(bytes < 150_000, `the first page weighs ${bytes} bytes`);

  const slot = (kind) => `${link}/sites.0.materials.${kind}`;
  const paper = (kind) => story.papers.get(`sites.0.materials.${kind}`);
  await phone.page.goto(slot('manager_id_front'));
  const bar = phone.page.locator('progress');
  const arrived = phone.page.waitForURL((url) => url.href === link || url.href.startsWith(`${link}?`));
  await phone.page.setInputFiles('input[type=file]', paper('manager_id_front'));
  await bar.waitFor({ state: 'visible' });
  const part = await bar.evaluate((element) => new Promise((done) => {
    const look = () => (element.value > 0 && element.value < element.max ? done(element.value / element.max) : setTimeout(look, 20));
    look();
  }));
  assert.ok(part > 0 && part < 1);
  await picture(phone.page, 'slow-sending');
  await arrived;

  await phone.page.goto(slot('manager_id_back'));
  await phone.page.setInputFiles('input[type=file]', paper('manager_id_back'));
  await bar.waitFor({ state: 'visible' });
  await line.send('Network.emulateNetworkConditions', { ...SLOW, offline: true });
  const again = phone.page.locator('[data-again]');
  await again.waitFor({ state: 'visible' });
  assert.notEqual((await phone.page.locator('[data-problem]').innerText()).trim(), '');
  assert.equal(await phone.page.locator('[data-preview]').isVisible(), true, 'the photo is still there');
  await picture(phone.page, 'slow-broken');
  await line.send('Network.emulateNetworkConditions', SLOW);
  const sent = phone.page.waitForURL((url) => url.href === link || url.href.startsWith(`${link}?`));
  await again.click();
  await sent;

  await page.goto(`${stack.platform}/orders/${order}/materials`);
  for (const kind of ['manager_id_front', 'manager_id_back']) {
    const form = page.locator(`form[action$="/materials/sites.0.materials.${kind}/remove"]`);
    assert.equal(await form.count(), 1, `${kind} arrived`);
  }
  assert.deepEqual([...problems, ...phone.problems], []);
  await context.close();
});
