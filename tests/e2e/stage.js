// The stage: database, simulated Zoom and server, started by a program of the workspace and gone when its standard
// input is closed. And a browser that fails the test for anything it complains about.
import { test as base, expect } from '@playwright/test';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

async function setStage() {
  if (!process.env.ROLLCALL_STAGE) throw new Error('ROLLCALL_STAGE is not set. Run tests/e2e/run.');
  const child = spawn(process.env.ROLLCALL_STAGE, { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout });
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`the stage ended with ${code}`);
  });
  const line = await Promise.race([once(lines, 'line'), ended]);
  ended.catch(() => {});
  return { child, ...JSON.parse(line[0]) };
}

export const test = base.extend({
  stage: async ({}, use) => {
    const stage = await setStage();
    await use(stage);
    stage.child.stdin.end();
    if (stage.child.exitCode === null) await once(stage.child, 'exit');
  },

  // What the browser complains about: errors on the console, exceptions, violated policies. Asserted to be nothing.
  complaints: async ({ page }, use) => {
    const complaints = [];
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) complaints.push(`${page.url()}: ${message.text()}`);
    });
    page.on('pageerror', (error) => complaints.push(`${page.url()}: ${error}`));
    page.on('requestfailed', (request) => {
      const why = request.failure()?.errorText;
      // A page that is left lets go of its event stream and of what it was still reading.
      if (why !== 'net::ERR_ABORTED') complaints.push(`${request.url()}: ${why}`);
    });
    await page.addInitScript(() => {
      document.addEventListener('securitypolicyviolation', (event) =>
        console.error(`policy violated: ${event.violatedDirective} ${event.blockedURI} ${event.sample}`),
      );
    });
    await use(complaints);
    expect(complaints).toEqual([]);
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
