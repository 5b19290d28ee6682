// A chat that others may read: who may, what they see, and what they can make of it.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { audit, openPage } from './page.mjs';
import { enter, openStored, picture, replies, stage } from './stage.mjs';

const PASSWORD = 'correct-Horse-1';
let at;
let page;
let link;

before(async () => {
    at = await stage();
    page = at.page;
    await enter(page);
    await page.evaluate(async (password) => {
        const headers = { authorization: `Bearer ${localStorage.getItem('token')}`, 'content-type': 'application/json' };
        const body = JSON.stringify({ name: 'Grace Hopper', email: 'grace@example.com', password, role: 'user' });
        await fetch('/api/v1/auths/add', { method: 'POST', headers, body });
    }, PASSWORD);
    await openStored(page, 'About lighthouses', [
        { role: 'user', content: 'Why do lighthouses blink?' },
        { role: 'assistant', content: 'So that each has a **rhythm** of its own.' },
    ]);
});

after(() => at?.close());

const dialog = () => page.getByRole('dialog', { name: /^Share/ });
const small = (page) => page.setViewportSize({ width: 360, height: 700 });
const large = (page) => page.setViewportSize({ width: 1280, height: 800 });

async function share() {
    await page.getByRole('main').or(page.locator('header')).getByRole('button', { name: 'Share', exact: true }).click();
    await dialog().getByLabel('Who may follow the link').waitFor();
}

test('a link is made, and nobody else may follow it until somebody is chosen', async () => {
    await share();
    await audit(page, 'before a link');
    await dialog().getByRole('button', { name: 'Make a link' }).click();
    const field = dialog().getByLabel('Link to the chat');
    await field.waitFor();
    link = await field.inputValue();
    await dialog().getByText('Nobody but you can open this link yet.').waitFor();
    const stranger = await openPage(link);
    await stranger.getByRole('alert').waitFor();
    await audit(stranger, 'a refused link');
    await picture(stranger, 'share-refused');
    await stranger.context().close();
});

