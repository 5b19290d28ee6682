// What people set for themselves: it holds at once, is there on other devices, and the account is theirs to guard.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { account, audit, totp } from './page.mjs';
import { composer, enter, finished, openStored, picture, say, settle, stage } from './stage.mjs';

let at;
let page;

before(async () => {
    at = await stage({ ENABLE_TAGS_GENERATION: 'false', ENABLE_TITLE_GENERATION: 'false' });
    page = at.page;
    await enter(page);
});

after(() => at?.close());

const nav = () => page.getByRole('navigation', { name: 'Settings' });
const toggle = (name) => page.getByRole('switch', { name });

async function open(name) {
    await nav().getByRole('link', { name }).click();
    await page.getByRole('main').getByRole('heading', { name, level: 2, exact: true }).first().waitFor();
}

test('switches hold at once, and on another device', async () => {
    await account(page, 'Settings');
    await open('Interface');
    await toggle('Suggest what to ask next').uncheck();
    await toggle('Use the whole width').check();
    await page.getByLabel('What every model should know').fill('I keep a lighthouse.');
    await Promise.all([page.waitForResponse((answer) => answer.url().endsWith('/settings/update')), page.getByRole('button', { name: 'Save', exact: true }).click()]);
    await page.getByText('Saved.', { exact: true }).waitFor();
    await audit(page, 'interface');
    await picture(page, 'settings-interface');
    const phone = await at.another(page);
    await phone.goto(`${at.url}/settings/interface`);
    await phone.waitForFunction(() => document.querySelector('[data-setting="settings.wide"] input')?.checked);
    assert.equal(await phone.getByRole('switch', { name: 'Suggest what to ask next' }).isChecked(), false);
    assert.equal(await phone.getByLabel('What every model should know').inputValue(), 'I keep a lighthouse.');
    await phone.context().close();

    const asked = page.waitForRequest('**/api/chat/completions');
    await page.getByRole('link', { name: 'New chat', exact: true }).click();
    await settle(page, 8);
    await say(page, 'Say hello.');
    const body = (await asked).postDataJSON();
    assert.equal(body.background_tasks.follow_up_generation, false);
    assert.deepEqual(body.messages, [{ role: 'system', content: 'I keep a lighthouse.' }]);
    await finished(page);
});

test('a picture and a status are set, seen where people are listed, and taken away again', async () => {
    await account(page, 'Settings');
    const profile = page.locator('form[data-setting="settings.profile"]');
    const wide = await page.evaluate(() => {
        const canvas = Object.assign(document.createElement('canvas'), { width: 900, height: 400 });
        canvas.getContext('2d').fillRect(0, 0, 450, 400);
        return canvas.toDataURL('image/png').split(',')[1];
    });
    await profile.locator('input[type=file]').setInputFiles({ name: 'me.png', mimeType: 'image/png', buffer: Buffer.from(wide, 'base64') });
    const shown = profile.locator('img[src^="data:image/"]');
    await shown.waitFor();
    assert.deepEqual(await shown.evaluate((image) => image.decode().then(() => [image.naturalWidth, image.naturalHeight])), [256, 256]);
    await profile.getByRole('button', { name: 'Save', exact: true }).click();
    await profile.getByText('Saved.', { exact: true }).waitFor();
    await page.getByLabel('Emoji').fill('⛵');
    await page.getByLabel('What you are doing').fill('Out at sea');
    await page.getByLabel('Holds', { exact: true }).selectOption({ label: 'For an hour' });
    await page.getByRole('button', { name: 'Set status' }).click();
    await page.getByText('Others see it now.').waitFor();
    await page.getByText(/^Holds until/).waitFor();
    await page.getByRole('button', { name: /^Account of/ }).getByText('⛵ Out at sea').waitFor();
    await audit(page, 'profile');
    await picture(page, 'settings-profile');

    // An account that was made a moment ago has done nothing yet: this one is older.
    await page.route(/\/api\/v1\/users\/\?/, async (route) => {
        const answer = await route.fetch();
        const { users, ...rest } = await answer.json();
        await route.fulfill({ response: answer, json: { ...rest, users: users.map((user) => ({ ...user, created_at: user.created_at - 3600 })) } });
    });
    await page.goto(`${at.url}/admin/users`);
    const row = page.getByRole('list', { name: 'People' }).getByRole('button');
    await row.getByText('⛵ Out at sea').waitFor();
    await row.getByText('Active now').waitFor();
    await row.locator('img[src^="data:image/"]').waitFor();
    await audit(page, 'somebody who is here');
    await picture(page, 'people-active');
    await page.unrouteAll({ behavior: 'wait' });

    await page.goto(`${at.url}/settings`);
    await page.getByRole('button', { name: 'Clear status' }).click();
    await page.getByText('Nothing is shown any more.').waitFor();
    await profile.getByRole('button', { name: 'No picture' }).click();
    await profile.getByRole('button', { name: 'Save', exact: true }).click();
    await profile.getByText('Saved.', { exact: true }).waitFor();
    assert.equal(await page.locator('.account img, form img').count(), 0);
});

