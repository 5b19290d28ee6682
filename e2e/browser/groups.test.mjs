// Groups: made, filled with people, given rights, and taken away; and what everybody may.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { account, audit, openPage } from './page.mjs';
import { composer, enter, openStored, picture, replies, stage } from './stage.mjs';

const PASSWORD = 'correct-Horse-1';
let at;
let page;
let grace;

before(async () => {
    at = await stage({ ENABLE_API_KEYS: 'true' });
    page = at.page;
    await enter(page);
    await page.evaluate(async (password) => {
        const headers = { authorization: `Bearer ${localStorage.getItem('token')}`, 'content-type': 'application/json' };
        const body = JSON.stringify({ name: 'Grace Hopper', email: 'grace@example.com', password, role: 'user' });
        await fetch('/api/v1/auths/add', { method: 'POST', headers, body });
    }, PASSWORD);
    grace = await openPage(at.url);
    await grace.getByLabel('Email').fill('grace@example.com');
    await grace.getByLabel('Password').fill(PASSWORD);
    await grace.getByRole('button', { name: 'Sign in' }).click();
    await composer(grace).waitFor();
});

after(() => at?.close());

const mayOf = (person, section, name) => person.evaluate(async ([section, name]) => {
    const headers = { authorization: `Bearer ${localStorage.getItem('token')}` };
    return (await (await fetch('/api/v1/users/permissions', { headers })).json())[section][name];
}, [section, name]);

test('a group is made, gets people, and lets them do more', async () => {
    await account(page, 'Administration');
    await page.getByRole('link', { name: 'Groups' }).click();
    await page.getByText('No groups yet.').waitFor();
    await audit(page, 'no groups');
    await page.getByRole('button', { name: 'New group' }).click();
    await page.getByRole('dialog').getByLabel('Name').fill('Writers');
    await page.getByRole('button', { name: 'Create group' }).click();
    await page.getByText('Nobody is in this group yet.').waitFor();
    await page.getByRole('combobox', { name: 'Add people' }).fill('hopper');
    await page.getByRole('option', { name: /Grace Hopper/ }).click();
    await page.getByText('Grace Hopper is in the group now.').waitFor();
    assert.equal(await mayOf(grace, 'workspace', 'prompts'), false);
    await page.getByText('Workspace', { exact: true }).last().click();
    await page.getByRole('switch', { name: 'Make prompts' }).check();
    await page.getByRole('button', { name: 'Save permissions' }).click();
    await page.getByText('Saved.', { exact: true }).waitFor();
    assert.equal(await mayOf(grace, 'workspace', 'prompts'), true);
    await audit(page, 'a group');
    await picture(page, 'group');
    await page.setViewportSize({ width: 360, height: 740 });
    await page.reload();
    await page.getByRole('button', { name: 'Take Grace Hopper out' }).waitFor();
    const wide = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
    assert.ok(!wide, 'a group fits on a phone');
    await picture(page, 'group-small');
    await page.setViewportSize({ width: 1280, height: 800 });
    await page.getByRole('button', { name: 'Take Grace Hopper out' }).click();
    await page.getByText('Nobody is in this group yet.').waitFor();
    assert.equal(await mayOf(grace, 'workspace', 'prompts'), false);
});

