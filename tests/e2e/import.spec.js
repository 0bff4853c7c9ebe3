// Who is in Zoom already: an import, decisions, what would change, and the start of provisioning; the same with and
// without script, and by keyboard where there is script.
import { readFile } from 'node:fs/promises';
import { test, expect } from './stage.js';
import { tooWide } from './look.js';
import { Visitor } from './visitor.js';

const USER = 'urn:ietf:params:scim:schemas:core:2.0:User';
const GROUP = 'urn:ietf:params:scim:schemas:core:2.0:Group';
const PATCH = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';

for (const script of [true, false]) {
  test.describe(script ? 'with script' : 'without script', () => {
    test.use({ javaScriptEnabled: script });

    test('import from Zoom', async ({ page, stage, complaints: _ }) => {
      const visitor = new Importer(page, stage, script);
      await visitor.signIn();
      await visitor.makeSource();
      await visitor.connect();
      await visitor.fillZoom();
      await visitor.settings();
      await visitor.import();
      await visitor.sort();
      await visitor.export();
      await visitor.decide();
      await visitor.tick();
      await visitor.confirm();
      await visitor.start();
      await visitor.groups();
    });

    test('ticks stay when a person is chosen', async ({ page, stage, complaints: _ }) => {
      const visitor = new Importer(page, stage, script);
      await visitor.signIn();
      await visitor.makeSource();
      await visitor.connect();
      await visitor.chosen();
    });

    test('long names on a phone', async ({ page, stage, complaints: _ }) => {
      const visitor = new Importer(page, stage, script);
      await visitor.signIn();
      await visitor.makeSource();
      await visitor.connect();
      await page.setViewportSize({ width: 390, height: 844 });
      await visitor.longNames();
    });
  });
}

const LONG = 'maximiliana.wilhelmina.featherstonehaugh-cholmondeley';

/// With script by the keyboard alone.
class Importer extends Visitor {
  async use(locator, key = 'Enter') {
    if (!this.script) return locator.click();
    await expect(locator).toBeVisible();
    const has = (element) => element === document.activeElement;
    for (let steps = 0; !(await locator.evaluate(has)); steps += 1) {
      expect(steps, `Tab does not lead to ${locator}`).toBeLessThan(150);
      await this.page.keyboard.press('Tab');
    }
    await this.page.keyboard.press(key);
  }

  async press(name) {
    await this.use(this.page.getByRole('button', { name, exact: true }).first());
  }

  async follow(name) {
    await this.use(this.page.getByRole('main').getByRole('link', { name, exact: true }).first());
    await this.arrived();
  }

  /// Makes something in Zoom, past Rollcall.
  async inZoom(method, path, it) {
    const { scim_url, token } = this.stage.zoom;
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const answer = await fetch(`${scim_url}${path}`, { method, headers, body: it && JSON.stringify(it) });
    expect(answer.ok).toBe(true);
    return answer.status === 204 ? undefined : answer.json();
  }

  /// The row above those that are ticked goes to another list.
  async chosen() {
    await this.send('POST', '/Users', { schemas: [USER], userName: 'grace@example.com', name: { givenName: 'Grace', familyName: 'Hopper' } });
    for (const n of [1, 2, 3, 4]) {
      const name = { givenName: 'Zoe', familyName: `Number ${n}` };
      await this.inZoom('POST', '/Users', { schemas: [USER], userName: `zoe${n}@example.com`, name });
    }
    await this.open(`${this.connection}/import`);
    await this.press('Import Now');
    await this.becomes('Done');
    await this.open(`${this.connection}/import?show=new`);
    const box = (n) => this.page.getByLabel(`Select Zoe Number ${n}`);
    for (const n of [2, 4]) await this.use(box(n), 'Space');
    await this.use(this.page.getByRole('button', { name: 'Change Zoe Number 1' }).locator('visible=true'));
    await this.page.getByLabel('Find people').fill('hopper');
    await this.press('Find');
    await this.use(this.page.getByRole('radio', { name: 'Grace Hopper' }), 'Space');
    await this.press('Choose');
    await this.says('Person chosen');
    await this.arrived();
    await expect(box(1)).toHaveCount(0);
    const checked = async () => {
      for (const n of [2, 3, 4]) await expect(box(n)).toBeChecked({ checked: n !== 3 });
    };
    await checked();
    await this.page.reload();
    await this.arrived();
    await checked();
    await this.use(box(2), 'Space');
    await this.press('Ignore');
    await this.says('1 account ignored');
    await this.arrived();
    await expect(box(4)).toHaveCount(0);
    for (const n of [2, 3]) await expect(box(n)).not.toBeChecked();
  }

