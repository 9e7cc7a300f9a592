// Starts the whole platform as a user would (`beian demo`) on free ports and a folder of its own, and ends it again.
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const binary = process.env.BEIAN_BINARY ?? new URL('../../target/debug/beian', import.meta.url).pathname;

async function freePort() {
  const server = createServer();
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address();
  await new Promise((done) => server.close(done));
  return port;
}

async function answers(url, until) {
  while (Date.now() < until) {
    try {
      if ((await fetch(url)).ok) return;
    } catch {
      // Not listening yet.
    }
    await new Promise((done) => setTimeout(done, 200));
  }
  throw new Error(`${url} did not answer in time`);
}

/** A running demo: addresses of its parts, and `stop()`. */
export async function startStack() {
  const folder = await mkdtemp(join(tmpdir(), 'beian-e2e-'));
  const ports = {};
  for (const name of ['platform', 'authority', 'gateway', 'origin', 'metrics', 'ask']) ports[name] = await freePort();
  const args = ['demo', '--data', folder];
  for (const [name, port] of Object.entries(ports)) args.push(`--${name}-port`, String(port));
  const child = spawn(binary, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  child.stdout.on('data', (text) => (output += text));
  child.stderr.on('data', (text) => (output += text));
  const ended = new Promise((done) => child.once('exit', done));
  const at = (name) => `http://127.0.0.1:${ports[name]}`;
  const stack = {
    folder,
    platform: at('platform'),
    authority: at('authority'),
    gateway: at('gateway'),
    origin: at('origin'),
    async stop() {
      child.kill('SIGINT');
      await Promise.race([ended, new Promise((done) => setTimeout(done, 10_000))]);
      if (child.exitCode === null) child.kill('SIGKILL');
      await rm(folder, { recursive: true, force: true });
    },
    log: () => output,
  };
  try {
    await answers(`${stack.platform}/readyz`, Date.now() + 60_000);
    await answers(`${stack.authority}/healthz`, Date.now() + 20_000);
  } catch (error) {
    await stack.stop();
    throw new Error(`${error.message}\n${output}`);
  }
  return stack;
}

/** The newest message the demo sent to an address, once one newer than `after` is there. */
export async function messageTo(stack, to, pattern) {
  const until = Date.now() + 15_000;
  while (Date.now() < until) {
    const answer = await fetch(`${stack.platform}/api/v1/demo/messages?to=${encodeURIComponent(to)}`);
    if (answer.ok) {
      const messages = await answer.json();
      for (const message of messages) {
        const found = pattern.exec(message.text);
        if (found) return found;
      }
    }
    await new Promise((done) => setTimeout(done, 200));
  }
  throw new Error(`no message to ${to} matched ${pattern}`);
}
