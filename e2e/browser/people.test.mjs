// People: added from a table, found, sorted, turned over pages, changed and removed.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { account, audit, openPage } from './page.mjs';
import { composer, enter, PATIENCE, picture, stage } from './stage.mjs';

let at;
let page;

before(async () => {
    at = await stage();
    page = at.page;
    await enter(page);
    await account(page, 'Administration');
});

after(() => at?.close());

const rows = () => page.getByRole('list', { name: 'People' }).getByRole('button');

test('people are added from a table, and lines that make no account are reported', async () => {
    const people = Array.from({ length: 31 }, (_, n) => `Person ${String(n).padStart(2, '0')};p${n}@example.com;Secret-pass-${n};user`);
    const csv = ['name;email;password;role', ...people, 'Nobody;nowhere;x;user', '"Ada; again";ada@example.com;Secret-pass-1;user'].join('\r\n');
    await page.getByRole('button', { name: 'Add from a file' }).click();
    await page.getByRole('dialog').locator('input[type=file]').setInputFiles({ name: 'people.csv', mimeType: 'text/csv', buffer: Buffer.from(csv) });
    await page.getByText('Line 33: nowhere').waitFor();
    await page.getByRole('button', { name: 'Make the accounts' }).click();
    await page.getByText('Accounts made: 31').waitFor({ timeout: PATIENCE });
    await page.getByText('Line 34: ada@example.com').waitFor();
    await audit(page, 'a report of new people');
    await picture(page, 'people-import');
    await page.keyboard.press('Escape');
});

test('people are found, sorted and turned over', async () => {
    await page.getByText('1 to 30 of 32').waitFor();
    await page.getByRole('combobox', { name: 'Sort by' }).selectOption({ label: 'Name' });
    await page.getByRole('button', { name: 'Ascending' }).click();
    await rows().first().getByText('Person 30').waitFor();
    await audit(page, 'people');
    await picture(page, 'people');
    await page.getByRole('button', { name: 'Next page' }).click();
    await page.getByText('31 to 32 of 32').waitFor();
    assert.equal(await rows().count(), 2);
    await page.getByRole('searchbox', { name: 'Search by name or email' }).fill('p17@');
    await page.waitForFunction(() => document.querySelectorAll('ul[aria-label=People] button').length === 1);
    await rows().getByText('Person 17').waitFor();
});

test('an account gets another name, password and role, and goes', async () => {
    await rows().first().click();
    const dialog = page.getByRole('dialog', { name: 'Person 17' });
    await dialog.getByText('In no group').waitFor();
    await dialog.getByLabel('Name', { exact: true }).fill('Grace Hopper');
    await dialog.getByLabel('Email').fill('grace@example.com');
    await dialog.getByLabel('New password').fill('Another-pass-1');
    await audit(page, 'an account');
    await picture(page, 'person');
    await page.setViewportSize({ width: 360, height: 740 });
    await picture(page, 'person-small');
    await page.setViewportSize({ width: 1280, height: 800 });
    await dialog.getByRole('button', { name: 'Save' }).click();
    await dialog.waitFor({ state: 'detached' });
    await page.getByRole('searchbox', { name: 'Search by name or email' }).fill('grace');
    await rows().getByText('Grace Hopper').waitFor();

    const grace = await openPage(at.url);
    await grace.getByLabel('Email').fill('grace@example.com');
    await grace.getByLabel('Password').fill('Another-pass-1');
    await grace.getByRole('button', { name: 'Sign in' }).click();
    await composer(grace).waitFor();
    await grace.context().close();

    await rows().first().click();
    await page.getByRole('dialog', { name: 'Grace Hopper' }).getByRole('button', { name: 'Delete' }).click();
    await page.getByRole('dialog', { name: 'Delete this account?' }).getByRole('button', { name: 'Delete' }).click();
    await page.getByText('Nobody by that name.').waitFor();
});