test('whoever is found and chosen signs in, reads it, and goes on in a copy', async () => {
    await dialog().getByRole('combobox', { name: 'Add people or groups' }).fill('grac');
    await dialog().getByRole('option', { name: /Grace Hopper/ }).waitFor();
    await audit(page, 'choosing people');
    await picture(page, 'share-find');
    await page.keyboard.press('Enter');
    await dialog().getByRole('button', { name: 'Remove Grace Hopper' }).waitFor();
    await picture(page, 'share-dialog');
    await small(page);
    await picture(page, 'share-dialog-small');
    await large(page);

    const grace = await openPage(link);
    await grace.getByRole('button', { name: 'Sign in' }).click();
    await grace.getByLabel('Email').fill('grace@example.com');
    await grace.getByLabel('Password').fill(PASSWORD);
    await grace.getByRole('button', { name: 'Sign in' }).click();
    await grace.getByRole('heading', { name: 'About lighthouses' }).waitFor();
    await grace.locator('strong', { hasText: 'rhythm' }).waitFor();
    assert.equal(await grace.getByRole('textbox').count(), 0, 'nothing can be said here');
    await audit(grace, 'a shared chat');
    await picture(grace, 'share-page');
    await small(grace);
    await picture(grace, 'share-page-small');
    await large(grace);
    await grace.getByRole('button', { name: 'Continue in my chats' }).click();
    await grace.waitForURL(/\/c\//);
    await replies(grace).getByText('rhythm').waitFor();
    await grace.context().close();
});

test('open to anyone, it is read without an account; the copy changes only when it is updated', async () => {
    const kept = page.waitForResponse((answer) => answer.url().endsWith('/access'));
    await dialog().getByLabel('Who may follow the link').selectOption({ label: 'Anyone with the link, without an account too' });
    await kept;
    const chat = new URL(page.url()).pathname.split('/').pop();
    await page.evaluate(async (id) => {
        const headers = { authorization: `Bearer ${localStorage.getItem('token')}`, 'content-type': 'application/json' };
        await fetch(`/api/v1/chats/${id}/messages/m1`, { method: 'POST', headers, body: JSON.stringify({ content: 'To tell them apart.' }) });
    }, chat);
    const stranger = await openPage(link);
    await stranger.getByText('rhythm').waitFor();
    await dialog().getByRole('button', { name: 'Update the copy' }).click();
    await dialog().getByText('The link shows the chat as it is now.').waitFor();
    await stranger.reload();
    await stranger.getByText('To tell them apart.').waitFor();
    await audit(stranger, 'a shared chat without an account');
    await page.keyboard.press('Escape');
    await dialog().waitFor({ state: 'detached' });

    // The list of what is shared ends it.
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox').fill('shared chats');
    await page.getByRole('option', { name: 'Shared chats', selected: true }).waitFor();
    await page.keyboard.press('Enter');
    const list = page.getByRole('dialog', { name: 'Shared chats' });
    await list.getByRole('link', { name: 'About lighthouses' }).waitFor();
    await audit(page, 'the list of shared chats');
    await picture(page, 'share-list');
    await list.getByRole('button', { name: 'Stop sharing: About lighthouses' }).click();
    await list.getByText('Nothing is shared.').waitFor();
    await stranger.reload();
    await stranger.getByRole('alert').waitFor();
    await stranger.context().close();
});

test('a folder is shared with a person, who reads a chat in it until it is taken back', async () => {
    await page.evaluate(async (chat) => {
        const headers = { authorization: `Bearer ${localStorage.getItem('token')}`, 'content-type': 'application/json' };
        const post = async (path, body) => (await fetch(`/api/v1/${path}`, { method: 'POST', headers, body: JSON.stringify(body) })).json();
        const folder = await post('folders/', { name: 'Harbour' });
        await post(`chats/${chat}/folder`, { folder_id: folder.id });
    }, new URL(page.url()).pathname.split('/').pop());
    await page.reload();
    const change = async (act) => {
        await page.locator('nav .item', { hasText: 'Harbour' }).hover();
        await page.getByRole('button', { name: 'Actions for Harbour' }).click();
        await page.getByRole('menuitem', { name: 'Share', exact: true }).click();
        await act();
        await dialog().getByRole('button', { name: 'Save' }).click();
        await dialog().waitFor({ state: 'detached' });
    };
    await change(async () => {
        await dialog().getByRole('combobox', { name: 'Share with people or groups' }).fill('grac');
        await dialog().getByRole('option', { name: /Grace Hopper/ }).waitFor();
        await page.keyboard.press('Enter');
        await dialog().getByRole('button', { name: 'Remove Grace Hopper' }).waitFor();
        await audit(page, 'sharing a folder');
        await picture(page, 'share-folder');
    });
    const grace = await openPage(at.url);
    await grace.getByLabel('Email').fill('grace@example.com');
    await grace.getByLabel('Password').fill(PASSWORD);
    await grace.getByRole('button', { name: 'Sign in' }).click();
    await grace.getByRole('heading', { name: 'Shared with me' }).waitFor();
    await grace.getByRole('button', { name: /^Harbour/ }).click();
    await grace.getByRole('group', { name: 'Harbour' }).getByRole('link', { name: 'About lighthouses' }).click();
    await replies(grace).getByText('To tell them apart.').waitFor();
    await grace.getByText('This chat was shared with you. You can read it.').waitFor();
    assert.equal(await grace.getByRole('textbox').count(), 0, 'nothing can be said here');
    await audit(grace, 'a chat of a shared folder');
    await picture(grace, 'share-folder-chat');
    await change(() => dialog().getByRole('button', { name: 'Remove Grace Hopper' }).click());
    await grace.reload();
    await grace.getByRole('alert').waitFor();
    assert.equal(await grace.getByRole('heading', { name: 'Shared with me' }).count(), 0);
    await grace.context().close();
});
