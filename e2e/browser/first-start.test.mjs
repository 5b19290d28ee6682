// The first person: an account, an empty chat, settings and administration in every look, out and in again.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { account, audit, signUp } from './page.mjs';
import { composer, finished, picture, questions, replies, say, settle, stage, text } from './stage.mjs';

let at;
let page;

before(async () => {
    at = await stage();
    page = at.page;
});

after(() => at?.close());

const narrow = async (what) => {
    const wide = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
    assert.equal(wide, false, `${what}: nothing is wider than a phone`);
};

test('the first person makes an account and finds the built-in model ready', async () => {
    await page.getByRole('heading', { name: 'Welcome' }).waitFor();
    await audit(page, 'first start');
    await picture(page, 'first-start');
    await signUp(page);
    await page.getByText('runs inside this server').waitFor();
    await audit(page, 'ready');
    await picture(page, 'ready');
    await page.getByRole('button', { name: 'Start chatting' }).click();
    await page.getByRole('heading', { name: /What would you like to know/ }).waitFor();
    await page.getByRole('button', { name: /smollm2/i }).waitFor();
    await audit(page, 'empty chat');
    await picture(page, 'empty');
});

test('a draft survives a reload, and the first question is answered', async () => {
    await composer(page).fill('Say hello to Ada.');
    await page.reload();
    await page.waitForFunction(() => document.querySelector('textarea')?.value === 'Say hello to Ada.');
    await settle(page, 12);
    await say(page, 'Say hello to Ada.');
    await finished(page);
    assert.ok((await text(page)).length > 0);
    await page.waitForURL(/\/c\/.+/);
});

test('settings and administration work and are accessible, in the dark and on a phone too', async () => {
    await account(page, 'Settings');
    await page.getByRole('heading', { name: 'Settings' }).waitFor();
    await audit(page, 'settings, light');
    await picture(page, 'settings-light');
    await page.getByRole('combobox', { name: 'Theme' }).selectOption('dark');
    await audit(page, 'settings, dark');
    await page.getByRole('combobox', { name: 'Language' }).selectOption('de');
    await page.getByRole('heading', { name: 'Einstellungen' }).waitFor();
    await page.getByRole('combobox', { name: 'Sprache' }).selectOption('en');
    await account(page, 'Administration');
    await page.getByText('ada@example.com').waitFor();
    await audit(page, 'administration, dark');
    await picture(page, 'admin-dark');
    await page.setViewportSize({ width: 360, height: 740 });
    await page.reload();
    await page.getByText('ada@example.com').waitFor();
    await narrow('administration');
    await audit(page, 'administration on a phone');
    await picture(page, 'admin-phone');
    await page.goBack();
    await page.getByRole('combobox', { name: 'Theme' }).waitFor();
    await narrow('settings');
    await picture(page, 'settings-phone');
    await page.goBack();
    await replies(page).first().waitFor();
    await narrow('a chat');
    await audit(page, 'a chat on a phone');
    await page.getByRole('button', { name: 'Show the sidebar' }).click();
    await page.getByRole('link', { name: 'New chat', exact: true }).waitFor();
    await audit(page, 'the sidebar on a phone');
    await picture(page, 'sidebar-phone');
    await page.setViewportSize({ width: 1280, height: 800 });
});

test('signed out, nothing is left; signed in again, everything is there', async () => {
    const said = await text(page);
    const address = page.url();
    await page.reload();
    await account(page, 'Sign out');
    await page.getByRole('button', { name: 'Sign in' }).waitFor();
    const left = await page.evaluate(() => Object.keys(localStorage).filter((key) => /^(token|chats|draft)/.test(key)));
    assert.deepEqual(left, []);
    await page.goto(address);
    await page.getByRole('button', { name: 'Sign in' }).waitFor();
    await page.getByLabel('Email').fill('ada@example.com');
    await page.getByLabel('Password').fill('wrong-Pass-1');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('alert').waitFor();
    await picture(page, 'sign-in-refused');
    await page.getByLabel('Password').fill('correct-Horse-1');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.locator(`nav a[href="${new URL(address).pathname}"]`).click();
    await questions(page).getByText('Say hello to Ada.').waitFor();
    assert.equal(await text(page), said);
    assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), 'dark', 'this browser keeps its look');
});
