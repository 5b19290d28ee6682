// What a person switches on beside a question: the web as a source, with consent, cited by the reply and no obstacle when
// it is away; and a picture that comes with the reply. What is spoken: replies that are read aloud, and questions.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';
import { audit, narrow, serveBrowser, signUp } from './page.mjs';
import { composer, finished, openStored, picture, replies, say, stage } from './stage.mjs';
import { folder, provider } from '../processes.mjs';

// One point.
const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
let at;
let page;
let web;
let broken = false;
/** What the speech service was asked to say, and the recordings that it got. */
const said = [];
const heard = [];

/** Silence of some seconds, which takes as long as words would. */
function silence(seconds) {
    const [rate, bytes] = [8000, 16000 * seconds];
    const head = Buffer.alloc(44);
    head.write('RIFF', 0);
    head.writeUInt32LE(36 + bytes, 4);
    head.write('WAVEfmt ', 8);
    for (const [value, at] of [[16, 16], [rate, 24], [rate * 2, 28], [bytes, 40]]) head.writeUInt32LE(value, at);
    for (const [value, at] of [[1, 20], [1, 22], [2, 32], [16, 34]]) head.writeUInt16LE(value, at);
    head.write('data', 36);
    return Buffer.concat([head, Buffer.alloc(bytes)]);
}

async function speech(request, response) {
    const parts = [];
    for await (const part of request) parts.push(part);
    const body = Buffer.concat(parts);
    if (request.url === '/v1/audio/speech') {
        const { input } = JSON.parse(body);
        said.push(input);
        response.setHeader('content-type', 'audio/wav');
        return response.end(silence(input.includes('long') ? 30 : 1));
    }
    heard.push(body);
    response.setHeader('content-type', 'application/json');
    return response.end(JSON.stringify({ text: 'Which colour has the sea?' }));
}

before(async () => {
    web = createServer((request, response) => {
        const url = new URL(request.url, `http://127.0.0.1:${web.address().port}`);
        if (url.pathname === '/search') {
            response.statusCode = broken ? 500 : 200;
            response.setHeader('content-type', 'application/json');
            const results = [{ url: `${url.origin}/sky`, title: 'Sky', content: 'It is blue', score: 1 }];
            return response.end(JSON.stringify({ results }));
        }
        if (request.method === 'POST' && url.pathname.startsWith('/v1/audio/')) return void speech(request, response);
        if (url.pathname === '/v1/images/generations') {
            response.setHeader('content-type', 'application/json');
            return response.end(JSON.stringify({ data: [{ b64_json: PNG }] }));
        }
        response.setHeader('content-type', 'text/html; charset=utf-8');
        if (url.pathname === '/written') return response.end('<main id=x></main><script>x.textContent = `The moon is ${6 * 7}.`</script>');
        if (url.pathname === '/sent-on') return response.writeHead(302, { location: '/written' }).end();
        return response.end('<title>About the sky</title><main><p>The sky is blue in the morning.</p></main>');
    }).listen(0, '127.0.0.1');
    await once(web, 'listening');
    const mock = await provider();
    at = await stage({
        LOCAL_MODEL_PATH: folder(), ENABLE_OPENAI_API: 'true', OPENAI_API_BASE_URLS: `${mock}/v1`,
        ENABLE_RAG_LOCAL_WEB_FETCH: 'true', ENABLE_SEARCH_QUERY_GENERATION: 'false',
    });
    page = at.page;
    await signUp(page);
    await page.getByRole('button', { name: 'Start chatting' }).click();
    await composer(page).waitFor();
});

after(async () => {
    web?.close();
    await at?.close();
});

const button = (pressed) => page.getByRole('button', { name: 'Search the web', exact: true, pressed });

test('an administrator chooses a search engine', async () => {
    assert.equal(await button(false).count(), 0, 'nothing to search with, no button');
    await page.goto(`${at.url}/admin/web`);
    await page.getByRole('switch', { name: 'People may have the web searched' }).click();
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByText('Choose a search engine').last().waitFor();
    await page.getByLabel('Search engine').selectOption({ label: 'SearXNG' });
    await page.getByLabel('Address').fill(`http://127.0.0.1:${web.address().port}/search`);
    await page.getByRole('switch', { name: 'People agree before it is switched on' }).click();
    await audit(page, 'the settings of web search');
    await picture(page, 'web-settings');
    await narrow(page, () => picture(page, 'web-settings-small'));
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByText('Saved.', { exact: true }).waitFor();
    await page.goto(at.url);
    await button(false).waitFor();
});