  /// Names and addresses that no line of a phone holds, in every table.
  async longNames() {
    const name = { givenName: 'Maximiliana-Wilhelmina', familyName: 'Featherstonehaugh-Cholmondeley' };
    const account = (userName) => this.inZoom('POST', '/Users', { schemas: [USER], userName, name });
    const person = (userName) => this.send('POST', '/Users', { schemas: [USER], userName, name, title: LONG, locale: LONG });
    const { id } = await account(`${LONG}@example.com`);
    await account(`${LONG}@departments-of.example.com`);
    const { body: longest } = await person(`${LONG}@example.com`);
    const group = { schemas: [GROUP], displayName: LONG };
    await this.inZoom('POST', '/Groups', group);
    await this.send('POST', '/Groups', group);
    const tab = `${this.connection}/import`;
    const shows = async (path, text, name) => {
      await this.open(path);
      await this.says(text);
      expect.soft(await tooWide(this.page, name)).toEqual([]);
      if (process.env.PICTURES) await this.page.screenshot({ path: `${process.env.PICTURES}/phone-${name}-${this.script}.png`, fullPage: true });
    };
    const imports = async () => {
      await this.open(tab);
      await this.press('Import Now');
      await this.becomes('Done');
    };
    await imports();
    await shows(tab, 'Same user name', 'results');
    await shows(`${tab}?show=new&dialog=confirm`, 'Confirm Assignments', 'confirm');
    await this.open(`${tab}?show=new`);
    await this.use(this.page.getByRole('button', { name: /^Change/ }).locator('visible=true'));
    await this.says('Whose account is it?');
    expect.soft(await tooWide(this.page, 'change')).toEqual([]);
    await shows(`${tab}/groups`, 'Same name', 'groups');
    await this.press(`Link ${LONG}`);
    await this.says('Group linked');
    await shows(`${tab}/groups`, 'Linked', 'linked groups');
    await this.open(`${tab}/settings`);
    await this.choose({ Compare: 'E-mail without +tag', and: 'Employee number', 'and also': 'Organization' });
    await this.press('Add rule');
    await this.says('Rule added');
    await shows(`${tab}/settings`, 'E-mail without +tag + Employee number', 'rules');
    await this.open(`${tab}?show=exact&dialog=confirm`);
    await this.press('Confirm 1 account');
    await this.says('1 account linked');
    await shows(`${tab}?show=held`, '1 person is linked and not started', 'differences');
    const active = (value) => {
      const Operations = [{ op: 'replace', path: 'active', value }];
      return this.send('PATCH', `/Users/${longest.id}`, { schemas: [PATCH], Operations });
    };
    await active(false);
    await shows(`${tab}?show=held&dialog=start`, 'Account deactivated', 'start');
    await shows(`${tab}?show=held`, 'Account deactivated', 'deactivated');
    await this.use(this.page.getByRole('link', { name: '1 person', exact: true }));
    await this.says('Linked, and locked out once they are started');
    await this.says('Active');
    await shows(`${tab}?show=leaving`, 'Deactivated', 'leaving');
    await active(true);
    await this.open(`${tab}?show=leaving`);
    await this.says('No such account');
    await this.inZoom('DELETE', `/Users/${id}`);
    await imports();
    await this.open(tab);
    await this.use(this.page.getByText('Imports before this one'));
    expect.soft(await tooWide(this.page, 'history')).toEqual([]);
    await shows(`${tab}?show=gone`, 'Gone from Zoom', 'gone');
  }

