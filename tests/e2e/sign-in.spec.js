// Signing in through identity providers that others wrote, in a real browser: an owner sets up OpenID Connect and SAML,
// tries both, invites, changes and removes administrators, and ends a session; four others come in by the providers.
import crypto from 'node:crypto';
import { test, expect } from './stage.js';
import { Visitor } from './visitor.js';

const PASSWORD = 'correct horse battery staple';
const people = (key, list) => JSON.stringify(list.map(({ id, ...claims }) => ({ [key]: id, password: PASSWORD, ...claims })));

const AT_OIDC = people('sub', [
  { id: 'ada', email: 'ada@example.com', email_verified: true, name: 'Ada Lovelace', groups: ['staff', 'rollcall-admins'] },
  { id: 'alan', email: 'alan@example.com', email_verified: true, name: 'Alan Turing', groups: ['rollcall-auditors'] },
  { id: 'grace', email: 'grace@example.com', email_verified: true, name: 'Grace Hopper', groups: ['staff'] },
]);
const AT_SAML = people('nameId', [
  { id: 'joan', email: 'joan@example.com', displayName: 'Joan Clarke', groups: ['staff', 'rollcall-auditors'] },
  { id: 'eve', email: 'eve@example.com', displayName: 'Eve', groups: ['staff'] },
]);
const RULES = { 'rollcall-admins': 'admin', 'rollcall-auditors': 'auditor' };

for (const script of [true, false]) {
  test.describe(script ? 'with script' : 'without script', () => {
    test.use({ javaScriptEnabled: script });
    test.skip(!URL.parse || !crypto.hash, `oidc-provider needs a late Node 20 or newer; this is ${process.version}`);

    // `complaints` is named to be set up: it fails the test by itself.
    test('administrators sign in by their providers', async ({ page, browse, stage, provider, complaints: _ }) => {
      const owner = new Owner(page, stage, script);
      const somebody = async () => new Administrator(await browse(), stage, script);
      const issuer = await provider('oidc', {
        ACCOUNTS: AT_OIDC,
        REDIRECT_URIS: `${stage.portal}/auth/corp/callback`,
        POST_LOGOUT_REDIRECT_URIS: `${stage.portal}/login?signed_out=1`,
      });
      const metadata = await provider('saml', { ACCOUNTS: AT_SAML });
      await owner.begin();
      await owner.addOidc(issuer);
      await owner.tryOidc();
      await byOidc(await somebody());
      const alan = await somebody();
      await alan.enter('Continue with Corp', 'alan');
      await owner.addSaml(metadata);
      await owner.trySaml();
      await bySaml(await somebody());
      await owner.invite();
      const grace = await somebody();
      await byInvitation(grace, owner);
      await owner.endSession(alan);
      await owner.leave();
    });
  });
}

/// Whoever came from a provider's groups, and goes there again.
async function byOidc(ada) {
  await ada.open('/sources?q=okta');
  await ada.look('sign-in, with a provider');
  await ada.enter('Continue with Corp', 'ada', '/sources?q=okta');
  await expect(ada.page.getByRole('link', { name: 'New source' }).first()).toBeVisible();
  await ada.signOut();
  await ada.page.getByRole('button', { name: 'Sign out' }).click();
  await expect(ada.page).toHaveURL(/\/login\?signed_out=1/);
  await ada.says('You are signed out.');
  await ada.open('/sources');
  // The provider asks again: somebody else sits down.
  await ada.enter('Continue with Corp', 'alan', '/sources');
  await expect(ada.page.getByRole('heading', { name: 'Sources' })).toBeVisible();
  await expect(ada.page.getByRole('link', { name: 'New source' })).toHaveCount(0);
  await ada.open('/settings/sign-in/corp');
  await ada.says('Only owners change this');
  await ada.look('provider, read only');
  await ada.open('/settings/admins');
  await expect(ada.page.getByRole('link', { name: 'Invite' })).toHaveCount(0);
  await ada.open('/settings/sessions');
  await ada.says('Your open sessions');
  await ada.look('sessions, own');
}

async function bySaml(joan) {
  await joan.open('/logs?status=failure');
  await joan.look('sign-in, with two providers');
  await joan.enter('Continue with SAML', 'joan', '/logs?status=failure');
  await joan.open('/sources');
  await expect(joan.page.getByRole('link', { name: 'New source' })).toHaveCount(0);
  // Signed in there as here, so it does not ask; for a fresh sign-in it must.
  await joan.signOut();
  await joan.says('You are signed out.');
  await joan.open('/people');
  await joan.goTo('Continue with SAML');
  await joan.handedOver();
  await expect(joan.page).toHaveURL(`${joan.stage.portal}/people`);
  await joan.open('/login?fresh=1&return_to=%2Flogs');
  await joan.look('sign-in, once more');
  await joan.enter('Continue with SAML', 'joan', '/logs');
}

