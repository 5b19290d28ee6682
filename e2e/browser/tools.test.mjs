// Tools of another server: an administrator connects it, a person switches it on, the model calls it.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';
import { audit, narrow, signUp } from './page.mjs';
import { composer, finished, picture, replies, say, stage } from './stage.mjs';
import { folder, provider } from '../processes.mjs';

const schema = { type: 'object', properties: { text: { type: 'string' } }, required: ['text'] };
const echo = { operationId: 'echo', description: 'Says it again', requestBody: { required: true, content: { 'application/json': { schema } } } };
const document = { openapi: '3.1.0', info: { title: 'Echo', version: '1' }, paths: { '/echo': { post: echo } } };
let at;
let page;
let tools;

before(async () => {
    tools = createServer(async (request, response) => {
        const body = (await request.toArray()).join('');
        response.setHeader('content-type', 'application/json');
        response.end(JSON.stringify(request.url === '/openapi.json' ? document : { echo: JSON.parse(body).text }));
    }).listen(0, '127.0.0.1');
    await once(tools, 'listening');
    const mock = await provider();
    at = await stage({ LOCAL_MODEL_PATH: folder(), ENABLE_OPENAI_API: 'true', OPENAI_API_BASE_URLS: `${mock}/v1` });
    page = at.page;
    await signUp(page);
    await page.getByRole('button', { name: 'Start chatting' }).click();
    await composer(page).waitFor();
});

after(async () => {
    tools?.close();
    await at?.close();
});

const button = (name) => page.getByRole('button', { name, exact: true });
const servers = () => page.getByRole('list', { name: 'Tool servers' });

test('an administrator connects a tool server', async () => {
    assert.equal(await button('Tools: none').count(), 0, 'nothing to switch on, no button');
    await page.goto(`${at.url}/admin/tools`);
    await servers().getByText('No server is connected yet.').waitFor();
    await button('Add a tool server').click();
    const dialog = page.getByRole('dialog', { name: 'Add a tool server' });
    await dialog.getByRole('button', { name: 'Save' }).click();
    await dialog.getByText('This must not be empty.').first().waitFor();
    await dialog.getByLabel('Name of the tools').fill('Echoes');
    await dialog.getByLabel('Address').fill('http://127.0.0.1:1');
    await dialog.getByRole('button', { name: 'Test' }).click();
    await dialog.getByText(/cannot be reached/).waitFor();
    await dialog.getByLabel('Address').fill(`http://127.0.0.1:${tools.address().port}`);
    await dialog.getByRole('button', { name: 'Test' }).click();
    await dialog.getByText('It works: 1 functions.').waitFor();
    await audit(page, 'a tool server');
    await picture(page, 'tool-server');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await dialog.waitFor({ state: 'detached' });
    await servers().getByText('Echoes', { exact: true }).waitFor();
    await servers().getByText(/administrators$/).waitFor();
    await audit(page, 'tool servers');
    await picture(page, 'tool-servers');
    await narrow(page, () => picture(page, 'tool-servers-small'));
});

test('a person switches tools on, and sees what the model did with them', async () => {
    await page.goto(at.url);
    await button('Tools: none').click();
    await page.getByRole('menuitemcheckbox', { name: 'Echoes' }).click();
    await page.getByRole('menuitemcheckbox', { name: 'Echoes', checked: true }).waitFor();
    await audit(page, 'picking tools');
    await picture(page, 'tools-picked');
    await page.keyboard.press('Escape');
    await button('Tools: 1').waitFor();
    await say(page, 'tool:echo {"text": "ping"}');
    await finished(page);
    await replies(page).last().getByText('tool said').waitFor();
    await page.getByText('Used echo').click();
    await page.getByText('{"echo":"ping"}', { exact: true }).waitFor();
    await audit(page, 'a called tool');
    await picture(page, 'tool-called');
    await page.reload();
    await button('Tools: 1').waitFor();
    await page.getByRole('link', { name: 'New chat' }).or(page.getByRole('button', { name: 'New chat' })).first().click();
    await button('Tools: none').waitFor();
});

test('a tool server that is away does not hold the chat up', async () => {
    await button('Tools: none').click();
    await page.getByRole('menuitemcheckbox', { name: 'Echoes' }).click();
    await page.keyboard.press('Escape');
    await button('Tools: 1').waitFor();
    tools.closeAllConnections();
    tools.close();
    await say(page, 'tool:echo {"text": "ping"}');
    await finished(page);
    await page.getByText('echo failed').waitFor();
});

test('a tool server is removed', async () => {
    await page.goto(`${at.url}/admin/tools`);
    await button('Remove Echoes').click();
    await page.getByRole('dialog', { name: 'Remove this tool server?' }).getByRole('button', { name: 'Delete' }).click();
    await servers().getByText('No server is connected yet.').waitFor();
});