  /// Accounts of every kind, and people for some of them.
  async fillZoom() {
    const account = (userName, givenName, familyName) =>
      this.inZoom('POST', '/Users', { schemas: [USER], userName, name: { givenName, familyName } });
    await account('ada@example.com', 'Ada', 'Lovelace');
    await account('g.hopper@old.example', 'Grace', 'Hopper');
    await account('noah@example.com', 'Noah', 'Brandt');
    await account('pier4@example.com', 'Pier 4', 'Room');
    const person = (userName, givenName, familyName, rest) =>
      this.send('POST', '/Users', { schemas: [USER], userName, name: { givenName, familyName }, ...rest });
    await person('ada@example.com', 'Ada', 'Lovelace', { title: 'Analyst' });
    await person('grace@example.com', 'Grace', 'Hopper');
  }

  /// Rules in another order, one more, one that would mislead, a schedule; then back to the usual rules.
  async settings() {
    await this.open(`${this.connection}/import`);
    await this.follow('Import settings');
    await this.says('Tried from the top.');
    const rules = this.page.getByRole('table', { name: 'Match rules' }).getByRole('rowheader');
    await expect(rules).toHaveText(['User name', 'E-mail', 'Employee number', 'E-mail without +tag', 'Given name + Family name', 'Display name']);
    const exact = this.page.getByLabel('Confirm exact matches');
    await this.use(exact, 'Space');
    await this.press('Down User name');
    await this.says('Match rules changed');
    await expect(this.page.getByRole('button', { name: 'Down User name' })).toBeFocused();
    await expect(this.page.getByRole('status').filter({ hasText: 'Match rules changed' })).toHaveCount(1);
    if (this.script) await expect(exact).toBeChecked();
    if (this.script) await this.use(exact, 'Space');
    await expect(exact).not.toBeChecked();
    await expect(rules.first()).toHaveText('E-mail');
    await this.press('Remove Display name');
    await expect(rules).toHaveCount(5);
    await this.arrived();
    await this.choose({ Compare: 'Department', and: 'Family name', Makes: 'EXACT' });
    await this.press('Add rule');
    await this.says('Two people can have the same department + family name');
    await this.choose({ Compare: 'Department', and: 'Family name', Makes: 'PARTIAL' });
    await this.press('Add rule');
    await this.says('Rule added');
    await expect(rules.last()).toHaveText('Department + Family name');
    await expect(this.page.getByText('Two people can have the same')).toHaveCount(0);
    await this.look('import, settings');
    await this.press('Back to the usual rules');
    await expect(rules).toHaveCount(6);
    await this.arrived();
    await this.choose({ Import: 'Every day' });
    await this.fill({ 'At (UTC)': '', 'Accounts an import reads one by one, at most': '-1' });
    await this.press('Save');
    await this.says('This is not a time of day.');
    await this.says('Write a number from 0 to 100,000.');
    await this.look('import, wrong settings');
    await this.fill({ 'At (UTC)': '02:30', 'Accounts an import reads one by one, at most': '100' });
    await this.press('Save');
    await this.says('Import settings saved');
    await this.says('The next one begins on');
    await this.stale();
  }

  /// Whatever is done on a page that is not current any more is refused, and said once.
  async stale() {
    const alerts = this.page.getByRole('alert');
    const elsewhere = await this.page.context().newPage();
    await elsewhere.goto(this.page.url());
    await elsewhere.getByRole('button', { name: 'Save' }).click();
    await expect(elsewhere.getByText('Import settings saved')).toBeVisible();
    await elsewhere.close();
    // Without script the page is current again with the first answer.
    for (const button of this.script ? ['Save', 'Down E-mail', 'Add rule', 'Save'] : ['Down E-mail']) {
      await this.press(button);
      await this.says('Somebody else changed the import settings meanwhile.');
      await expect(alerts).toHaveCount(1);
      await this.arrived();
    }
    await this.open(`${this.connection}/import/settings`);
  }

