// Somebody at a browser: what every road through the portal is made of.
import { expect } from './stage.js';
import { look, tooWide } from './look.js';

export class Visitor {
  constructor(page, stage, script) {
    Object.assign(this, { page, stage, script });
  }

  /// A click before the script has taken the page over goes to the plain form, which the other test goes all along.
  async arrived() {
    if (this.script) await this.page.waitForSelector('html[data-hydrated]');
  }

  async look(name) {
    if (this.script) await look(this.page, name);
    else await this.fitsPhone(name);
  }

  /// On a phone nothing is cut off, with and without script.
  async fitsPhone(name) {
    const wide = this.page.viewportSize();
    await this.page.setViewportSize({ width: 390, height: 844 });
    expect.soft(await tooWide(this.page, name)).toEqual([]);
    await this.page.setViewportSize(wide);
  }

  async open(path) {
    await this.page.goto(`${this.stage.portal}${path}`);
    await this.arrived();
  }

  async follow(name, within = this.page.getByRole('main')) {
    await within.getByRole('link', { name, exact: true }).first().click();
    await this.arrived();
  }

  async press(name) {
    await this.page.getByRole('button', { name, exact: true }).first().click();
  }

  async fill(typed) {
    for (const [label, value] of Object.entries(typed)) await this.page.getByLabel(label, { exact: true }).fill(value);
  }

  async says(text) {
    await expect(this.page.getByText(text).first()).toBeVisible();
    await this.arrived();
  }

  async signOut() {
    await this.page.getByRole('button', { name: /Account:/ }).locator('visible=true').click();
    await this.page.getByRole('button', { name: 'Sign out' }).locator('visible=true').click();
  }

  async signIn() {
    await this.page.goto(this.stage.setup_link);
    await this.arrived();
  }

  /// A source with a token, which `send` then uses.
  async makeSource() {
    await this.open('/sources');
    await this.follow('New source');
    await this.fill({ Name: 'Okta' });
    await this.press('Make source');
    await this.says('Source Okta made');
    this.source = new URL(this.page.url()).pathname;
    await this.follow('Generate token');
    await this.fill({ Name: 'Production' });
    await this.press('Generate token');
    await this.says('Copy it now.');
    this.token = await this.page.locator('#new-token').inputValue();
    this.base = await this.page.locator('#new-token-url').inputValue();
  }

  /// Sends what an identity provider does.
  async send(method, path, body) {
    const headers = { authorization: `Bearer ${this.token}`, 'content-type': 'application/scim+json', 'user-agent': 'Okta SCIM Client 1.0.0' };
    const answer = await fetch(`${this.base}${path}`, { method, headers, body: body && JSON.stringify(body) });
    return { status: answer.status, body: answer.status === 204 ? undefined : await answer.json() };
  }

  /// A connection to the simulated Zoom, tested.
  async connect() {
    const { zoom } = this.stage;
    await this.open('/connections/new');
    await this.fill({
      'Connection name': 'Zoom',
      'SCIM URL': zoom.scim_url,
      'OAuth Token URL': zoom.token_url,
      'OAuth Account ID': zoom.account_id,
      'OAuth Client ID': zoom.client_id,
      'OAuth Client Secret': zoom.client_secret,
    });
    await this.press('Save and test connection');
    await this.says('The connection works');
    this.connection = new URL(this.page.url()).pathname.replace('/integration', '');
  }
}
