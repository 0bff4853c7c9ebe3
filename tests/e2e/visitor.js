// Somebody at a browser: what every road through the portal is made of.
import { expect } from './stage.js';
import { look } from './look.js';

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
}
