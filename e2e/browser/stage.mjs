// A server with the built-in model, and the person in front of it.
import assert from 'node:assert/strict';
import { browser, openPage, signUp } from './page.mjs';
import { end, endAll, environment, folder, freePort, serve } from '../processes.mjs';

const { AIRIS_BINARY: binary, AIRIS_TEST_MODELS: models, AIRIS_PICTURES: pictures } = process.env;
/** Replies come from a real model on whatever machine this is: seconds here, minutes on a busy one. */
export const PATIENCE = 240_000;

/** Starts a server and opens a page on it. */
export async function stage(more = {}) {
    assert.ok(binary, 'set AIRIS_BINARY to the server to drive');
    assert.ok(models, 'set AIRIS_TEST_MODELS to a folder filled by scripts/fetch-models.sh');
    const only = { LOCAL_MODEL_PATH: models, ENABLE_OPENAI_API: 'false', ENABLE_OLLAMA_API: 'false', ...more };
    const env = environment(folder(), await freePort(), 'http://127.0.0.1:9', only);
    const log = `${env.DATA_DIR}/server.log`;
    const url = `http://127.0.0.1:${env.PORT}`;
    let server = await serve(binary, env, log);
    return {
        url,
        page: await openPage(url),
        /** The same person in another browser profile. */
        async another(page, address = url) {
            const copy = await openPage(`${address}/manifest.webmanifest`);
            const token = await page.evaluate(() => localStorage.getItem('token'));
            await copy.evaluate((token) => localStorage.setItem('token', token), token);
            await copy.goto(address);
            await composer(copy).waitFor();
            return copy;
        },
        /** The same person on a page that names the server as another machine would. */
        from(host) {
            return this.another(this.page, url.replace('127.0.0.1', host));
        },
        async kill() {
            await end(server, 'SIGKILL');
        },
        async start() {
            server = await serve(binary, env, log);
        },
        async close() {
            await (await browser()).close();
            // A provider that a test asked for would keep its process alive.
            await endAll();
        },
    };
}

/** The first account, up to the empty chat. */
export async function enter(page) {
    await signUp(page);
    await page.getByRole('button', { name: 'Start chatting' }).click();
    await page.getByRole('button', { name: /smollm2/i }).waitFor();
}

/** From now on the model always takes its likeliest word, so that it says the same each time, and says `tokens` at most. */
export async function settle(page, tokens) {
    await page.unroute('**/api/chat/completions');
    await page.route('**/api/chat/completions', async (route) => {
        const body = route.request().postDataJSON();
        await route.continue({ postData: { ...body, params: { temperature: 0, max_tokens: tokens } } });
    });
}

/** Whether `after` begins with what was shown `before`, but for its last word and for signs of Markdown that was still open. */
export function goesOn(before, after) {
    const plain = (words) => words.replaceAll(/[\s*#`_~-]/g, '');
    return plain(after).startsWith(plain(before.slice(0, Math.max(before.lastIndexOf(' '), 1))));
}

export const composer = (page) => page.getByRole('textbox', { name: 'Ask anything' });
export const replies = (page) => page.locator('[data-role=assistant]');
export const questions = (page) => page.locator('[data-role=user]');
export const text = async (page) => (await replies(page).last().locator('.body').innerText()).trim();
export const finished = (page) => page.locator('li:last-child > [data-role=assistant][data-done=true]').waitFor({ timeout: PATIENCE });
export const running = (page) => page.locator('[data-role=assistant][data-done=false]').first().waitFor();
export const stopButton = (page) => page.getByRole('button', { name: 'Stop' });

/** What the server may refuse, so that it does not stay. */
export async function tryToSay(page, words) {
    await composer(page).fill(words);
    await composer(page).press('Enter');
}

/** Says it when the page lets a person send, and waits until it stands in the chat. */
export async function say(page, words) {
    await composer(page).fill(words);
    await page.locator('button.send:not([type=button]):enabled').waitFor();
    await composer(page).press('Enter');
    await questions(page).last().filter({ hasText: words }).waitFor();
}

/** Waits until the last reply has more than `length` characters, and returns them. */
export async function growsBeyond(page, length) {
    await page.waitForFunction((length) => {
        const body = [...document.querySelectorAll('[data-role=assistant] .body')].at(-1);
        return body && !body.querySelector('.wait') && body.innerText.trim().length > length;
    }, length, { timeout: PATIENCE });
    return text(page);
}

export async function stopReply(page) {
    await stopButton(page).click();
    await finished(page);
    await stopButton(page).waitFor({ state: 'detached' });
    return text(page);
}

/** Stores a chat as another client would, and opens it; `messages` is a list of one branch. */
export async function openStored(page, title, messages) {
    const id = await page.evaluate(async ({ title, messages }) => {
        const entries = messages.map((message, at) => [`m${at}`, {
            id: `m${at}`, parentId: at ? `m${at - 1}` : null, childrenIds: at + 1 < messages.length ? [`m${at + 1}`] : [],
            model: 'smollm2-135m-instruct', done: true, timestamp: 1, ...message,
        }]);
        const history = { currentId: `m${messages.length - 1}`, messages: Object.fromEntries(entries) };
        const headers = { authorization: `Bearer ${localStorage.getItem('token')}`, 'content-type': 'application/json' };
        const chat = { title, models: ['smollm2-135m-instruct'], history };
        const answer = await fetch('/api/v1/chats/new', { method: 'POST', headers, body: JSON.stringify({ chat }) });
        return (await answer.json()).id;
    }, { title, messages });
    await page.goto(new URL(`/c/${id}`, page.url()).href);
    await replies(page).last().waitFor();
    return id;
}

/** What is shown, for people to look at, when a folder for pictures is named. */
export async function picture(page, name) {
    if (pictures) await page.screenshot({ path: `${pictures}/${name}.png` });
}
