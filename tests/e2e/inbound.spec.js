// What a source sends, as an administrator sees it: its requests while they arrive, one of them tried again in a dry
// run, and a group with its way back.
import { test, expect } from './stage.js';
import { Visitor } from './visitor.js';

const GROUP = 'urn:ietf:params:scim:schemas:core:2.0:Group';
const USER = 'urn:ietf:params:scim:schemas:core:2.0:User';

class Inbound extends Visitor {
  /// Follows by itself with script; without, the page is asked for again.
  async shows(locator) {
    if (this.script) return expect(locator).toBeVisible();
    return expect(async () => {
      await this.page.reload();
      await expect(locator).toBeVisible({ timeout: 500 });
    }).toPass();
  }

  async trace() {
    await this.open(this.source);
    const ada = { schemas: [USER], userName: 'ada.lovelace@example.com', displayName: 'Ada Lovelace' };
    this.ada = (await this.send('POST', '/Users', ada)).body.id;
    expect((await this.send('POST', '/Users', ada)).status).toBe(409);
    const row = this.page.getByRole('row', { name: /409/ });
    await this.shows(row.first());
    await expect(this.page.getByText('Okta', { exact: true }).first()).toBeVisible();
    await this.look('source, with its trace');
    await row.first().getByRole('link').first().click();
    await this.arrived();
    await this.says('uniqueness');
    await this.look('a request');
    await this.press('Replay in a dry run');
    await this.says('It would be answered with 409');
    await this.look('a request, replayed');
  }

  /// Another guide comes in the place of the one that is shown, and the page stays where it is.
  async guides() {
    await this.open(`${this.source}?guide=okta`);
    const scrolled = () => this.page.evaluate(() => window.scrollY);
    await this.page.getByRole('link', { name: 'PingOne', exact: true }).scrollIntoViewIfNeeded();
    const before = await scrolled();
    await this.follow('PingOne');
    await this.says('OAuth access token');
    if (this.script) expect(await scrolled()).toBe(before);
    await this.follow('Entra ID');
    await this.says('Tenant URL');
    await expect(this.page.locator('#scim-url')).toHaveValue(`${this.base}?aadOptscim062020`);
    await this.look('a guide');
  }

  async rotate() {
    await this.open(this.source);
    const rotate = this.page.locator('a[href*="dialog=rotate"]').first();
    await this.open(await rotate.getAttribute('href'));
    await this.press('Generate successor');
    await this.says('goes on until its end below');
    this.token = await this.page.locator('#new-token').inputValue();
    await expect(this.page.getByRole('row', { name: /Production.*takes its place/ })).toBeVisible();
    await this.look('source, token rotated');
    expect((await this.send('GET', '/Users?count=1')).status).toBe(200);
  }

  async group() {
    const group = { schemas: [GROUP], displayName: 'Analysts', members: [{ value: this.ada }] };
    const made = await this.send('POST', '/Groups', group);
    expect(made.status).toBe(201);
    await this.open('/groups');
    await this.look('groups');
    await this.follow('Analysts');
    await expect(this.page.getByRole('row', { name: /Ada Lovelace/ })).toBeVisible();
    await this.look('a group');
    expect((await this.send('DELETE', `/Groups/${made.body.id}`)).status).toBe(204);
    await this.shows(this.page.getByText('Okta has deleted this group.'));
    await this.look('a group, deleted');
    await this.follow('Restore');
    await this.says('Restore Analysts?');
    await this.look('a group, to be restored');
    await this.press('Restore');
    await this.says('Analysts restored');
    await expect(this.page.getByText('Okta has deleted this group.')).toHaveCount(0);
    expect((await this.send('GET', `/Groups/${made.body.id}`)).body.members).toHaveLength(1);
  }
}

for (const script of [true, false]) {
  test.describe(script ? 'with script' : 'without script', () => {
    test.use({ javaScriptEnabled: script });

    test('what a source sends', async ({ page, stage, complaints: _ }) => {
      const inbound = new Inbound(page, stage, script);
      await inbound.signIn();
      await inbound.makeSource();
      await inbound.trace();
      await inbound.guides();
      await inbound.rotate();
      await inbound.group();
    });
  });
}
