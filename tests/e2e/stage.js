// The stage: database, simulated Zoom and server, started by a program of the workspace and gone when its standard
// input is closed. And a browser that fails the test for anything it complains about.
import { test as base, expect } from '@playwright/test';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/// Starts a program that prints its address on one line and ends when its standard input is closed.
async function start(command, args, environment) {
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'], env: { ...process.env, ...environment } });
  const lines = createInterface({ input: child.stdout });
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`${command} ${args.join(' ')} ended with ${code}`);
  });
  const [line] = await Promise.race([once(lines, 'line'), ended]);
  ended.catch(() => {});
  const end = async () => {
    child.stdin.end();
    if (child.exitCode === null) await once(child, 'exit');
  };
  return { line, end };
}

// What the browser takes for an error is none where a form comes back with something to correct...
const CORRECT = [409, 422];
// ...and where a page stays open whose session was ended.
const ENDED = [401];

/// What the browser complains about on our pages: errors on the console, exceptions, violated policies.
async function listen(context, portal, complaints, expected) {
  const ours = (page) => page === null || page.url().startsWith(portal) || !page.url().startsWith('http');
  context.on('console', (message) => {
    if (!['error', 'warning'].includes(message.type()) || !ours(message.page())) return;
    const status = /the server responded with a status of (\d+)/.exec(message.text())?.[1];
    if (expected.includes(Number(status))) return;
    complaints.push(`${message.page()?.url()}: ${message.text()}`);
  });
  context.on('weberror', (error) => {
    if (ours(error.page())) complaints.push(`${error.page()?.url()}: ${error.error()}`);
  });
  context.on('requestfailed', (request) => {
    const why = request.failure()?.errorText;
    // A page that is left lets go of its event stream and of what it was still reading.
    if (why !== 'net::ERR_ABORTED') complaints.push(`${request.url()}: ${why}`);
  });
  await context.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (event) =>
      console.error(`policy violated: ${event.violatedDirective} ${event.blockedURI} ${event.sample}`),
    );
  });
}

export const test = base.extend({
  stage: async ({}, use) => {
    if (!process.env.ROLLCALL_STAGE) throw new Error('ROLLCALL_STAGE is not set. Run tests/e2e/run.');
    const { line, end } = await start(process.env.ROLLCALL_STAGE, []);
    await use(JSON.parse(line));
    await end();
  },

  // Fails the test for anything that the browser complains about.
  complaints: async ({ context, stage }, use) => {
    const complaints = [];
    await listen(context, stage.portal, complaints, CORRECT);
    await use(complaints);
    expect(complaints).toEqual([]);
  },

  // Another browser: one that nobody has signed in with.
  browse: async ({ browser, stage, complaints }, use) => {
    const contexts = [];
    await use(async () => {
      const context = await browser.newContext();
      contexts.push(context);
      await listen(context, stage.portal, complaints, [...CORRECT, ...ENDED]);
      return context.newPage();
    });
    for (const context of contexts) await context.close();
  },

  // Starts one of the identity providers of tests/providers and gives the address that it prints.
  provider: async ({}, use) => {
    const ends = [];
    await use(async (name, environment) => {
      const { line, end } = await start(process.execPath, [`../providers/${name}.mjs`], environment);
      ends.push(end);
      return line;
    });
    for (const end of ends) await end();
  },
});

/// Asks the simulated Zoom for an account, past Rollcall.
export async function account(stage, userName) {
  const url = new URL(`${stage.zoom.scim_url}/Users`);
  url.searchParams.set('filter', `userName eq "${userName}"`);
  const answer = await fetch(url, { headers: { authorization: `Bearer ${stage.zoom.token}` } });
  expect(answer.status).toBe(200);
  return (await answer.json()).Resources?.[0];
}

/// Pushes a user as an identity provider does.
export async function push(scimUrl, token, user) {
  const answer = await fetch(`${scimUrl}/Users`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/scim+json' },
    body: JSON.stringify({ schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'], active: true, ...user }),
  });
  expect(answer.status, await answer.clone().text()).toBe(201);
  return answer.json();
}

export { expect };