test('a person agrees, and the reply rests on a page of the web', async () => {
    await button(false).click();
    const dialog = page.getByRole('dialog', { name: 'Search the web?' });
    await dialog.getByText('Your query will be sent to the configured web search provider.').waitFor();
    await audit(page, 'agreeing to a web search');
    await picture(page, 'web-agree');
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    await dialog.waitFor({ state: 'detached' });
    await button(false).click();
    await dialog.getByRole('button', { name: 'Search the web' }).click();
    await button(true).waitFor();
    await say(page, 'Which colour has the sky?');
    await finished(page);
    await page.getByRole('list', { name: 'Sources' }).getByRole('button', { name: /About the sky/ }).click();
    const source = page.getByRole('dialog', { name: 'About the sky' });
    await source.getByText('The sky is blue in the morning.').waitFor();
    assert.match(await source.getByRole('link').getAttribute('href'), /\/sky$/);
    await audit(page, 'a page of the web');
    await picture(page, 'web-source');
    await page.keyboard.press('Escape');
    await source.waitFor({ state: 'detached' });
    await picture(page, 'web-reply');
    await narrow(page, () => picture(page, 'web-reply-small'));
});

test('it stays switched on, and a search that fails is said and breaks no reply', async () => {
    broken = true;
    await page.reload();
    await button(true).waitFor();
    await say(page, 'And the sea?');
    await finished(page);
    await replies(page).last().getByText('The web could not be searched').waitFor();
    await button(true).click();
    await button(false).waitFor();
});

test('a browser elsewhere reads pages that scripts write', async () => {
    const elsewhere = await serveBrowser();
    const post = (path, body) => page.evaluate(async ([path, body]) => {
        const headers = { 'content-type': 'application/json', authorization: `Bearer ${localStorage.getItem('token')}` };
        const answer = await fetch(path, { method: 'POST', headers, body: JSON.stringify(body) });
        return { status: answer.status, text: await answer.text() };
    }, [path, body]);
    const read = (path) => post('/api/v1/retrieval/process/web?process=false', { url: `http://127.0.0.1:${web.address().port}${path}` });
    const choose = (WEB_LOADER_ENGINE) => post('/api/v1/retrieval/config/update', { web: { WEB_LOADER_ENGINE, PLAYWRIGHT_WS_URL: elsewhere.url } });
    try {
        assert.doesNotMatch((await read('/written')).text, /The moon is 42/);
        assert.equal((await choose('playwright')).status, 200);
        for (const path of ['/written', '/sent-on']) assert.match((await read(path)).text, /The moon is 42\./, path);
    } finally {
        await choose('');
        await elsewhere.close();
    }
});

test('an administrator says what makes pictures, and one comes with the reply', async () => {
    const brush = (pressed) => page.getByRole('button', { name: 'Make a picture', exact: true, pressed });
    assert.equal(await brush(false).count(), 0, 'nothing to paint with, no button');
    await page.goto(`${at.url}/admin/images`);
    await page.getByRole('switch', { name: 'People may have pictures made' }).click();
    await page.getByLabel('Address').first().fill('');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByText('This is needed.', { exact: true }).waitFor();
    await page.getByLabel('Address').first().fill(`http://127.0.0.1:${web.address().port}/v1`);
    await audit(page, 'the settings of pictures');
    await picture(page, 'image-settings');
    await narrow(page, () => picture(page, 'image-settings-small'));
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByText('Saved.', { exact: true }).waitFor();
    await page.goto(at.url);
    await brush(false).click();
    await brush(true).waitFor();
    await say(page, 'Paint the sky');
    await finished(page);
    await replies(page).last().getByRole('img', { name: 'generated-image.png' }).waitFor();
    await page.reload();
    await replies(page).last().getByRole('img', { name: 'generated-image.png' }).waitFor();
    await brush(true).waitFor();
    await audit(page, 'a reply with a picture');
    await picture(page, 'image-reply');
});

