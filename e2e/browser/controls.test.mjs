// What a person sets for one chat, what is suggested while they write, and what they want different: all of it reaches the model.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { audit, openPage, signUp } from './page.mjs';
import { composer, finished, picture, replies, say, stage } from './stage.mjs';
import { caller, PASSWORD } from './world.mjs';
import { folder, provider } from '../processes.mjs';

let at;
let page;
let mock;

before(async () => {
    mock = await provider();
    at = await stage({
        LOCAL_MODEL_PATH: folder(), ENABLE_OPENAI_API: 'true', OPENAI_API_BASE_URLS: `${mock}/v1`, ENABLE_AUTOCOMPLETE_GENERATION: 'true',
        ENABLE_TITLE_GENERATION: 'false', ENABLE_TAGS_GENERATION: 'false', ENABLE_FOLLOW_UP_GENERATION: 'false',
    });
    page = at.page;
    await signUp(page);
    await page.getByRole('button', { name: 'Start chatting' }).click();
    await composer(page).waitFor();
});

after(() => at?.close());

/** What the provider was asked, oldest first. */
async function asked() {
    const log = await (await fetch(`${mock}/log`)).json();
    return log.filter(({ path }) => path.endsWith('/chat/completions')).map(({ body }) => body);
}
const completed = async () => (await asked()).filter(({ messages }) => /Somebody is typing/.test(messages[0].content));
const beside = () => page.getByRole('region', { name: 'Controls' });
const system = (place = beside()) => place.getByLabel('System prompt');
const button = () => page.getByRole('button', { name: 'Controls', exact: true });
const newChat = () => page.getByRole('link', { name: 'New chat', exact: true }).click();
const stored = () => page.waitForResponse((answer) => answer.request().method() === 'PATCH' && answer.ok());

test('what is set for a new chat waits for it, reaches the model, and is stored with the chat', async () => {
    await page.keyboard.press('Control+.');
    await system().and(page.locator(':focus')).waitFor();
    await page.keyboard.type('You are a cook.');
    await beside().getByText('Parameters').click();
    await beside().getByLabel('Temperature').fill('9');
    await beside().getByRole('alert').waitFor();
    await audit(page, 'a number out of bounds');
    await beside().getByLabel('Temperature').fill('0.3');
    await beside().getByRole('alert').waitFor({ state: 'detached' });
    await beside().getByLabel('Seed').fill('7');
    await beside().getByLabel('Longest reply (tokens)').fill('400');
    await beside().getByLabel('Stop at').fill('END, STOP');
    await audit(page, 'controls of a new chat');
    await picture(page, 'controls-new');
    await page.reload();
    await button().click();
    assert.equal(await system().inputValue(), 'You are a cook.', 'a reload loses nothing');
    const keeps = stored();
    await say(page, 'What is for dinner?');
    await keeps;
    await finished(page);
    const [body] = await asked();
    assert.deepEqual(body.messages, [{ role: 'system', content: 'You are a cook.' }, { role: 'user', content: 'What is for dinner?' }]);
    assert.deepEqual([body.temperature, body.seed, body.max_tokens, body.stop], [0.3, 7, 400, ['END', 'STOP']]);
    assert.equal('system' in body, false, 'instructions are no parameter');

    await page.reload();
    await button().click();
    await page.waitForFunction(() => document.querySelector('section textarea')?.value === 'You are a cook.');
    assert.equal(await beside().getByLabel('Stop at').inputValue(), 'END, STOP');
    await picture(page, 'controls');
});

test('a change of a stored chat holds for its next question, and for no other chat', async () => {
    await Promise.all([stored(), system().fill('You are a baker.')]);
    await beside().getByText('Saved.', { exact: true }).waitFor();
    await Promise.all([stored(), beside().getByLabel('Temperature').fill('')]);
    await say(page, 'And tomorrow?');
    await finished(page);
    const body = (await asked()).at(-1);
    assert.equal(body.messages[0].content, 'You are a baker.');
    assert.equal('temperature' in body, false, 'what was emptied is left to the model');
    assert.equal(body.seed, 7);
    await system().focus();
    await page.keyboard.press('Escape');
    await beside().waitFor({ state: 'detached' });
    await newChat();
    await page.keyboard.press('Control+.');
    await system().waitFor();
    assert.equal(await system().inputValue(), '');
    await say(page, 'Something else?');
    await finished(page);
    assert.equal((await asked()).at(-1).messages[0].role, 'user', 'nothing goes before it');
});

test('what cannot be stored is said, and stored when it is tried again', async () => {
    await page.route('**/params', (route) => route.fulfill({ status: 500, json: { detail: 'The database is tired.' } }));
    await system().fill('You are a sailor.');
    await beside().getByText('The database is tired.').waitFor();
    await picture(page, 'controls-refused');
    await page.unroute('**/params');
    await Promise.all([stored(), beside().getByRole('button', { name: 'Try again' }).click()]);
    await beside().getByText('Saved.', { exact: true }).waitFor();
    await page.keyboard.press('Control+.');
    await beside().waitFor({ state: 'detached' });
});

test('on a phone they rise over the chat', async () => {
    await page.setViewportSize({ width: 360, height: 740 });
    await page.emulateMedia({ colorScheme: 'dark' });
    await page.keyboard.press('Control+Shift+S');
    await button().click();
    const sheet = page.getByRole('dialog', { name: 'Controls' });
    await sheet.getByText('Parameters').waitFor();
    await audit(page, 'controls on a phone');
    await picture(page, 'controls-phone');
    await page.keyboard.press('Escape');
    await sheet.waitFor({ state: 'detached' });
    await page.keyboard.press('Control+Shift+S');
    await page.emulateMedia({ colorScheme: 'light' });
    await page.setViewportSize({ width: 1280, height: 800 });
});

