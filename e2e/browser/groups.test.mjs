// Groups: made, filled with people, given rights, and taken away; and what everybody may.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { account, audit, openPage } from './page.mjs';
import { composer, enter, picture, stage } from './stage.mjs';

const PASSWORD = 'correct-Horse-1';
let at;
let page;
let grace;

before(async () => {
    at = await stage();
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
