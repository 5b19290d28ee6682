// A newcomer and the built-in model, in a real browser: account, question, reply, reload, stop, edit, branches, sign-out.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { account, audit, browser, openPage, signUp } from './page.mjs';
import { end, environment, folder, freePort, serve } from '../processes.mjs';

const { AIRIS_BINARY: binary, AIRIS_TEST_MODELS: models, AIRIS_PICTURES: pictures } = process.env;
let env;
let url;
let server;
let page;

before(async () => {
    assert.ok(binary, 'set AIRIS_BINARY to the server to drive');
    assert.ok(models, 'set AIRIS_TEST_MODELS to a folder filled by scripts/fetch-models.sh');
    const only = { LOCAL_MODEL_PATH: models, ENABLE_OPENAI_API: 'false', ENABLE_OLLAMA_API: 'false' };
    env = environment(folder(), await freePort(), 'http://127.0.0.1:9', only);
    url = `http://127.0.0.1:${env.PORT}`;
    server = await serve(binary, env, `${env.DATA_DIR}/server.log`);
    page = await openPage(url);
});

after(async () => {
    await (await browser()).close();
    await end(server);
});

const replies = () => page.locator('[data-role=assistant]');
const composer = () => page.getByRole('textbox', { name: 'Ask anything' });
const text = async () => (await replies().last().locator('.body').innerText()).trim();

async function picture(name) {
    if (pictures) await page.screenshot({ path: `${pictures}/${name}.png` });
}

async function say(words) {
    await composer().fill(words);
    await composer().press('Enter');
}

/** Waits until the reply has more than `length` characters, and returns them. */
async function growsBeyond(length) {
    await page.waitForFunction((length) => {
        const body = [...document.querySelectorAll('[data-role=assistant] .body')].at(-1);
        return body && !body.querySelector('.wait') && body.textContent.trim().length > length;
    }, length, { timeout: 90_000 });
    return text();
}

test('the first person makes an account and finds the built-in model ready', async () => {
    await page.getByRole('heading', { name: 'Welcome' }).waitFor();
    await audit(page, 'first start');
    await picture('first-start');
    await signUp(page);
    await page.getByText('runs inside this server').waitFor();
    await picture('ready');
    await page.getByRole('button', { name: 'Start chatting' }).click();
    await page.getByRole('heading', { name: /What would you like to know/ }).waitFor();
    await page.getByRole('button', { name: /smollm2/i }).waitFor();
    await audit(page, 'empty chat');
    await picture('empty');
});

test('a reply streams, and the chat is there after a reload', async () => {
    await say('Write a very long story about a lighthouse keeper and the sea.');
    await growsBeyond(5);
    await page.waitForURL(/\/c\/.+/);
    await page.getByRole('button', { name: 'Stop' }).click();
    await page.reload();
    await page.getByText('lighthouse keeper').first().waitFor();
    await replies().first().waitFor();
});

test('settings and administration work and are accessible, in the dark and on a phone too', async () => {
    await account(page, 'Settings');
    await page.getByRole('combobox', { name: 'Theme' }).selectOption('dark');
    await audit(page, 'settings, dark');
    await page.getByRole('combobox', { name: 'Language' }).selectOption('de');
    await page.getByRole('heading', { name: 'Einstellungen' }).waitFor();
    await page.getByRole('combobox', { name: 'Sprache' }).selectOption('en');
    await account(page, 'Administration');
    await page.getByText('ada@example.com').waitFor();
    await audit(page, 'administration, dark');
    await picture('admin-dark');
    await page.goBack();
    await page.goBack();
    await page.locator('[data-role=assistant]').first().waitFor();
    await audit(page, 'chat, dark');
    await picture('chat-dark');
    await page.setViewportSize({ width: 360, height: 740 });
    await page.reload();
    await page.locator('[data-role=assistant]').first().waitFor();
    const wide = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
    assert.equal(wide, false, 'nothing is wider than a phone');
    await audit(page, 'phone');
    await picture('phone');
    await page.setViewportSize({ width: 1280, height: 800 });
});

test('what people and models write never runs', async () => {
    await page.evaluate(async () => {
        const token = localStorage.getItem('token');
        const text = '<img src=x onerror="window.hacked=1"> <script>window.hacked=1</script> [x](javascript:window.hacked=1) ![p](https://tracker.example/p.png)';
        const message = (id, parentId, childrenIds, role) => ({ id, parentId, childrenIds, role, content: text, model: 'm', done: true, timestamp: 1 });
        const chat = { title: 'Hostile', models: ['m'], history: { currentId: 'b', messages: { a: message('a', null, ['b'], 'user'), b: message('b', 'a', [], 'assistant') } } };
        const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
        const answer = await fetch('/api/v1/chats/new', { method: 'POST', headers, body: JSON.stringify({ chat }) });
        window.hostile = (await answer.json()).id;
    });
    const id = await page.evaluate(() => window.hostile);
    await page.goto(`${url}/c/${id}`);
    await page.locator('[data-role=assistant] .body').waitFor();
    await page.waitForTimeout(300);
    assert.equal(await page.evaluate(() => window.hacked), undefined);
    assert.equal(await page.locator('.body img').count(), 0, 'no remote picture is fetched unasked');
});

test('a chat of a thousand messages opens at its end', async () => {
    const id = await page.evaluate(async () => {
        const token = localStorage.getItem('token');
        const messages = {};
        for (let i = 0; i < 1000; i += 1) {
            messages[`m${i}`] = { id: `m${i}`, parentId: i ? `m${i - 1}` : null, childrenIds: i < 999 ? [`m${i + 1}`] : [],
                role: i % 2 ? 'assistant' : 'user', content: `message number ${i}`, model: 'm', done: true, timestamp: i };
        }
        const chat = { title: 'Long', models: ['m'], history: { currentId: 'm999', messages } };
        const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
        const answer = await fetch('/api/v1/chats/new', { method: 'POST', headers, body: JSON.stringify({ chat }) });
        return (await answer.json()).id;
    });
    await page.goto(`${url}/c/${id}`);
    await page.getByText('message number 999', { exact: true }).waitFor();
    assert.ok((await page.locator('article').count()) < 100, 'only the end is drawn');
});

test('the connection bar appears when the server is gone and goes when it is back', async () => {
    await end(server);
    await page.getByText('The connection is gone').waitFor({ timeout: 10_000 });
    server = await serve(binary, env, `${env.DATA_DIR}/server.log`);
    await page.getByText('The connection is gone').waitFor({ state: 'detached', timeout: 20_000 });
});

test('a person signs out and in again and finds the chats', async () => {
    await account(page, 'Sign out');
    await page.getByRole('button', { name: 'Sign in' }).waitFor();
    await page.getByLabel('Email').fill('ada@example.com');
    await page.getByLabel('Password').fill('wrong-Pass-1');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('alert').waitFor();
    await page.getByLabel('Password').fill('correct-Horse-1');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('link', { name: 'Hostile' }).waitFor();
});