test('a reply is made again as a hint says', async () => {
    const first = (await replies(page).last().locator('.body').innerText()).trim();
    const hints = () => replies(page).last().getByRole('button', { name: 'Another reply, with a hint' });
    await hints().click();
    await picture(page, 'hints');
    await page.getByRole('menuitem', { name: 'Shorter' }).click();
    await replies(page).getByText('2/2').waitFor();
    await finished(page);
    assert.deepEqual((await asked()).at(-1).messages.slice(-2), [{ role: 'assistant', content: first }, { role: 'user', content: 'Answer again, but shorter.' }]);
    await hints().click();
    await page.getByRole('menuitem', { name: 'With words of your own…' }).click();
    await page.getByLabel('What should be different').and(page.locator(':focus')).waitFor();
    await page.keyboard.type('As a poem.');
    await audit(page, 'a hint of one’s own');
    await picture(page, 'hint-own');
    await page.getByRole('button', { name: 'Reply again' }).click();
    await replies(page).getByText('3/3').waitFor();
    await finished(page);
    assert.equal((await asked()).at(-1).messages.at(-1).content, 'As a poem.');
});

test('how a message goes on is suggested to those who want it', async () => {
    const ghost = page.locator('.ghost');
    await newChat();
    await replies(page).first().waitFor({ state: 'detached' });
    assert.equal(await page.locator('.written [role=status]').count(), 0, 'off until somebody wants it');
    await page.goto(`${at.url}/settings/interface`);
    await Promise.all([
        page.waitForResponse((answer) => answer.url().endsWith('/settings/update')),
        page.getByRole('switch', { name: 'Suggest how a message goes on' }).check(),
    ]);
    await newChat();
    await page.locator('.written [role=status]').waitFor({ state: 'attached' });
    const field = composer(page);
    await field.pressSequentially('Tell me about ');
    await ghost.filter({ hasText: 'completed text' }).waitFor();
    await audit(page, 'a suggestion');
    await picture(page, 'suggestion');
    await page.keyboard.press('Escape');
    await ghost.waitFor({ state: 'detached' });
    assert.equal(await field.inputValue(), 'Tell me about ');
    await page.keyboard.type('the ');
    await ghost.waitFor();
    await page.keyboard.type('com');
    assert.match(await ghost.textContent(), /the completed text$/, 'who types it goes on in it');
    await page.keyboard.press('Tab');
    assert.equal(await field.inputValue(), 'Tell me about the completed text');
    await field.and(page.locator(':focus')).waitFor();
    assert.equal((await completed()).length, 2, 'one question a pause');
    assert.match((await completed())[1].messages[0].content, /Tell me about the $/);
});

test('a suggestion that comes too late is not waited for, and phones are asked for none', async () => {
    let release;
    const held = new Promise((resolve) => (release = resolve));
    await page.route('**/auto/completions', async (route) => {
        await held;
        await route.continue().catch(() => undefined);
    });
    const begun = page.waitForRequest('**/auto/completions');
    await composer(page).fill('Where is ');
    await begun;
    const ended = page.waitForEvent('requestfailed', (request) => request.url().endsWith('/auto/completions'));
    await page.keyboard.type('i');
    await ended;
    await page.unroute('**/auto/completions');
    release();
    const token = await page.evaluate(() => localStorage.getItem('token'));
    const phone = await openPage(`${at.url}/manifest.webmanifest`, { viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true });
    await phone.evaluate((token) => localStorage.setItem('token', token), token);
    const known = phone.waitForResponse((answer) => answer.url().includes('/user/settings'));
    await phone.goto(at.url);
    await known;
    await composer(phone).fill('Tell me about ');
    assert.equal(await phone.locator('.written [role=status]').count(), 0);
    await phone.context().close();
});

test('people see of the controls what they may use', async () => {
    const call = caller(at.url, await page.evaluate(() => localStorage.getItem('token')));
    const { token } = await call('/v1/auths/add', { name: 'Grace', email: 'grace@example.com', password: PASSWORD, role: 'user' });
    const rights = await call('/v1/users/default/permissions');
    const allow = (chat) => call('/v1/users/default/permissions', { ...rights, chat: { ...rights.chat, ...chat } });
    const grace = await openPage(`${at.url}/manifest.webmanifest`);
    await grace.evaluate((token) => localStorage.setItem('token', token), token);
    const open = async () => {
        await grace.goto(at.url);
        await composer(grace).waitFor();
        await grace.keyboard.press('Control+.');
        return grace.getByRole('region', { name: 'Controls' });
    };
    await allow({ system_prompt: false });
    let panel = await open();
    await panel.getByText('Parameters').waitFor();
    assert.equal(await system(panel).count(), 0);
    await allow({ params: false });
    panel = await open();
    await system(panel).waitFor();
    assert.equal(await panel.getByText('Parameters').count(), 0);
    await allow({ controls: false });
    panel = await open();
    await grace.keyboard.press('Control+/');
    await grace.getByRole('dialog', { name: 'Keyboard shortcuts' }).getByText('Search everything').waitFor();
    assert.equal(await panel.count(), 0);
    assert.equal(await grace.getByText('Controls of the chat').count(), 0);
    await grace.context().close();
});