test('without a service the browser reads aloud and writes down', async () => {
    // This browser has no voice and no ear of its own.
    await page.evaluate(() => {
        window.spoken = [];
        speechSynthesis.speak = (words) => {
            window.spoken.push(words.text);
            setTimeout(() => words.onend(new Event('end')));
        };
        window.SpeechRecognition = window.webkitSpeechRecognition = class {
            start() {}
            stop() {
                this.onresult({ resultIndex: 0, results: [Object.assign([{ transcript: ' Hello there ' }], { isFinal: true })] });
                this.onend();
            }
        };
    });
    await replies(page).last().getByRole('button', { name: 'Read aloud' }).click();
    await page.waitForFunction(() => window.spoken.length);
    await page.getByRole('button', { name: 'Stop reading' }).waitFor({ state: 'detached' });
    const shown = await replies(page).last().locator('.body').innerText();
    assert.ok(shown.startsWith((await page.evaluate(() => window.spoken))[0]), shown);
    await page.getByRole('button', { name: 'Speak instead of writing' }).click();
    await page.getByRole('button', { name: 'Write it down' }).click();
    await page.getByRole('button', { name: 'Speak instead of writing' }).waitFor();
    assert.equal(await composer(page).inputValue(), 'Hello there');
    await composer(page).fill('');
    assert.deepEqual([said, heard], [[], []]);
});

test('an administrator says what speaks and what hears', async () => {
    await page.goto(`${at.url}/admin/audio`);
    await page.getByLabel('What reads replies aloud').selectOption({ label: 'OpenAI' });
    await page.getByLabel('Address').fill('');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByText('This is needed.', { exact: true }).waitFor();
    await page.getByLabel('Address').fill(`http://127.0.0.1:${web.address().port}/v1`);
    await page.getByLabel('What writes speech down').selectOption({ label: 'OpenAI' });
    await page.getByLabel('Address').last().fill(`http://127.0.0.1:${web.address().port}/v1`);
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByText('Saved.', { exact: true }).waitFor();
    await page.getByText('These are offered: alloy, echo').waitFor();
    await audit(page, 'the settings of speech');
    await picture(page, 'audio-settings');
    await page.emulateMedia({ colorScheme: 'dark' });
    await narrow(page, () => picture(page, 'audio-settings-small'));
    await page.emulateMedia({ colorScheme: 'light' });
});

test('a reply is read aloud piece by piece, one reply at a time', async () => {
    await openStored(page, 'Colours', [
        { role: 'user', content: 'Sky?' },
        { role: 'assistant', content: 'It is **blue**. Look up, and see for yourself.\n\n```js\nlet code = 1\n```' },
        { role: 'user', content: 'And the sea?' },
        { role: 'assistant', content: 'This is a long story.' },
    ]);
    const reads = (at) => replies(page).nth(at).getByRole('button', { name: 'Read aloud' });
    const stops = page.getByRole('button', { name: 'Stop reading' });
    await reads(0).click();
    await stops.waitFor();
    await stops.waitFor({ state: 'detached' });
    assert.deepEqual(said, ['It is blue.', 'Look up, and see for yourself.']);
    await reads(1).click();
    await stops.and(page.locator('[aria-busy=false]')).waitFor();
    await audit(page, 'a reply that is read aloud');
    await picture(page, 'audio-reading');
    await reads(0).click();
    await reads(1).waitFor();
    await stops.waitFor({ state: 'detached' });
    assert.equal(said.length, 3, 'what was spoken is not asked for again');
    await reads(1).click();
    await stops.and(page.locator('[aria-busy=false]')).click();
    await reads(1).waitFor();
    assert.equal(await stops.count(), 0);
});

test('a question is spoken, and stands where it would be written', async () => {
    const begin = page.getByRole('button', { name: 'Speak instead of writing' });
    await begin.click();
    await page.getByRole('button', { name: 'Forget what was said' }).click();
    await begin.waitFor();
    assert.equal(heard.length, 0);
    await composer(page).fill('Tell me:');
    await begin.click();
    const write = page.getByRole('button', { name: 'Write it down' });
    await write.waitFor();
    await audit(page, 'the composer while it listens');
    await picture(page, 'audio-listening');
    await page.emulateMedia({ colorScheme: 'dark' });
    await narrow(page, () => picture(page, 'audio-listening-small'));
    await page.emulateMedia({ colorScheme: 'light' });
    await write.click();
    await begin.waitFor();
    assert.equal(await composer(page).inputValue(), 'Tell me: Which colour has the sea?');
    const [recording] = heard;
    assert.match(recording.toString('latin1'), /filename="recording\.webm"/);
    assert.ok(recording.length > 500, 'there is a sound in it');
});
