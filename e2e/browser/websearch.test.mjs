// What a person switches on beside a question: the web as a source, with consent, cited by the reply and no obstacle when
// it is away; and a picture that comes with the reply.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';
import { audit, narrow, signUp } from './page.mjs';
import { composer, finished, picture, replies, say, stage } from './stage.mjs';
import { folder, provider } from '../processes.mjs';

// One point.
const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
let at;
let page;
let web;
let broken = false;

before(async () => {
    web = createServer((request, response) => {
        const url = new URL(request.url, `http://127.0.0.1:${web.address().port}`);
        if (url.pathname === '/search') {
            response.statusCode = broken ? 500 : 200;
            response.setHeader('content-type', 'application/json');
            const results = [{ url: `${url.origin}/sky`, title: 'Sky', content: 'It is blue', score: 1 }];
            return response.end(JSON.stringify({ results }));
        }
        if (url.pathname === '/v1/images/generations') {
            response.setHeader('content-type', 'application/json');
            return response.end(JSON.stringify({ data: [{ b64_json: PNG }] }));
        }
        response.setHeader('content-type', 'text/html; charset=utf-8');
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
