// The client without its server: it can be installed, opens, shows the chats read lately, and finds its way back.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { account, audit, browser, openPage, signUp } from './page.mjs';
import { end, environment, folder, freePort, serve } from '../processes.mjs';

const { AIRIS_BINARY: binary, AIRIS_PICTURES: pictures } = process.env;
const LIMIT = 20;
let env;
let url;
let server;
let page;
let ids;

before(async () => {
    assert.ok(binary, 'set AIRIS_BINARY to the server to drive');
    env = environment(folder(), await freePort(), 'http://127.0.0.1:9', { ENABLE_OPENAI_API: 'false', ENABLE_OLLAMA_API: 'false' });
    url = `http://127.0.0.1:${env.PORT}`;
    server = await serve(binary, env, `${env.DATA_DIR}/server.log`);
    page = await openPage(url);
    await signUp(page);
    await page.getByRole('button', { name: 'Start chatting' }).click();
    ids = await page.evaluate(makeChats, LIMIT + 2);
});

after(async () => {
    await (await browser()).close();
    await end(server);
});

/** Runs in the page: chats of one question and one answer each, the first one with code in it. */
async function makeChats(count) {
    const headers = { authorization: `Bearer ${localStorage.getItem('token')}`, 'content-type': 'application/json' };
    const ids = [];
    for (let i = 0; i < count; i += 1) {
        const message = (id, parentId, childrenIds, role, content) => ({ id, parentId, childrenIds, role, content, model: 'm', done: true, timestamp: 1 });
        const messages = {
            a: message('a', null, ['b'], 'user', `question number ${i}`),
            b: message('b', 'a', [], 'assistant', `answer number ${i}\n\n\`\`\`rust\nfn main() {}\n\`\`\``),
        };
        const chat = { title: `Chat ${i}`, models: ['m'], history: { currentId: 'b', messages } };
        const answer = await fetch('/api/v1/chats/new', { method: 'POST', headers, body: JSON.stringify({ chat }) });
        ids.push((await answer.json()).id);
    }
    return ids;
}

/** Runs in the page: ids of the chats kept on this device, the newest last. */
function keptIds() {
    return new Promise((resolve, reject) => {
        const asked = indexedDB.open('client');
        asked.onerror = () => reject(asked.error);
        asked.onsuccess = () => {
            const all = asked.result.transaction('chats').objectStore('chats').index('age').getAll();
            all.onsuccess = () => {
                asked.result.close();
                resolve(all.result.map((chat) => chat.id));
            };
        };
    });
}

const answerOf = (i) => page.getByText(`answer number ${i}`, { exact: true });
const bar = () => page.getByText('The connection is gone');

async function open(i) {
    await page.goto(`${url}/c/${ids[i]}`);
    await answerOf(i).waitFor();
}

/** Waits until a chat is the newest of those that are kept. */
async function newestKept(id) {
    for (const until = Date.now() + 60_000; Date.now() < until;) {
        if ((await page.evaluate(keptIds)).at(-1) === id) return;
        await page.waitForTimeout(20);
    }
    assert.fail(`${id} was not kept`);
}

async function picture(name) {
    if (pictures) await page.screenshot({ path: `${pictures}/${name}.png` });
}

test('the client can be installed', async () => {
    const worker = await fetch(`${url}/sw.js`);
    assert.equal(worker.headers.get('cache-control'), 'no-cache');
    assert.match(worker.headers.get('content-type'), /^text\/javascript/);
    const manifest = await fetch(`${url}/manifest.webmanifest`);
    assert.match(manifest.headers.get('content-type'), /^application\/manifest\+json/);
    for (const { src, sizes } of (await manifest.json()).icons) {
        const size = await page.evaluate(async (src) => {
            const icon = new Image();
            icon.src = src;
            await icon.decode();
            return `${icon.naturalWidth}x${icon.naturalHeight}`;
        }, src);
        if (sizes !== 'any') assert.equal(size, sizes, src);
    }
    await page.evaluate(() => navigator.serviceWorker.ready);
    const devtools = await page.context().newCDPSession(page);
    assert.deepEqual((await devtools.send('Page.getAppManifest')).errors, []);
    // Fresh profiles are incognito ones, where nothing is ever installed.
    const { installabilityErrors } = await devtools.send('Page.getInstallabilityErrors');
    assert.deepEqual(installabilityErrors.map((error) => error.errorId).filter((id) => id !== 'in-incognito'), []);
});

test('without its server the client opens, says so, and shows the chats read lately', async () => {
    await open(0);
    await page.getByText('fn main()').waitFor();
    await newestKept(ids[0]);
    await page.waitForFunction(() => navigator.serviceWorker.controller);
    await end(server);
    await page.reload();
    await bar().waitFor();
    await answerOf(0).waitFor();
    await page.getByText('You see this chat as it was on').waitFor();
    await page.getByRole('link', { name: 'Chat 5', exact: true }).waitFor();
    assert.equal(await page.getByRole('alert').count(), 0, 'the bar says it once');
    await audit(page, 'offline');
    await picture('offline');
    await account(page, 'Settings');
    await page.getByRole('heading', { name: 'Settings' }).waitFor();
    await page.goto(`${url}/`);
    await page.getByRole('heading', { name: /What would you like to know/ }).waitFor();
});

test('what was not read lately is fetched when the server is back, without a reload', async () => {
    await page.getByRole('link', { name: 'Chat 5', exact: true }).click();
    await page.getByText('was not opened lately on this device').waitFor();
    await page.evaluate(() => (window.same = true));
    server = await serve(binary, env, `${env.DATA_DIR}/server.log`);
    await answerOf(5).waitFor();
    await bar().waitFor({ state: 'detached' });
    await page.getByRole('link', { name: 'Chat 0', exact: true }).click();
    await answerOf(0).waitFor();
    await page.getByText('You see this chat as it was on').waitFor({ state: 'detached' });
    assert.equal(await page.evaluate(() => window.same), true);
});

test('the newest chats are kept, and nothing that the server answered is in the cache', async () => {
    for (const [i, id] of ids.entries()) {
        await open(i);
        await newestKept(id);
    }
    assert.deepEqual(await page.evaluate(keptIds), ids.slice(-LIMIT));
    const cached = await page.evaluate(async () => {
        const names = await caches.keys();
        return (await Promise.all(names.map(async (name) => (await caches.open(name)).keys()))).flat().map((request) => new URL(request.url).pathname);
    });
    assert.ok(cached.includes('/'), 'the page itself');
    assert.ok(cached.some((path) => /^\/assets\/Shell-.*\.js$/.test(path)), 'the scripts of the chat');
    assert.ok(cached.some((path) => /^\/assets\/(esm|socket)[^/]*\.js$/.test(path)), 'a library that was used');
    assert.deepEqual(cached.filter((path) => path !== '/' && !/^\/(assets|icons)\/|^\/(favicon\.svg|manifest\.webmanifest|preview\.html)$/.test(path)), []);
});

test('a person who signs out leaves no chat in the browser', async () => {
    await account(page, 'Sign out');
    await page.getByRole('button', { name: 'Sign in' }).waitFor();
    assert.deepEqual(await page.evaluate(keptIds), []);
    const left = await page.evaluate(() => JSON.stringify(localStorage));
    assert.ok(!/Chat \d|ada@example\.com/.test(left), left);
});
