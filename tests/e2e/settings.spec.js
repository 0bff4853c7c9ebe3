// Going about in the settings with a keyboard: the focus is never lost, what was said goes when something newer is said,
// and the frame of a page does not wait for its data.
import http from 'node:http';
import { once } from 'node:events';
import { test, expect } from './stage.js';
import { Visitor } from './visitor.js';

/// An issuer of which there is only the description.
async function issuer() {
  const server = http.createServer((_, answer) => {
    const at = (path) => `${address}/${path}`;
    const document = { issuer: address, authorization_endpoint: at('auth'), token_endpoint: at('token'), jwks_uri: at('keys') };
    answer.setHeader('content-type', 'application/json').end(JSON.stringify(document));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = `http://127.0.0.1:${server.address().port}`;
  return { address, end: () => server.close() };
}

test('the settings keep the focus and their frame', async ({ page, stage, complaints: _ }) => {
  const owner = new Visitor(page, stage, true);
  await page.goto(stage.setup_link);
  await owner.arrived();
  const said = (text) => page.locator('.flash', { hasText: text });

  // A save gives the focus to what it says, whether the form stands in the page or in a dialog.
  await owner.open('/settings/admins');
  await owner.follow('Invite');
  await owner.fill({ 'E-mail': 'grace@example.com' });
  await page.keyboard.press('Enter');
  await expect(said('grace@example.com')).toBeFocused();
  const { address, end } = await issuer();
  await owner.open('/settings/sign-in/new?kind=oidc');
  await owner.fill({ 'Button text': 'Corp', Issuer: address, 'Client ID': 'c', 'Client secret': 's' });
  await owner.press('Check and save');
  await expect(said('Corp saved')).toBeFocused();
  const another = page.getByRole('button', { name: 'Another row' });
  expect((await another.boundingBox()).width).toBeLessThan(200);
  await owner.press('Check and save');
  await expect(page).toHaveURL(/saved=2/);
  await expect(said('Corp saved')).toBeFocused();

  // An older message does not stand above a newer one.
  await owner.fill({ Scopes: 'email "groups"' });
  await owner.press('Check and save');
  await owner.says('No scope has');
  await expect(said('Corp saved')).toBeHidden();
  end();

  // Escape leads back to the button of the menu.
  await owner.open('/settings/admins');
  const menu = page.getByRole('button', { name: 'Actions for grace@example.com' });
  const dialog = page.locator('dialog');
  for (const item of ['Change role', 'Remove']) {
    await menu.press('Enter');
    await page.getByRole('link', { name: item }).press('Enter');
    await expect(dialog.getByRole('heading')).toBeVisible();
    const read = page.waitForResponse(/list_admins/);
    await page.keyboard.press('Escape');
    await expect(dialog).toHaveCount(0);
    await read;
    await expect(menu).toBeFocused();
  }

  // The frame is there while the data is on its way.
  let arrive;
  const data = new Promise((resolve) => (arrive = resolve));
  await page.route('**/api/list_sessions*', async (route) => {
    await data;
    await route.continue();
  });
  await page.getByRole('navigation', { name: 'Settings' }).getByRole('link', { name: 'Sessions' }).click();
  await expect(page.getByRole('heading', { name: 'Sessions', level: 1 })).toBeVisible();
  await expect(page.getByRole('navigation', { name: 'Settings' })).toBeVisible();
  await expect(page.getByRole('table')).toHaveCount(0);
  arrive();
  await owner.says('Everybody’s open sessions');
});