test('a group gets another name, and goes', async () => {
    const name = page.getByLabel('Name', { exact: true });
    await name.fill('Authors');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByRole('heading', { name: 'Authors' }).waitFor();
    await page.getByRole('link', { name: 'All groups' }).click();
    await page.getByRole('link', { name: /Authors/ }).waitFor();
    await picture(page, 'groups');
    await page.getByRole('link', { name: /Authors/ }).click();
    await page.getByRole('button', { name: 'Delete: Authors' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await page.getByText('No groups yet.').waitFor();
});

test('what everybody may is switched for those in no group', async () => {
    await page.getByRole('link', { name: /Everybody/ }).click();
    await page.getByText('Features', { exact: true }).click();
    await page.getByRole('switch', { name: 'API keys' }).check();
    await page.getByRole('button', { name: 'Save permissions' }).click();
    await page.getByText('Saved.', { exact: true }).waitFor();
    assert.equal(await mayOf(grace, 'features', 'api_keys'), true);
    await audit(page, 'what everybody may');
    await picture(page, 'everybody');
    await page.getByRole('button', { name: 'As at the start' }).click();
    await page.getByRole('button', { name: 'Save permissions' }).click();
    await page.getByText('Saved.', { exact: true }).waitFor();
    assert.equal(await mayOf(grace, 'features', 'api_keys'), false);
});

/** What Grace finds, after she has loaded the page anew. */
async function found() {
    await grace.goto(`${at.url}/settings/account`);
    await grace.getByRole('heading', { name: 'Password' }).first().waitFor();
    const key = await grace.getByRole('heading', { name: 'API key' }).count();
    const look = await grace.getByRole('navigation', { name: 'Settings' }).getByRole('link', { name: 'Interface' }).count();
    await grace.goto(chat);
    await replies(grace).waitFor();
    await grace.locator('nav .item', { hasText: 'Sums' }).hover();
    await grace.getByRole('button', { name: 'Actions for Sums' }).click();
    await grace.getByRole('menuitem', { name: 'Rename' }).waitFor();
    const lines = await grace.getByRole('menuitem').allInnerTexts();
    await grace.keyboard.press('Escape');
    await grace.getByRole('button', { name: /^Pick a model/ }).click();
    await grace.getByRole('combobox', { name: 'Search models' }).waitFor();
    const several = await grace.getByRole('checkbox', { name: 'Several at once' }).count();
    await grace.keyboard.press('Escape');
    const folders = await grace.getByRole('heading', { name: 'Folders' }).count();
    const controls = await grace.getByRole('button', { name: 'Controls', exact: true }).count();
    const actions = await replies(grace).locator('.actions button').evaluateAll((all) => all.map((button) => button.ariaLabel));
    return { shown: { key, look, several, folders, controls }, lines: lines.map((line) => line.trim()), actions };
}
let chat;

test('what is taken from everybody is hidden, and a group gives it back', async () => {
    await openStored(grace, 'Sums', [{ role: 'user', content: 'What is 1 + 1?' }, { role: 'assistant', content: 'It is 2.' }]);
    chat = grace.url();
    const before = await found();
    assert.deepEqual(before.shown, { key: 0, look: 1, several: 1, folders: 1, controls: 1 }, 'keys are for nobody at first');
    assert.ok(before.lines.includes('Delete') && before.lines.includes('Move to a folder'), `${before.lines}`);
    assert.deepEqual(before.actions, ['Copy', 'Read aloud', 'Edit', 'Regenerate', 'Another reply, with a hint', 'Good reply', 'Bad reply', 'Continue', 'More']);

    const taken = {
        Chats: ['Edit messages', 'Ask for another reply', 'Let a reply go on', 'Ask several models at once', 'Delete chats', 'Rate replies',
            'Have replies read aloud', 'Write a system prompt', 'Use the controls beside a chat'],
        Features: ['Folders'],
        Settings: ['Change how the client looks and works'],
    };
    await page.goto(`${at.url}/admin/groups/everybody`);
    for (const section of Object.keys(taken)) await page.locator('summary', { hasText: section }).click();
    for (const name of Object.values(taken).flat()) await page.getByRole('switch', { name, exact: true }).uncheck();
    await page.getByRole('button', { name: 'Save permissions' }).click();
    await page.getByText('Saved.', { exact: true }).waitFor();
    const without = await found();
    assert.deepEqual(without.shown, { key: 0, look: 0, several: 0, folders: 0, controls: 0 });
    assert.ok(!without.lines.includes('Delete') && !without.lines.includes('Move to a folder'), `${without.lines}`);
    assert.deepEqual(without.actions, ['Copy', 'More']);
    await audit(grace, 'a client that may do little');
    await picture(grace, 'permissions-few');

    const group = await page.evaluate(async () => {
        const headers = { authorization: `Bearer ${localStorage.getItem('token')}`, 'content-type': 'application/json' };
        const ask = async (path, body) => (await fetch(`/api/v1/${path}`, { headers, ...(body && { method: 'POST', body: JSON.stringify(body) }) })).json();
        const { id } = await ask('groups/create', { name: 'Editors', description: '' });
        const { users } = await ask('users/?query=grace');
        await ask(`groups/id/${id}/users/add`, { user_ids: [users[0].id] });
        return id;
    });
    await page.goto(`${at.url}/admin/groups/${group}`);
    for (const section of ['Chats', 'Features']) await page.locator('summary', { hasText: section }).click();
    for (const name of ['Edit messages', 'Delete chats', 'API keys']) await page.getByRole('switch', { name, exact: true }).check();
    await page.getByRole('button', { name: 'Save permissions' }).click();
    await page.getByText('Saved.', { exact: true }).waitFor();
    const again = await found();
    assert.deepEqual(again.shown, { key: 1, look: 0, several: 0, folders: 0, controls: 0 });
    assert.ok(again.lines.includes('Delete') && !again.lines.includes('Move to a folder'), `${again.lines}`);
    assert.deepEqual(again.actions, ['Copy', 'Edit', 'More']);
});
