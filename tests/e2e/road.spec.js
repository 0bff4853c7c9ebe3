// The whole road in a real browser: an administrator signs in, makes a source and a token, connects Zoom, switches it
// on; an identity provider pushes somebody; the administrator assigns her; the account is there and the log says so.
import { test, expect, account, push } from './stage.js';
import { Visitor } from './visitor.js';

const ADA = {
  userName: 'ada.lovelace@example.com',
  name: { givenName: 'Ada', familyName: 'Lovelace' },
  displayName: 'Ada Lovelace',
  title: 'Analyst',
  emails: [{ value: 'ada.lovelace@example.com', type: 'work', primary: true }],
};

const GRACE = { userName: 'grace.hopper@example.com', displayName: 'Grace Hopper' };

for (const script of [true, false]) {
  test.describe(script ? 'with script' : 'without script', () => {
    test.use({ javaScriptEnabled: script });

    // `complaints` is named to be set up: it fails the test by itself.
    test('from an identity source to Zoom', async ({ page, context, stage, complaints: _ }) => {
      const road = new Road(page, stage, script);
      if (script) await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: stage.portal });
      await road.signIn();
      await road.makeSource();
      const { token, scimUrl } = await road.generateToken();
      await road.connect();
      await road.turnOn();
      await push(scimUrl, token, ADA);
      await road.assign();
      if (script) await road.menuStaysOpen(() => push(scimUrl, token, GRACE));
      await road.readLog();
      await road.visitTheRest();
      await road.leave();
    });
  });
}

class Road extends Visitor {
  async signIn() {
    await this.open('/people');
    await expect(this.page).toHaveURL(/\/login\?return_to=%2Fpeople$/);
    await this.look('sign-in');
    await this.page.goto(this.stage.setup_link);
    await this.arrived();
    await expect(this.page).toHaveURL(`${this.stage.portal}/`);
    await this.look('overview, empty');
    await this.page.goto(this.stage.setup_link);
    await this.says('This sign-in link does not work.');
    await this.look('sign-in, failed');
  }

  async makeSource() {
    await this.open('/sources');
    await this.look('sources, empty');
    await this.follow('New source');
    await this.page.getByLabel('Name', { exact: true }).fill('Okta');
    await this.look('new source');
    await this.press('Make source');
    await this.says('Source Okta made');
    await this.look('source, new');
  }

  async generateToken() {
    await this.follow('Generate token');
    await this.page.getByLabel('Name', { exact: true }).fill('Production');
    await this.look('generate token');
    await this.press('Generate token');
    await this.says('Copy it now.');
    const token = await this.page.locator('#new-token').inputValue();
    const scimUrl = await this.page.locator('#new-token-url').inputValue();
    expect(token).toMatch(/^rc_scim_/);
    await this.look('token, shown once');
    if (this.script) {
      await this.page.locator('.field:has(#new-token)').getByRole('button').click();
      await this.says('Copied');
      expect(await this.page.evaluate(() => navigator.clipboard.readText())).toBe(token);
    }
    return { token, scimUrl };
  }

  async connect() {
    const { zoom } = this.stage;
    await this.follow('Add a connection', this.page.getByRole('navigation', { name: 'Main' }));
    await expect(this.page).toHaveURL(/\/connections\/new$/);
    await this.look('new connection');
    const typed = {
      'Connection name': 'Zoom',
      'SCIM URL': zoom.scim_url,
      'OAuth Token URL': zoom.token_url,
      'OAuth Account ID': zoom.account_id,
      'OAuth Client ID': zoom.client_id,
      'OAuth Client Secret': 'not the secret at all',
    };
    await this.fill(typed);
    await this.press('Save and test connection');
    await expect(this.page.getByRole('alertdialog').getByRole('heading')).toBeVisible();
    await this.arrived();
    await this.look('test failed');
    await this.page.getByRole('alertdialog').getByRole('link', { name: 'Cancel' }).click();
    await expect(this.page.getByRole('alertdialog')).toHaveCount(0);
    await this.arrived();
    await this.page.getByLabel('OAuth Client Secret', { exact: true }).fill(zoom.client_secret);
    await this.press('Save and test connection');
    await this.says('The connection works');
    await this.look('integration');
    this.connection = new URL(this.page.url()).pathname.replace('/integration', '');
  }

  async turnOn() {
    await this.follow('Turn provisioning on');
    await this.look('turn on');
    await this.press('Turn on');
    await this.says('Provisioning is on for Zoom');
  }

  async assign() {
    await this.open(`${this.connection}/assignments`);
    await this.look('assignments, empty');
    await this.follow('Assign people');
    await this.page.getByRole('checkbox', { name: /Ada Lovelace/ }).check();
    await this.look('assign');
    await this.page.locator('button[form=assign]').click();
    await this.says('1 person assigned');
    await expect.poll(() => account(this.stage, ADA.userName)).toBeTruthy();
    const made = await account(this.stage, ADA.userName);
    expect(made.name).toMatchObject({ givenName: 'Ada', familyName: 'Lovelace' });
    const row = this.page.getByRole('row', { name: /Ada Lovelace/ });
    if (this.script) {
      // The page follows by itself.
      await expect(row.getByText('In sync')).toBeVisible();
    } else {
      await expect(async () => {
        await this.page.reload();
        await expect(row.getByText('In sync')).toBeVisible({ timeout: 500 });
      }).toPass();
    }
    await this.look('assignments');
  }

  async menuStaysOpen(change) {
    await this.open('/audit');
    await this.press('Export');
    const menu = this.page.locator('#export');
    await expect(menu).toBeVisible();
    // A stream of the test's own says when the page has been told, too.
    await this.page.evaluate(() => {
      const stream = new EventSource('/live');
      const told = new Promise((resolve) => stream.addEventListener('changed', resolve, { once: true }));
      window.told = told.then(() => stream.close());
      return new Promise((resolve) => stream.addEventListener('open', resolve, { once: true }));
    });
    await change();
    await this.page.evaluate(() => window.told);
    await expect(menu).toBeVisible();
    const news = this.page.getByText('Grace Hopper');
    await expect(news).toHaveCount(0);
    await this.page.keyboard.press('Escape');
    await expect(news.first()).toBeVisible();
  }

  async readLog() {
    await this.open('/logs');
    const row = this.page.getByRole('row', { name: /Ada Lovelace/ });
    await expect(row).toContainText('Create');
    await expect(row).toContainText('Success');
    await this.look('logs');
    await this.follow('Ada Lovelace', row);
    await expect(this.page.getByRole('heading', { name: 'Create Ada Lovelace' })).toBeVisible();
    for (const part of ['Steps', 'Modified Properties', 'Summary', 'Request and answer']) {
      await expect(this.page.getByRole('heading', { name: part, exact: true })).toBeVisible();
    }
    await this.look('log entry');
    await this.follow('Ada Lovelace');
    await expect(this.page).toHaveURL(/\/people\//);
    await expect(this.page.getByText('In sync').first()).toBeVisible();
    await this.look('person');
  }

  async visitTheRest() {
    for (const path of ['/', '/people', '/people?q=nobody', '/sources', '/logs?status=failure', '/connections']) {
      await this.open(path);
      await this.look(path);
    }
    for (const tab of ['', '/to-zoom', '/logs', '/assignments?dialog=assign']) {
      await this.open(`${this.connection}${tab}`);
      await this.look(`connection${tab}`);
    }
  }

  async leave() {
    await this.open('/people');
    await this.signOut();
    await this.says('You are signed out.');
    await this.look('signed out');
    await this.open('/people');
    await expect(this.page).toHaveURL(/\/login/);
  }
}
