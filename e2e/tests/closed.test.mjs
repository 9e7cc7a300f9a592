// The owner of a closed website: from the page the gateway shows to the cause, and to the website that opens by itself.
import assert from 'node:assert/strict';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { PC, PHONE, launch, person } from '../lib/browser.mjs';
import * as people from '../lib/people.mjs';
import { startStack } from '../lib/stack.mjs';

let stack, browser, story, domain;
before(async () => {
  story = await people.readCase('individual');
  stack = await startStack();
  browser = await launch();
  // An order makes the domain known, and where its website runs.
  const { page, context } = await person(browser, {});
  await people.register(stack, page, { email: story.account.email });
  await people.identify(page, story.draft);
  await people.importResources(stack, story);
  await people.openOrder(stack, page, story);
  await context.close();
  domain = story.draft.basic.domain;
});
after(async () => {
  await browser?.close();
  await stack?.stop();
});

/** What the gateway answers for a host: a browser cannot be told to send another one. */
function visit(host) {
  return new Promise((done, failed) => {
    const asked = request(stack.gateway, { headers: { host } }, (answer) => {
      let text = '';
      answer.setEncoding('utf8');
      answer.on('data', (part) => (text += part));
      answer.on('end', () => done({ status: answer.statusCode, location: answer.headers.location, text }));
    });
    asked.on('error', failed);
    asked.end();
  });
}

/** The platform's page about the domain, as the gateway leads there. */
async function leadsTo() {
  const { status, location, text } = await visit(`www.${domain}`);
  assert.notEqual(status, 200);
  return location ?? text.match(/href="([^"]*\/closed\?domain=[^"]*)"/)[1].replaceAll('&amp;', '&');
}

async function measure(kind) {
  const post = async (path, body, token) => {
    const headers = { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) };
    const answer = await fetch(`${stack.platform}/api/v1/${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
    assert.ok(answer.ok, await answer.clone().text());
    return answer.json();
  };
  const { token } = await post('session', { login: 'supervisor@demo.test', password: 'beian-demo-8600' });
  await post('measures', { domain, kind, reason: 'a flood in the county', hours: 2 }, token);
}

/** Puts the file on the website that the page asks for. */
async function putFile(page) {
  const folder = join(stack.folder, 'websites', '.well-known');
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'beian-domain-proof.txt'), await page.locator('#closed-http-content').innerText());
}

const check = (page) => people.go(page, page.locator('form[action$="/prove"] button').first());

test('on a phone without scripts the owner proves by a file and is told the cause', { timeout: 120_000 }, async () => {
  const { page, context, problems } = await person(browser, { viewport: PHONE, javaScript: false, language: 'en' });
  await page.goto(await leadsTo());
  await people.go(page, page.locator('.now form button'));
  await rm(join(stack.folder, 'websites'), { recursive: true, force: true });
  await check(page);
  assert.match(await page.locator('main').innerText(), /no such file/);
  await putFile(page);
  await check(page);
  assert.match(await page.locator('main').innerText(), /Cause: not filed/);
  await people.go(page, page.locator('form[action$="/recheck"] button'));
  assert.match(await page.locator('main').innerText(), /Last check/);
  // The cause leads to the order that lifts it, with the domain filled in.
  const step = await page.locator('.now a.btn-primary').getAttribute('href');
  assert.ok(step.startsWith('/orders/new?') && step.includes(domain), step);
  assert.deepEqual(problems, []);
  await context.close();
});

test('on a wide screen the page says by itself that the website is open', { timeout: 120_000 }, async () => {
  const { page, context, problems } = await person(browser, { viewport: PC });
  await page.goto(await leadsTo());
  await people.inspect(page, 'closed-visitor');
  await people.go(page, page.locator('.now form button'));
  await people.inspect(page, 'closed-prove');
  await putFile(page);
  await check(page);
  await people.inspect(page, 'closed-cause');
  await measure('exemption');
  await page.locator('#live a[href^="http"]').waitFor();
  for (let tries = 0; (await visit(domain)).status !== 200; tries += 1) {
    assert.ok(tries < 50, 'the gateway opens within seconds');
    await new Promise((done) => setTimeout(done, 100));
  }
  assert.match(await page.locator('main').innerText(), /网站已开放/);
  assert.deepEqual(problems, []);
  await context.close();
});