async function byInvitation(grace, owner) {
  await grace.open('/people');
  await grace.enter('Continue with Corp', 'grace', '/people');
  await expect(grace.page.getByText('Operator').first()).toBeAttached();
  await owner.changeRole('grace@example.com', 'auditor');
  await grace.open('/people');
  await expect(grace.page.getByText('Auditor').first()).toBeAttached();
  await owner.reset('grace@example.com');
  await grace.open('/people');
  await expect(grace.page).toHaveURL(/\/login\?return_to=%2Fpeople$/);
  await grace.goTo('Continue with Corp');
  await expect(grace.page).toHaveURL(`${grace.stage.portal}/people`);
  await owner.remove('grace@example.com');
  await grace.open('/people');
  await grace.goTo('Continue with Corp');
  await expect(grace.page).toHaveURL(/\/login\?failed=sign-in/);
  await grace.says('You could not be signed in.');
  await grace.look('sign-in, refused');
}

class Administrator extends Visitor {
  /// By the provider's own form, and back to the page that was asked for.
  async enter(button, name, wanted = '/') {
    if (this.page.url() === 'about:blank') await this.open(wanted);
    await expect(this.page).toHaveURL(/\/login\?/);
    await this.goTo(button);
    await this.authenticate(name);
    await expect(this.page).toHaveURL(`${this.stage.portal}${wanted}`);
    await this.arrived();
  }

  /// A link to the provider, whose pages are not ours to wait for.
  async goTo(name) {
    await this.page.getByRole('link', { name, exact: true }).click();
  }

  async authenticate(name) {
    await expect(this.page).not.toHaveURL((url) => url.origin === this.stage.portal);
    await this.page.getByLabel('User name').fill(name);
    await this.page.getByLabel('Password').fill(PASSWORD);
    await this.page.getByRole('button', { name: 'Sign in' }).click();
    await this.handedOver();
  }

  /// A SAML response is a form; with script it goes by itself.
  async handedOver() {
    if (this.script) return;
    const button = this.page.getByRole('button', { name: 'Continue', exact: true });
    if (await button.count()) await button.click();
  }
}

class Owner extends Administrator {
  async begin() {
    await this.page.goto(this.stage.setup_link);
    await this.arrived();
    await this.open('/settings/sign-in');
    await this.look('settings, sign-in, empty');
  }

  async addOidc(issuer) {
    await this.follow('Add OpenID Connect');
    await this.look('provider, new OIDC');
    await this.press('Check and save');
    await this.says('Client secret is missing. Fill it in.');
    await expect(this.page.getByRole('alert')).toBeInViewport();
    await this.look('provider, new OIDC, nothing filled in');
    const typed = {
      'Button text': 'Continue with Corp',
      'Name in addresses': 'corp',
      Issuer: `${issuer}/somewhere-else`,
      'Client ID': 'rollcall',
      'Client secret': 'rollcall-secret',
    };
    await this.fill(typed);
    await this.mapGroups();
    await this.press('Check and save');
    await expect(this.page.getByRole('textbox', { name: 'Issuer' })).toHaveAttribute('aria-invalid', 'true');
    await this.look('provider, new OIDC, wrong issuer');
    await this.fill({ Issuer: issuer, 'Client secret': 'rollcall-secret' });
    await this.press('Check and save');
    await this.says('Continue with Corp saved');
    await expect(this.page).toHaveURL(/\/settings\/sign-in\/corp$/);
    await this.mapped();
    await this.look('provider, OIDC');
    for (const text of ['Corp', 'Continue with Corp']) {
      await this.fill({ 'Button text': text });
      await this.press('Check and save');
      await this.says(`${text} saved`);
      // The form is a new one, with what is stored now.
      await expect(this.page.getByRole('heading', { level: 1 })).toHaveText(new RegExp(`^${text}`));
    }
  }

  async mapGroups() {
    for (const [at, [group, role]] of Object.entries(RULES).entries()) {
      await this.page.getByLabel(`Value ${at + 1}`).fill(group);
      await this.page.getByLabel(`Role ${at + 1}`).selectOption(role);
    }
  }

  async mapped() {
    for (const [at, [group, role]] of Object.entries(RULES).entries()) {
      await expect(this.page.getByLabel(`Value ${at + 1}`)).toHaveValue(group);
      await expect(this.page.getByLabel(`Role ${at + 1}`)).toHaveValue(role);
    }
  }

  /// The tab in which a test sign-in goes its way.
  async testTab() {
    const opened = this.page.context().waitForEvent('page');
    await this.page.getByRole('link', { name: 'Test sign-in' }).click();
    return new Administrator(await opened, this.stage, this.script);
  }

  async tryOidc() {
    const tab = await this.testTab();
    await tab.page.getByRole('button', { name: 'Cancel' }).click();
    await tab.says('The provider’s answer is not taken');
    await tab.look('test, turned back');
    await tab.goTo('Test again');
    await tab.authenticate('ada');
    await tab.says('ada@example.com gets in as Admin');
    await tab.says('The value rollcall-admins gives the role Admin.');
    await expect(tab.page.getByRole('row', { name: /^groups/ })).toContainText('staff');
    await tab.look('test, OIDC');
    await tab.page.close();
    await this.open('/settings/admins');
    await expect(this.page.getByText('ada@example.com')).toHaveCount(0);
  }