  async choose(chosen) {
    for (const [label, option] of Object.entries(chosen)) {
      await this.page.getByLabel(label, { exact: true }).selectOption({ label: option });
    }
  }

  /// One of Zoom's groups is linked to a group of another name.
  async groups() {
    const schemas = [GROUP];
    for (const displayName of ['Pilots', 'Analysts']) await this.inZoom('POST', '/Groups', { schemas, displayName });
    for (const displayName of ['Flyers', 'analysts']) await this.send('POST', '/Groups', { schemas, displayName });
    await this.open(`${this.connection}/import`);
    await this.press('Import Now');
    await this.becomes('Done');
    await this.follow('Zoom’s groups');
    const row = (name) => this.page.getByRole('row', { name: new RegExp(`^${name}`) });
    await expect(row('Analysts')).toContainText('Same name');
    await this.look('import, groups');
    await this.press('Link Analysts');
    await expect(row('Analysts')).toContainText('Linked');
    await this.arrived();
    await this.use(this.page.getByRole('link', { name: 'Choose for Pilots' }));
    await this.says('Which group is it?');
    await this.page.getByLabel('Find groups').fill('fly');
    await this.press('Find');
    await this.arrived();
    await this.use(this.page.getByLabel('Flyers'), 'Space');
    await this.look('import, choose a group');
    await this.press('Link');
    await this.says('Group linked');
    await expect(row('Pilots')).toContainText('Flyers');
    await this.arrived();
    await this.press('Unlink Pilots');
    await this.says('Group unlinked');
    await expect(row('Pilots')).toContainText('Not linked');
  }

  async import() {
    await this.open(`${this.connection}/import`);
    await this.look('import, empty');
    await this.press('Import Now');
    await this.becomes('Done');
    await this.says('4 Zoom accounts scanned');
    const row = (name) => this.page.getByRole('row', { name: new RegExp(name) }).first();
    await expect(row('Ada Lovelace')).toContainText('EXACT');
    await expect(row('Grace Hopper')).toContainText('PARTIAL');
    await expect(row('Noah Brandt')).toContainText('NEW');
    await this.look('import, results');
  }

  /// By the links in the head, which keep the search and turn the order round.
  async sort() {
    const head = this.page.getByRole('columnheader', { name: /Zoom user/ });
    const first = this.page.getByRole('row').nth(1);
    await expect(head).toHaveAttribute('aria-sort', 'ascending');
    await expect(first).toContainText('Ada Lovelace');
    const turn = async (name, order, who) => {
      await this.use(head.getByRole('link', { name, exact: true }));
      await expect(head).toHaveAttribute('aria-sort', order);
      await expect(first).toContainText(who);
      await this.arrived();
    };
    await turn('Zoom user', 'descending', 'Pier 4 Room');
    await turn('User name', 'ascending', 'Ada Lovelace');
    await turn('User name', 'descending', 'Pier 4 Room');
    await turn('Zoom user', 'ascending', 'Ada Lovelace');
  }

  async export() {
    const [file] = await Promise.all([this.page.waitForEvent('download'), this.use(this.page.getByRole('link', { name: 'Export CSV' }))]);
    expect(file.suggestedFilename()).toMatch(/^import-.*\.csv$/);
    const text = await readFile(await file.path(), 'utf8');
    expect(text.split('\r\n')).toHaveLength(6);
    expect(text).toContain('"g.hopper@old.example","Grace Hopper"');
  }

  /// Without script a page shows news when it is asked for again.
  async becomes(text) {
    await expect(async () => {
      if (!this.script) await this.page.reload();
      await expect(this.page.getByText(text, { exact: true }).first()).toBeVisible({ timeout: 2_000 });
    }).toPass();
    await this.arrived();
  }

  async decide() {
    await this.press('Ignore');
    await this.says('Nothing is ticked. Tick at least one account in the list.');
    await this.open(`${this.connection}/import`);
    await this.press('Confirm Assignments');
    await this.says('Nothing is ticked. Tick at least one account in the list.');
    await this.open(`${this.connection}/import`);
    await this.use(this.page.getByLabel('Select Pier 4 Room'), 'Space');
    await this.press('Ignore');
    await this.says('1 account ignored');
    await expect(this.page.getByRole('row', { name: /Pier 4/ })).toHaveCount(0);
    await this.change();
  }

