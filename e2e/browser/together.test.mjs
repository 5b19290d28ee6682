// Two people in one chat, each in a browser of their own.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { audit, openPage } from './page.mjs';
import { composer, enter, openStored, PATIENCE, picture, questions, replies, settle, stage } from './stage.mjs';

const PASSWORD = 'correct-Horse-1';
let at;
let page;
let grace;

before(async () => {
    at = await stage({ BYPASS_MODEL_ACCESS_CONTROL: 'true' });
    page = at.page;
    await enter(page);
    await page.evaluate(async (password) => {
        const headers = { authorization: `Bearer ${localStorage.getItem('token')}`, 'content-type': 'application/json' };
        const body = JSON.stringify({ name: 'Grace Hopper', email: 'grace@example.com', password, role: 'user' });
        await fetch('/api/v1/auths/add', { method: 'POST', headers, body });
    }, PASSWORD);
    await openStored(page, 'About lighthouses', [
        { role: 'user', content: 'Why do lighthouses blink?' },
        { role: 'assistant', content: 'So that each has a rhythm of its own.' },
    ]);
});

after(() => at?.close());

test('who is let reply says something, and both see it and the answer as it grows', async () => {
    await page.locator('header').getByRole('button', { name: 'Share', exact: true }).click();
    const dialog = page.getByRole('dialog', { name: /^Share/ });
    await dialog.getByRole('button', { name: 'Make a link' }).click();
    const link = await dialog.getByLabel('Link to the chat').inputValue();
    await dialog.getByRole('combobox', { name: 'Add people or groups' }).fill('grac');
    await dialog.getByRole('option', { name: /Grace Hopper/, selected: true }).waitFor();
    await page.keyboard.press('Enter');
    await dialog.getByRole('button', { name: 'Remove Grace Hopper' }).waitFor();
    await dialog.getByLabel('Show new messages').check();
    await dialog.getByText('The link shows the chat as it is now.').waitFor();

    grace = await openPage(link);
    await grace.getByRole('button', { name: 'Sign in' }).click();
    await grace.getByLabel('Email').fill('grace@example.com');
    await grace.getByLabel('Password').fill(PASSWORD);
    await grace.getByRole('button', { name: 'Sign in' }).click();
    await replies(grace).getByText('rhythm').waitFor();
    assert.equal(await composer(grace).count(), 0, 'who may read says nothing');

    await dialog.getByLabel('What Grace Hopper may do').selectOption('write');
    await composer(grace).waitFor();
    await audit(page, 'who may reply');
    await picture(page, 'share-reply');
    await page.keyboard.press('Escape');
    await page.getByText('Also here: Grace Hopper').waitFor();
    await settle(grace, 12);
    // Nobody says that they write who does not know yet that somebody is there; and it is shown for some seconds only.
    await grace.getByText('Also here: Ada').waitFor();
    await Promise.all([page.getByText('Writing: Grace Hopper').waitFor(), composer(grace).fill('Which one is the oldest?')]);
    await picture(page, 'share-company');
    await grace.keyboard.press('Enter');
    await page.getByText('Also here: Grace Hopper').waitFor();
    await questions(page).getByText('Which one is the oldest?').waitFor();
    await replies(page).nth(1).waitFor();
    await page.waitForFunction(() => {
        const all = [...document.querySelectorAll('[data-role=assistant]')];
        return all.length === 2 && all[1].querySelector('.body')?.innerText.trim();
    }, null, { timeout: PATIENCE });
    await composer(grace).waitFor();
    await audit(grace, 'a live chat');
    await picture(grace, 'share-live');
});

test('what the owner says arrives at the guest, until the link is closed to them', async () => {
    await grace.getByRole('button', { name: 'Send' }).waitFor({ timeout: PATIENCE });
    await settle(page, 12);
    await composer(page).fill('And the youngest?');
    await page.keyboard.press('Enter');
    await questions(grace).getByText('And the youngest?').waitFor();
    await replies(grace).nth(2).locator('.body').getByText(/\w/).first().waitFor({ timeout: PATIENCE });
    await page.getByRole('button', { name: 'Send' }).waitFor({ timeout: PATIENCE });

    await page.locator('header').getByRole('button', { name: 'Share', exact: true }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Remove Grace Hopper' }).click();
    await grace.getByRole('alert').waitFor();
    assert.equal(await questions(grace).count(), 0);
    await grace.context().close();
    await page.getByText('Also here').waitFor({ state: 'detached' });
});
