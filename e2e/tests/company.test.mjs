// A company files two sites: PC for the forms, phone for the photographs, a reviewer who asks for a change.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { PHONE, launch, person } from '../lib/browser.mjs';
import * as people from '../lib/people.mjs';
import { messageTo, startStack } from '../lib/stack.mjs';

const { button, go, inspect } = people;
let stack, browser, story;

before(async () => {
  story = await people.readCase('company-two-sites');
  stack = await startStack();
  // The camera of the tests is a recorded picture: one frame of motion JPEG.
  const { copyFile } = await import('node:fs/promises');
  const camera = `${stack.folder}/camera.mjpeg`;
  await copyFile(story.papers.get('sites.0.materials.manager_photo'), camera);
  browser = await launch({ camera });
});
after(async () => {
  await browser?.close();
  await stack?.stop();
});

/** The phone takes the photographs that are missing, with its camera. */
async function photograph(url, pictures) {
  const phone = await person(browser, { viewport: PHONE });
  await phone.page.goto(url);
  if (pictures) await inspect(phone.page, `${pictures}-phone`);
  for (;;) {
    const next = phone.page.locator('.now a.btn-primary');
    if ((await next.count()) === 0) break;
    await go(phone.page, next);
    await phone.page.locator('[data-open]').click();
    await phone.page.locator('[data-live]').waitFor({ state: 'visible' });
    if (pictures) await inspect(phone.page, `${pictures}-phone-shot`);
    await go(phone.page, phone.page.locator('[data-shoot]'));
  }
  await go(phone.page, phone.page.locator('form[action$="/finish"] button'));
  if (pictures) await inspect(phone.page, `${pictures}-phone-done`);
  assert.deepEqual(phone.problems, []);
  await phone.context.close();
}

