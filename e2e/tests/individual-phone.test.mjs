// One person files one site on a phone, in a browser without scripts.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { PC, PHONE, launch, person, overflows, picture } from '../lib/browser.mjs';
import * as people from '../lib/people.mjs';
import { startStack } from '../lib/stack.mjs';

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

test('a person files a site on a phone without scripts', { timeout: 300_000 }, async () => {
  const { draft, account } = story;
  const { page, context } = await person(browser, { viewport: PHONE, javaScript: false });
  // A second page of the same person, with scripts, is where axe looks at what the first one sees.
  const eyes = await person(browser, { viewport: PHONE });
  const look = async (path, name) => {
    await eyes.context.clearCookies();
    await eyes.context.addCookies(await context.cookies());
    await eyes.page.goto(stack.platform + path);
    await people.inspect(eyes.page, `phone-${name}`);
  };

  await page.goto(stack.platform);
  await picture(page, 'phone-plain-home');
  assert.equal(await overflows(page), false);
  await people.register(stack, page, { email: account.email ?? 'person@zhixia-notes.cn' });
  await people.identify(page, draft);
  story.account.email ??= 'person@zhixia-notes.cn';
  await people.importResources(stack, story);
  await look('/orders/new', 'new-order');
  const order = await people.openOrder(stack, page, story);
  await people.writeOrder(stack, page, order, story);
  for (const [path, name] of [
    ['', 'tasks'], ['/subject?step=1', 'subject-1'], ['/principal?step=3', 'principal-3'],
    ['/sites/0?step=1', 'site-1'], ['/sites/0', 'site'], ['/materials', 'materials'], ['/verification/0', 'verification'],
  ]) await look(`/orders/${order}${path}`, name);
  await people.uploadPapers(stack, page, order, story.papers);
  await look(`/orders/${order}/answers`, 'answers');
  await people.submit(stack, page, order);
  await look(`/orders/${order}`, 'submitted');

  const reviewer = await person(browser, { viewport: PC });
  await people.logIn(stack, reviewer.page, 'reviewer@demo.test');
  await people.review(stack, reviewer.page, order, { calls: ['principal'] });
  await people.go(reviewer.page, reviewer.page.locator('form[action$="/pass"] button'));

  await page.goto(`${stack.platform}/orders/${order}`);
  await people.reloadUntil(page, /现在轮到你/);
  await look(`/orders/${order}`, 'awaiting-sms');
  await people.confirmSms(stack, page, draft.principal);
  await people.approve(stack, page, draft.basic.name);
  await page.goto(`${stack.platform}/orders/${order}`);
  await people.reloadUntil(page, /ICP备\d{10}号/);
  await look(`/orders/${order}`, 'filed');
  await look(`/lookup?q=${draft.basic.domain}`, 'lookup');
  assert.deepEqual([...eyes.problems, ...reviewer.problems], []);
});
