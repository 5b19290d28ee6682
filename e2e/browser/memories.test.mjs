// What models remember of a person: switched on, written, changed, forgotten.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { audit, narrow } from './page.mjs';
import { enter, picture, stage } from './stage.mjs';

let at;
let page;

before(async () => {
    at = await stage();
    page = at.page;
    await enter(page);
    await page.goto(`${at.url}/settings/memories`);
});

after(() => at?.close());

const list = () => page.getByRole('list', { name: 'Memories' });
const settings = () => page.evaluate(async () => (await fetch('/api/v1/users/user/settings', { headers: { authorization: `Bearer ${localStorage.getItem('token')}` } })).json());

async function add(words) {
    await page.getByRole('button', { name: 'Add a memory' }).click();
    const dialog = page.getByRole('dialog', { name: 'Add a memory' });
    await dialog.getByLabel('What should be remembered').fill(words);
    await dialog.getByRole('button', { name: 'Save' }).click();
    await dialog.waitFor({ state: 'detached' });
    await list().getByText(words).waitFor();
}

test('memories are switched on, and it is kept', async () => {
    await list().getByText('Nothing is remembered yet.').waitFor();
    const saved = page.waitForResponse((answer) => answer.url().endsWith('/settings/update'));
    await page.getByRole('switch', { name: 'Use memories in chats' }).click();
    await saved;
    assert.equal((await settings()).ui.memory, true);
    await page.reload();
    await page.getByRole('switch', { name: 'Use memories in chats', checked: true }).waitFor();
});

test('memories are added, changed and forgotten', async () => {
    await add('I have two dogs.');
    await add('I live by the sea.');
    await page.getByRole('button', { name: 'Edit: I have two dogs.' }).click();
    const dialog = page.getByRole('dialog', { name: 'Edit the memory' });
    await dialog.getByLabel('What should be remembered').fill('I have three dogs.');
    await audit(page, 'changing a memory');
    await picture(page, 'memory');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await list().getByText('I have three dogs.').waitFor();
    await audit(page, 'memories');
    await picture(page, 'memories');
    await narrow(page, () => picture(page, 'memories-small'));
    await page.getByRole('button', { name: 'Delete: I live by the sea.' }).click();
    await page.getByRole('dialog', { name: 'Forget this?' }).getByRole('button', { name: 'Delete' }).click();
    await list().getByText('I live by the sea.').waitFor({ state: 'detached' });
    await add('I like tea.');
    await page.getByRole('button', { name: 'Forget everything' }).click();
    await page.getByRole('dialog', { name: 'Forget everything?' }).getByRole('button', { name: 'Delete' }).click();
    await list().getByText('Nothing is remembered yet.').waitFor();
});
