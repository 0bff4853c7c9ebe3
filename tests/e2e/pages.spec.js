// Every kind of page, and everything that opens over one, asked for by its address: the script takes each over as the
// server made it. On the other roads most pages are reached by a click, and then the script makes them itself.
import { test, expect } from './stage.js';
import { Visitor } from './visitor.js';

const CORE = 'urn:ietf:params:scim:schemas:core:2.0:';

test('every page by its address', async ({ page, stage, complaints }) => {
  const visitor = new Visitor(page, stage, true);
  await visitor.signIn();
  await visitor.makeSource();
  await visitor.connect();
  const make = async (kind, it) => (await visitor.send('POST', `/${kind}s`, { schemas: [`${CORE}${kind}`], ...it })).body.id;
  const ada = await make('User', { userName: 'ada@example.com', displayName: 'Ada Lovelace' });
  await make('User', { userName: 'grace@example.com', displayName: 'Grace Hopper' });
  await make('Group', { displayName: 'Analysts', members: [{ value: ada }] });
  const former = await make('Group', { displayName: 'Former', members: [{ value: ada }] });
  expect((await visitor.send('DELETE', `/Groups/${former}`)).status).toBe(204);
  const first = async (list, start, text = '') => {
    await visitor.open(list);
    return page.locator(`main a[href^="${start}"]`, { hasText: text }).first().getAttribute('href');
  };
  const person = await first('/people', '/people/', 'Ada Lovelace');
  const other = await first('/people', '/people/', 'Grace Hopper');
  const group = await first('/groups', '/groups/', 'Analysts');
  const request = await first(visitor.source, `${visitor.source}/requests/`);
  const entry = await first('/audit', '/audit/');
  const id = (path) => path.split('/').at(-1);
  await visitor.open(visitor.source);
  const rotate = await page.locator('a[href*="dialog=rotate"]').first().getAttribute('href');
  const { source, connection } = visitor;
  const pages = [
    '/', '/people', '/groups', '/sources', '/sources?dialog=new', '/logs', '/audit', entry, '/connections', '/connections/new',
    person, `${person}?dialog=find`, `${person}?dialog=join&other=${id(other)}`, group, `/groups/${former}`, `/groups/${former}?dialog=restore`,
    source, `${source}?dialog=generate`, rotate, rotate.replace('rotate', 'revoke'), request,
    connection, `${connection}?dialog=turn-on`, `${connection}/integration`, `${connection}/integration?dialog=test-failed`,
    `${connection}/to-zoom`, `${connection}/logs`, `${connection}/import`, `${connection}/import?dialog=confirm`, `${connection}/import?dialog=start`,
    `${connection}/import?dialog=confirm&ticked=1`, `${connection}/import?change=0`, `${connection}/import/settings`, `${connection}/import/groups`, `${connection}/import/groups?change=0`,
    `${connection}/assignments`, `${connection}/assignments?dialog=assign`,
    `${connection}/assignments?dialog=unassign&people[]=${id(person)}`,
    '/settings/sign-in', '/settings/sign-in/new', '/settings/admins', '/settings/admins?dialog=invite',
    '/settings/sessions', '/settings/sessions?dialog=everybody', '/login', '/nothing/here',
  ];
  for (const path of pages) {
    await visitor.open(path);
    expect(complaints.filter((complaint) => !complaint.includes('404')), path).toEqual([]);
  }
  complaints.length = 0;
});

test('a list that is written anew disturbs nobody', async ({ page, stage }) => {
  const visitor = new Visitor(page, stage, true);
  await visitor.signIn();
  await visitor.makeSource();
  const make = (name) => visitor.send('POST', '/Users', {
    schemas: [`${CORE}User`], userName: `${name.toLowerCase()}@example.com`, displayName: name,
  });
  await make('Ada');
  await visitor.open('/people');
  const asked = [];
  page.on('request', (request) => asked.push(new URL(request.url()).pathname));
  await page.getByPlaceholder('Name, e-mail or department').fill('not sent yet');
  await page.getByRole('link', { name: 'Ada' }).focus();
  await page.evaluate(() => { window.stays = document.activeElement; });
  await make('Grace');
  await expect(page.getByRole('link', { name: 'Grace' })).toBeVisible();
  expect(await page.evaluate(() => document.activeElement === window.stays)).toBe(true);
  await expect(page.getByPlaceholder('Name, e-mail or department')).toHaveValue('not sent yet');
  // A link in it leads on without loading the document again, and back to a list that is made by script alone.
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'Ada', level: 1 })).toBeVisible();
  await page.goBack();
  await expect(page.getByRole('link', { name: 'Grace' })).toBeVisible();
  expect(asked.filter((path) => !path.startsWith('/api/') && path !== '/live' && !path.endsWith('.svg'))).toEqual([]);
});

test('a form in a view that the server wrote', async ({ page, stage }) => {
  const visitor = new Visitor(page, stage, true);
  await visitor.signIn();
  await visitor.makeSource();
  const group = await visitor.send('POST', '/Groups', { schemas: [`${CORE}Group`], displayName: 'Analysts' });
  await visitor.send('DELETE', `/Groups/${group.body.id}`);
  await visitor.open('/groups?state=deleted');
  await visitor.follow('Analysts');
  await page.evaluate(() => { window.stays = true; });
  await visitor.follow('Restore');
  await visitor.press('Restore');
  await visitor.says('Analysts restored');
  await expect(page.getByRole('link', { name: 'Restore' })).toBeHidden();
  expect(await page.evaluate(() => window.stays)).toBe(true);
  await visitor.open('/audit');
  await visitor.press('Verify now');
  await visitor.says('Verified up to');
});