  /// Whoever is ticked stays so while a person is looked for.
  async change() {
    const ada = this.page.getByLabel('Select Ada Lovelace');
    await this.use(ada, 'Space');
    const button = this.page.getByRole('button', { name: 'Change Noah Brandt' }).locator('visible=true');
    await this.use(button);
    await this.says('Whose account is it?');
    const find = this.page.getByLabel('Find people');
    await expect(find).toHaveValue('Noah Brandt');
    if (this.script) await expect(find).toBeFocused();
    await this.says('Nobody is found');
    if (this.script) {
      await this.page.keyboard.press('Escape');
      await expect(button).toBeFocused();
      await this.use(button);
    }
    await find.fill('hopper');
    await this.press('Find');
    await expect(this.page.getByRole('radio', { name: 'Grace Hopper' })).toBeVisible();
    await this.arrived();
    await this.look('import, change');
    await this.press('Choose');
    await this.says('Nobody is selected. Choose a person.');
    await this.look('import, nobody chosen');
    await this.use(this.page.getByRole('link', { name: 'Cancel' }));
    await expect(this.page.getByRole('dialog')).toHaveCount(0);
    await expect(ada).toBeChecked();
    await this.open(`${this.connection}/import`);
    await expect(ada).not.toBeChecked();
  }

  /// What is ticked stays so when the question is left.
  async tick() {
    const boxes = this.page.getByRole('checkbox', { name: /^Select / });
    const checked = boxes.and(this.page.locator(':checked'));
    if (this.script) {
      // A tick belongs to its account, and not to the place in the list.
      await this.use(boxes.first(), 'Space');
      await expect(checked).toHaveCount(1);
      for (const [kind, count] of [[/^Partial/, 1], [/^Not linked/, 3]]) {
        await this.use(this.page.getByRole('link', { name: kind }));
        await expect(boxes).toHaveCount(count);
        await expect(checked).toHaveCount(0);
        await this.arrived();
      }
      await this.use(boxes.first(), 'Space');
      await this.follow('Select all on this page');
      await expect(checked).toHaveCount(3);
      await this.follow('Select none');
      await expect(checked).toHaveCount(0);
    }
    await this.follow('Select all on this page');
    await expect(checked).toHaveCount(3);
    await this.press('Confirm Assignments');
    await this.says('Confirm 3 accounts');
    await this.use(this.page.getByRole('link', { name: 'Cancel' }));
    await expect(this.page.getByRole('dialog')).toHaveCount(0);
    await expect(checked).toHaveCount(3);
    await this.arrived();
    await this.open(`${this.connection}/import`);
    await expect(checked).toHaveCount(0);
  }

  async confirm() {
    const all = this.page.getByRole('link', { name: 'Confirm all proposals' });
    if (this.script) {
      await this.use(all);
      await expect(this.page.getByRole('heading', { name: 'Confirm Assignments' })).toBeVisible();
      await this.page.keyboard.press('Escape');
      await expect(this.page.getByRole('dialog')).toHaveCount(0);
      await expect(all).toBeFocused();
    }
    await this.use(all);
    await this.says('Auto-activate users after confirmation');
    await expect(this.page.getByRole('dialog').getByText('1 person')).toHaveCount(3);
    await this.look('import, confirm');
    await this.press('Confirm 3 accounts');
    await this.says('3 accounts linked');
    await this.says('1 person was made in the directory.');
    await this.says('3 people are linked and not started');
    await expect(this.page.getByRole('row', { name: /Ada Lovelace/ }).first()).toContainText('Analyst');
    await this.look('import, not started');
  }

  async start() {
    await this.follow('Start provisioning');
    await this.says('Provisioning is off: nothing is sent until it is turned on.');
    await this.look('import, start');
    await this.press('Start provisioning');
    await this.says('Provisioning started for 3 people');
    await this.look('import, linked');
  }
}