  async addSaml(metadata) {
    await this.open('/settings/sign-in');
    await this.follow('Add SAML');
    await this.look('provider, new SAML');
    const typed = {
      'Button text': 'Continue with SAML',
      'Name in addresses': 'corp',
      'Metadata address (optional)': metadata,
    };
    await this.fill(typed);
    await this.mapGroups();
    await this.press('Check and save');
    await this.says('Another provider is called corp in addresses.');
    await this.look('provider, new SAML, name taken');
    await this.fill({ 'Name in addresses': 'staff' });
    if (this.script) await expect(this.page.getByLabel('ACS URL')).toHaveValue(`${this.stage.portal}/auth/staff/acs`);
    await this.press('Check and save');
    await this.says('Continue with SAML saved');
    await this.mapped();
    await this.look('provider, SAML');
    if (this.script) await this.takeFromFile();
    await this.press('Refresh metadata');
    await this.says('Metadata read again');
    await this.follow('Remove');
    await this.look('provider, remove');
    await this.page.getByRole('alertdialog').getByRole('link', { name: 'Cancel' }).click();
    await this.open('/settings/sign-in');
    await expect(this.page.getByRole('row')).toHaveCount(3);
    await this.look('settings, sign-in, two providers');
  }

  async takeFromFile() {
    const file = { name: 'metadata.xml', mimeType: 'text/xml', buffer: Buffer.from('<EntityDescriptor from="a file"/>') };
    await this.page.getByLabel('Take it from a file').setInputFiles(file);
    const pasted = this.page.getByLabel('Or paste the metadata (optional)');
    await expect(pasted).toHaveValue('<EntityDescriptor from="a file"/>');
    await pasted.fill('');
  }

  async trySaml() {
    await this.open('/settings/sign-in/staff');
    const tab = await this.testTab();
    await tab.authenticate('eve');
    await tab.says('The provider vouches, but this person is not let in');
    await tab.look('test, SAML, not let in');
    await tab.page.close();
  }

  async invite() {
    await this.open('/settings/admins');
    await this.follow('Invite');
    await this.look('administrators, invite');
    await this.fill({ 'E-mail': 'grace@example' });
    await this.page.getByRole('dialog').getByRole('combobox').selectOption('operator');
    await this.press('Invite');
    await this.says('Enter a whole address');
    await this.look('administrators, invite, wrong address');
    await this.fill({ 'E-mail': 'grace@example.com' });
    await this.press('Invite');
    await this.says('grace@example.com invited');
    await this.look('administrators');
  }

  row(email) {
    return this.page.getByRole('row', { name: email });
  }

  async choose(email, action) {
    await this.open('/settings/admins');
    await this.row(email).getByRole('button', { name: `Actions for ${email}` }).click();
    await this.row(email).getByRole('link', { name: action }).click();
    await expect(this.page.locator('dialog h2')).toBeVisible();
    await this.arrived();
    await this.look(`administrators, ${action}`);
  }

  async changeRole(email, role) {
    await this.choose(email, 'Change role');
    await this.page.getByRole('dialog').getByRole('combobox').selectOption(role);
    await this.press('Change role');
    await this.says(`${email} is Auditor now`);
    await expect(this.row(email)).toContainText('Auditor');
  }

  async reset(email) {
    await this.choose(email, 'Reset sign-in');
    await this.press('Reset sign-in');
    await this.says(`The sign-in of ${email} is reset`);
    await expect(this.row(email)).toContainText('Invited');
  }

  async remove(email) {
    await this.choose(email, 'Remove');
    await this.press('Remove');
    await this.says(`${email} removed`);
    await expect(this.row(email)).toHaveCount(0);
  }

  async endSession(somebody) {
    await somebody.open('/people');
    await this.open('/settings/sessions');
    await this.look('sessions');
    const theirs = this.row(/alan@example\.com/);
    const before = await theirs.count();
    await theirs.first().getByRole('button', { name: 'End' }).click();
    await this.says('Session ended');
    await expect(theirs).toHaveCount(before - 1);
    await theirs.first().getByRole('button', { name: 'End' }).click();
    await expect(theirs).toHaveCount(before - 2);
    await somebody.open('/people');
    await expect(somebody.page).toHaveURL(/\/login\?return_to=%2Fpeople$/);
    await this.follow('Sign everybody out');
    await this.look('sessions, everybody');
    await this.press('Sign everybody out');
    await this.says('This one goes on.');
    await expect(this.page.getByRole('row', { name: /This one/ })).toHaveCount(1);
  }

  async leave() {
    await this.signOut();
    await this.says('You are signed out.');
  }
}