test('a company files two sites from the first form to the open website', { timeout: 420_000 }, async () => {
  const { draft, account } = story;
  const applicant = await person(browser);
  const { page } = applicant;

  const before = await fetchHost('yunshan-tech.cn');
  assert.equal(before.status, 302);
  assert.match(before.location, /\/closed\?domain=yunshan-tech\.cn/);
  await page.goto(before.location);
  await inspect(page, 'pc-closed');
  await page.goto(stack.platform);
  await inspect(page, 'pc-home');

  await people.register(stack, page, account, 'pc');
  await people.identify(page, draft, 'pc');
  await people.importResources(stack, story);
  await page.goto(`${stack.platform}/resources`);
  await inspect(page, 'pc-resources');

  // A domain that cannot be filed is said at once, beside the field, and nothing typed is lost.
  await page.goto(`${stack.platform}/orders/new`);
  await people.fillPart(page, { ...draft.basic, domain: 'www.example.invalid_name', resource: '官网服务器' }, 'basic');
  await go(page, page.locator('main form .form-end button').first());
  await inspect(page, 'pc-new-order-wrong');
  assert.equal(await page.inputValue('[name="basic.name"]'), draft.basic.name);
  assert.ok((await page.locator('.error-summary a').count()) > 0);

  const order = await people.openOrder(stack, page, story, 'pc');
  await inspect(page, 'pc-tasks');
  await people.writeOrder(stack, page, order, story, 'pc');

  // The phone takes over by QR code, and the wide screen follows by itself.
  for (const site of [0, 1]) {
    await page.goto(`${stack.platform}/orders/${order}/verification/${site}`);
    if (site === 0) await inspect(page, 'pc-verification');
    await go(page, page.locator(`form[action$="/verification/${site}"] button`));
    if (site === 0) await inspect(page, 'pc-verification-qr');
    const link = await page.getByText(/\/h\/[A-Za-z0-9_-]{20,}/).first().innerText();
    await photograph(link.trim(), site === 0 ? 'pc' : '');
    await page.locator(`main a[href$="/orders/${order}"].btn, main .live a[href$="/orders/${order}"]`).first().waitFor();
  }
  const papers = [...story.papers].filter(([slot]) => !slot.startsWith('sites.'));
  await people.uploadPapers(stack, page, order, papers, 'pc');
  await people.submit(stack, page, order, 'pc');
  await inspect(page, 'pc-submitted');

  // The reviewer asks for one change; only that field can be edited; the difference is shown.
  const reviewer = await person(browser);
  await people.logIn(stack, reviewer.page, 'reviewer@demo.test');
  await reviewer.page.goto(`${stack.platform}/review`);
  await inspect(reviewer.page, 'pc-queue');
  await people.review(stack, reviewer.page, order, { calls: [] });
  await inspect(reviewer.page, 'pc-case');
  const row = reviewer.page.locator('#row-subject-postal-address');
  await row.hover();
  await row.locator('summary').click();
  await row.locator('textarea').fill('请写到门牌号和房间号');
  await go(reviewer.page, row.locator('button[value=needs_change]'));
  await go(reviewer.page, reviewer.page.locator('form[action$="/request-changes"] button'));
  await messageTo(stack, account.email, /请写到门牌号和房间号|需要修改|退回/);

  await page.goto(`${stack.platform}/orders/${order}`);
  await inspect(page, 'pc-changes-requested');
  await page.goto(`${stack.platform}/orders/${order}/subject`);
  await inspect(page, 'pc-changes-subject');
  assert.notEqual(await page.locator('[name="subject.legal_representative"]').getAttribute('readonly'), null);
  await page.fill('[name="subject.postal_address"]', `${draft.subject.postal_address}（东侧）`);
  await go(page, page.locator('main form .form-end button').first());
  await people.submit(stack, page, order);

  await people.review(stack, reviewer.page, order, { calls: ['principal', 'manager.1'] });
  assert.match(await reviewer.page.locator('#row-subject-postal-address').innerText(), /原来是/);
  await inspect(reviewer.page, 'pc-case-again');
  await go(reviewer.page, reviewer.page.locator('form[action$="/pass"] button'));

  await page.goto(`${stack.platform}/orders/${order}`);
  await people.reloadUntil(page, /短信核验/);
  await people.reloadUntil(page, /现在轮到你/);
  await inspect(page, 'pc-awaiting-sms');

  // Wrong codes are counted and said; right ones are taken.
  const office = await person(browser);
  await office.page.goto(`${stack.authority}/verify?mobile=${draft.principal.mobile}`);
  await office.page.fill('#code', '000000');
  await office.page.fill('#id_tail', draft.principal.certificate_number.slice(-6));
  await go(office.page, office.page.locator('form[action="/verify"] button'));
  await inspect(office.page, 'authority-wrong');
  await people.confirmSms(stack, office.page, draft.principal, 'authority');
  await people.confirmSms(stack, office.page, draft.sites[1].manager);
  await page.goto(`${stack.platform}/orders/${order}`);
  await go(page, page.locator('form[action$="/sms-done"] button'));
  await inspect(page, 'pc-at-authority');
  await people.approve(stack, office.page, draft.basic.name, 'authority');

  await page.goto(`${stack.platform}/orders/${order}`);
  const text = await people.reloadUntil(page, /浙ICP备\d{10}号/);
  await inspect(page, 'pc-filed');
  assert.match(text, /公安/);
  for (const site of draft.sites) {
    const until = Date.now() + 15_000;
    let answer;
    do answer = await fetchHost(site.domain);
    while (answer.status !== 200 && Date.now() < until);
    assert.equal(answer.status, 200, site.domain);
  }
  await page.goto(`${stack.platform}/lookup?q=${draft.sites[0].domain}`);
  assert.match(await page.locator('main').innerText(), /浙ICP备\d{10}号-1/);
  await inspect(page, 'pc-lookup');
  await office.page.goto(`${stack.authority}/lookup?q=${draft.sites[1].domain}`);
  await inspect(office.page, 'authority-lookup');

  await reviewer.page.goto(`${stack.platform}/ledger`);
  await inspect(reviewer.page, 'pc-ledger');
  await page.goto(`${stack.platform}/account`);
  await inspect(page, 'pc-account');
  for (const who of [applicant, reviewer, office]) assert.deepEqual(who.problems, []);
});

test('the same pages are complete in English', { timeout: 120_000 }, async () => {
  const { page } = await person(browser, { language: 'en' });
  await people.logIn(stack, page, 'auditor@demo.test');
  if ((await page.locator('html').getAttribute('lang')) !== 'en') await go(page, button(page, 'English'));
  for (const path of ['/audit', '/review?view=all', '/lookup', '/account', '/ledger']) {
    await page.goto(stack.platform + path);
    await inspect(page, `en${path.replace(/\W+/g, '-')}`);
    const words = await page.locator('header, h1, h2, th, nav').allInnerTexts();
    assert.doesNotMatch(words.join(' ').replace('中文', '').replace('备案', ''), /\p{Script=Han}{2,}/u, path);
  }
});

/** What a visitor sees at the gateway; fetch cannot set Host, so the request is made by hand. */
async function fetchHost(host) {
  const { request } = await import('node:http');
  const { hostname, port } = new URL(stack.gateway);
  return new Promise((done, fail) => {
    request({ hostname, port, path: '/', headers: { host } }, (answer) => {
      answer.resume();
      answer.on('end', () => done({ status: answer.statusCode, location: answer.headers.location }));
    }).on('error', fail).end();
  });
}
