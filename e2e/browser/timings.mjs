// How long people wait for the page, in a real browser, and how busy it is while a reply arrives. `make bench` runs it.
//
//     AIRIS_BINARY=… CHROMIUM=… node timings.mjs
import { once } from 'node:events';
import { createServer } from 'node:http';
import { browser, openPage, signUp } from './page.mjs';
import { composer, finished, openStored, replies, tryToSay } from './stage.mjs';
import { endAll, environment, folder, freePort, serve } from '../processes.mjs';

const TOKENS = 5000;
const TOKENS_A_SECOND = 200;
const MESSAGES = 10_000;
const ROUNDS = 5;

const median = (list) => list.toSorted((a, b) => a - b)[Math.floor(list.length / 2)];
const row = (what, figure, budget) => console.log(`| ${what} | ${figure} | ${budget} |`);
const code = '```rust\nfn main() {\n    println!("the sky is {}", colour());\n}\n```\n';
const paragraph = (at) => `${at % 12 ? '' : `## Part ${at / 12 + 1}\n\n`}The **sky** is blue because air [scatters](https://example.org) \`short\` waves more than long ones.\n\n${at % 5 ? '' : code}\n`;

/** Writes as many tokens as wanted, as fast as wanted: what is late is made up for. */
async function stream(answer) {
    const words = Array.from({ length: 500 }, (_, at) => paragraph(at)).join('').match(/\S+\s*/g).slice(0, TOKENS);
    answer.writeHead(200, { 'content-type': 'text/event-stream' });
    const begin = Date.now();
    for (let sent = 0; sent < words.length;) {
        const due = Math.min(words.length, Math.ceil(((Date.now() - begin) / 1000) * TOKENS_A_SECOND));
        for (; sent < due; sent++) answer.write(`data: ${JSON.stringify({ choices: [{ index: 0, delta: { content: words[sent] } }] })}\n\n`);
        await new Promise((resolve) => setTimeout(resolve, 5));
    }
    answer.end(`data: ${JSON.stringify({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] })}\n\ndata: [DONE]\n\n`);
}

const provider = createServer((asked, answer) => {
    if (asked.url.endsWith('/models')) answer.end(JSON.stringify({ data: [{ id: 'steady' }] }));
    else void stream(answer);
}).listen(0, '127.0.0.1');
await once(provider, 'listening');
const env = environment(folder(), await freePort(), `http://127.0.0.1:${provider.address().port}`, {
    ENABLE_TITLE_GENERATION: 'false', ENABLE_TAGS_GENERATION: 'false', ENABLE_FOLLOW_UP_GENERATION: 'false',
});
await serve(process.env.AIRIS_BINARY, env, `${env.DATA_DIR}/server.log`);
const url = `http://127.0.0.1:${env.PORT}`;

/** Until the largest part of a page is painted: the median of several loads. */
async function largestPaint(page, address, ready) {
    const all = [];
    for (let at = 0; at < ROUNDS; at++) {
        await page.goto(address);
        await ready();
        all.push(await page.evaluate(() => new Promise((resolve) => {
            new PerformanceObserver((list) => resolve(list.getEntries().at(-1).startTime)).observe({ type: 'largest-contentful-paint', buffered: true });
        })));
    }
    return `${Math.round(median(all))} ms`;
}

/** Every task of the page that takes longer than 50 ms, while `act` runs. */
async function longTasks(page, act) {
    await page.evaluate(() => {
        window.longTasks = [];
        new PerformanceObserver((list) => window.longTasks.push(...list.getEntries().map((task) => task.duration))).observe({ type: 'longtask' });
    });
    await act();
    return page.evaluate(() => window.longTasks);
}

console.log('| what | airis | budget |\n|---|---|---|');
const page = await openPage(url);
const door = page.getByLabel('Password');
row('largest paint, sign-in page', await largestPaint(page, url, () => door.waitFor()), '500 ms');
await signUp(page);
await page.getByRole('button', { name: 'Start chatting' }).click();
await composer(page).waitFor();
row('largest paint, empty chat', await largestPaint(page, url, () => composer(page).waitFor()), '500 ms');

const tasks = await longTasks(page, async () => {
    await tryToSay(page, 'Why is the sky blue?');
    await finished(page);
});
const worst = tasks.length ? `, the longest ${Math.round(Math.max(...tasks))} ms` : '';
row(`tasks over 50 ms while ${TOKENS} tokens come at ${TOKENS_A_SECOND} a second`, `${tasks.length}${worst}`, 'none');

const messages = Array.from({ length: MESSAGES }, (_, at) => ({ role: at % 2 ? 'assistant' : 'user', content: paragraph(at) }));
await openStored(page, 'A long one', messages);
const cold = [];
const warm = [];
for (let at = 0; at < ROUNDS; at++) {
    let begin = performance.now();
    await page.reload();
    await replies(page).last().waitFor();
    cold.push(performance.now() - begin);
    await page.getByRole('link', { name: 'New chat', exact: true }).click();
    await replies(page).last().waitFor({ state: 'detached' });
    begin = performance.now();
    await page.locator('nav').getByRole('link', { name: 'A long one' }).click();
    await replies(page).last().waitFor();
    warm.push(performance.now() - begin);
}
row(`open a chat of ${MESSAGES} messages, by its address / from the sidebar`, `${Math.round(median(cold))} / ${Math.round(median(warm))} ms`, '1,000 ms');

await (await browser()).close();
await endAll();
provider.close();