test('new chats are temporary for those who want it', async () => {
    await account(page, 'Settings');
    await open('Interface');
    await Promise.all([page.waitForResponse((answer) => answer.url().endsWith('/settings/update')), toggle('New chats are temporary').check()]);
    await page.getByRole('link', { name: 'New chat', exact: true }).click();
    await page.getByText('This chat is not saved.').waitFor();
    await account(page, 'Settings');
    await open('Interface');
    await Promise.all([page.waitForResponse((answer) => answer.url().endsWith('/settings/update')), toggle('New chats are temporary').uncheck()]);
});

test('all chats are archived and deleted after a question', async () => {
    await openStored(page, 'About rhythm', [{ role: 'user', content: 'Why?' }, { role: 'assistant', content: 'So.' }]);
    await account(page, 'Settings');
    await open('Chats and data');
    await audit(page, 'chats');
    const list = page.getByRole('link', { name: 'About rhythm' });
    await list.waitFor();
    await page.getByRole('button', { name: 'Archive all chats' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Archive all chats' }).click();
    await page.getByText('All chats are archived.').waitFor();
    await list.waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Delete all chats' }).click();
    await picture(page, 'settings-delete-all');
    await page.getByRole('dialog').getByRole('button', { name: 'Delete all chats' }).click();
    await page.getByText('All chats are deleted.').waitFor();
    await page.getByRole('button', { name: 'Archived chats' }).click();
    await page.getByText('Nothing is archived.').waitFor();
    await page.keyboard.press('Escape');
});

test('about tells the version', async () => {
    await open('About');
    await page.getByText(/^airis \d+\.\d+/).waitFor();
    await audit(page, 'about');
    await picture(page, 'settings-about');
});

test('a second factor is set up, gets new recovery codes, and moves to another app', async () => {
    await page.goto(`${at.url}/settings/account`);
    await page.getByText('This server does not ask for a second factor.').waitFor();
    await audit(page, 'account');
    await page.goto(`${at.url}/admin/general`);
    await toggle('Everybody needs a second factor').check();
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByRole('button', { name: 'Sign in' }).waitFor();
    await page.getByLabel('Email').fill('ada@example.com');
    await page.getByLabel('Password').fill('correct-Horse-1');
    await page.getByRole('button', { name: 'Sign in' }).click();
    const confirm = async () => {
        await page.getByRole('img', { name: 'Picture for the authenticator app' }).waitFor();
        await page.getByLabel('Code', { exact: true }).fill(totp(await page.locator('code').innerText()));
        await page.getByRole('button', { name: 'Continue' }).click();
        await page.getByText('Keep these recovery codes').waitFor();
        return (await page.locator('pre').innerText()).trim().split(/\s+/);
    };
    const first = await confirm();
    await page.getByRole('button', { name: 'I have kept them' }).click();
    await composer(page).waitFor();

    const prove = async (code) => {
        await page.getByLabel('Code', { exact: true }).fill(code);
        await page.getByLabel('Use a recovery code').check();
        await page.getByRole('button', { name: 'Continue' }).click();
    };
    await page.goto(`${at.url}/settings/account`);
    await page.getByText(`Recovery codes left: ${first.length}.`).waitFor();
    await page.getByRole('button', { name: 'New recovery codes' }).click();
    await prove('0'.repeat(first[0].length));
    await page.getByRole('alert').waitFor();
    await audit(page, 'a refused code');
    await prove(first[0]);
    await page.getByText('Keep these recovery codes').waitFor();
    const second = (await page.locator('pre').innerText()).trim().split(/\s+/);
    assert.notEqual(second[0], first[0]);
    await picture(page, 'settings-codes');
    await page.getByRole('button', { name: 'I have kept them' }).click();
    await page.getByRole('button', { name: 'Use another app' }).click();
    await prove(second[0]);
    await confirm();
    await picture(page, 'settings-factor');
    await page.getByRole('button', { name: 'I have kept them' }).click();
    await page.getByText('An authenticator app is set up.').waitFor();
});
