// Models that people make: written in the workspace, taken along in a file, and what they bring to a chat; and who may use
// those of providers.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';
import { account, audit, openPage } from './page.mjs';
import { composer, enter, finished, PATIENCE, picture, replies, say, stage, text } from './stage.mjs';
import { caller } from './world.mjs';
import { folder, provider } from '../processes.mjs';

const files = folder();
const echo = { operationId: 'echo', description: 'Says it again', requestBody: { required: true, content: { 'application/json': { schema: { type: 'object', properties: { text: { type: 'string' } } } } } } };
const document = { openapi: '3.1.0', info: { title: 'Echo', version: '1' }, paths: { '/echo': { post: echo } } };
let at;
let page;
let grace;
let tools;

before(async () => {
    tools = createServer(async (request, response) => {
        const body = (await request.toArray()).join('');
        response.setHeader('content-type', 'application/json');
        response.end(JSON.stringify(request.url === '/openapi.json' ? document : { echo: JSON.parse(body).text }));
    }).listen(0, '127.0.0.1');
    await once(tools, 'listening');
    const mock = await provider();
    at = await stage({
        ENABLE_OPENAI_API: 'true', OPENAI_API_BASE_URLS: `${mock}/v1`, DEFAULT_MODELS: 'smollm2-135m-instruct',
        ENABLE_WEB_SEARCH: 'true', WEB_SEARCH_ENGINE: 'duckduckgo', ENABLE_RETRIEVAL_QUERY_GENERATION: 'false', RAG_SYSTEM_CONTEXT: 'true',
    });
    page = at.page;
    await enter(page);
});

after(async () => {
    tools?.close();
    await at?.close();
});

const shown = (name) => page.getByRole('listitem').filter({ hasText: name });
const actions = async (name, line) => {
    await page.getByRole('button', { name: `Actions for ${name}`, exact: true }).click();
    await page.getByRole('menuitem', { name: line }).click();
};

/** A line of the open list to pick from. */
const choice = (name) => page.getByRole('gridcell', { name, exact: true });
/** The favourites that the server knows are these. */
const kept = (...ids) => page.waitForFunction(async (ids) => {
    const answer = await fetch('/api/v1/users/user/settings', { headers: { authorization: `Bearer ${localStorage.getItem('token')}` } });
    return JSON.stringify((await answer.json())?.ui?.pinnedModels) === JSON.stringify(ids);
}, ids);

async function look(name) {
    await audit(page, `${name}, light`);
    await picture(page, `${name}-light`);
    await page.emulateMedia({ colorScheme: 'dark' });
    await page.setViewportSize({ width: 360, height: 740 });
    await page.keyboard.press('Control+Shift+S');
    await page.locator('nav .account').waitFor({ state: 'detached' });
    await audit(page, `${name}, dark on a phone`);
    await picture(page, `${name}-dark-phone`);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
    assert.equal(wide, false, `${name}: nothing is wider than a phone`);
    await page.keyboard.press('Control+Shift+S');
    await page.emulateMedia({ colorScheme: 'light' });
    await page.setViewportSize({ width: 1280, height: 800 });
}

test('a model is made over a base and listed', async () => {
    await account(page, 'Workspace');
    await page.getByText('No models of your own yet').waitFor();
    await page.getByRole('link', { name: 'New model' }).click();
    await page.getByLabel('Name', { exact: true }).fill('Patient tutor');
    assert.equal(await page.getByLabel('Id', { exact: true }).inputValue(), 'patient-tutor');
    await page.getByLabel('Base model').selectOption('mock-alpha');
    await page.getByLabel('Description').fill('Explains step by step.');
    await page.getByLabel('System prompt').fill('You are a patient tutor.');
    await page.getByText('Parameters').click();
    await page.getByLabel('Temperature').fill('0.35');
    await page.getByLabel('Stop at').fill('END, STOP');
    const focused = (name) => page.getByLabel(name, { exact: true }).and(page.locator(':focus')).waitFor();
    await page.getByRole('button', { name: 'Add a suggestion' }).click();
    await focused('Suggestion 1');
    await page.keyboard.type('Why is the sky blue?');
    await page.keyboard.press('Enter');
    await focused('Suggestion 2');
    await page.keyboard.type('How do magnets work?');
    await page.getByLabel('Look at images').uncheck();
    await page.getByLabel('Tags').fill('school');
    await page.getByRole('switch', { name: /Everyone/ }).click();
    await look('model-form');
    await page.getByRole('button', { name: 'Create' }).click();
    await shown('Patient tutor').getByText('Explains step by step.').waitFor();
    await look('models-list');
});

test('what was written is there again, and a change is kept', async () => {
    await page.getByRole('link', { name: /^Patient tutor/ }).click();
    await page.getByText('Parameters').click();
    assert.equal(await page.getByLabel('Temperature').inputValue(), '0.35');
    assert.equal(await page.getByLabel('Stop at').inputValue(), 'END, STOP');
    assert.equal(await page.getByLabel('Look at images').isChecked(), false);
    assert.equal(await page.getByLabel('Suggestion 2', { exact: true }).inputValue(), 'How do magnets work?');
    const pixel = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
    await page.locator('input[type=file]').setInputFiles({ name: 'dot.png', mimeType: 'image/png', buffer: Buffer.from(pixel, 'base64') });
    await page.locator('form img[src^="data:image/"]').waitFor();
    await page.getByLabel('Name', { exact: true }).fill('Kind tutor');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Saved.', { exact: true }).waitFor();
    await page.reload();
    await page.getByRole('heading', { name: 'Kind tutor' }).waitFor();
    await page.locator('form img[src^="data:image/"]').waitFor();
    await page.getByRole('link', { name: 'Models' }).last().click();
});

test('a change is a version that can be compared and undone', async () => {
    await page.getByRole('link', { name: /^Kind tutor/ }).click();
    await page.getByLabel('Description').fill('Explains it twice.');
    await page.getByLabel(/What changed/).fill('Twice');
    await page.getByRole('button', { name: 'Save' }).click();
    await shown('Twice').getByText('in use').waitFor();
    await page.getByRole('button', { name: /^Compare/ }).first().click();
    await page.getByText('+meta.description: Explains it twice.').waitFor();
    await look('model-history');
    await page.getByRole('button', { name: /^Restore/ }).first().click();
    await page.waitForFunction(() => [...document.querySelectorAll('textarea')].some((area) => area.value === 'Explains step by step.'));
    await page.getByRole('link', { name: 'Models' }).last().click();
});

test('a model is copied, taken along in a file, deleted, and brought back', async () => {
    await actions('Kind tutor', 'Duplicate');
    await shown('Kind tutor (copy)').waitFor();
    await page.getByRole('button', { name: 'Import and export' }).click();
    const download = page.waitForEvent('download');
    await page.getByRole('menuitem', { name: 'Export all' }).click();
    await (await download).saveAs(`${files}/models.json`);
    const saved = JSON.parse(readFileSync(`${files}/models.json`, 'utf8'));
    assert.deepEqual(saved.map((model) => model.id).sort(), ['patient-tutor', 'patient-tutor-2']);
    assert.deepEqual(saved[0].params, { system: 'You are a patient tutor.', temperature: 0.35, stop: ['END', 'STOP'] });
    await actions('Kind tutor (copy)', 'Delete');
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await shown('Kind tutor (copy)').waitFor({ state: 'detached' });
    writeFileSync(`${files}/broken.json`, 'no json');
    await page.locator('input[type=file]').setInputFiles(`${files}/broken.json`);
    await page.getByText('nothing that can be imported').waitFor();
    await page.locator('input[type=file]').setInputFiles(`${files}/models.json`);
    await page.getByRole('dialog').getByRole('button', { name: 'Import' }).click();
    await shown('Kind tutor (copy)').waitFor();
    await page.getByRole('switch', { name: 'Use Kind tutor (copy)' }).click();
    await page.getByRole('switch', { name: 'Use Kind tutor (copy)', checked: false }).waitFor();
});

test('a chat with it begins with its questions', async () => {
    await actions('Kind tutor', 'Chat with it');
    await page.getByRole('button', { name: 'Pick a model: Kind tutor' }).waitFor();
    await page.getByText('Explains step by step.').waitFor();
    await look('suggestions');
    await page.getByRole('button', { name: 'How do magnets work?' }).click();
    assert.equal(await composer(page).inputValue(), 'How do magnets work?');
    await page.getByRole('button', { name: /^Pick a model/ }).click();
    await choice('Kind tutor').waitFor();
    // One that is switched off is not offered.
    await choice('Kind tutor (copy)').waitFor({ state: 'detached' });
    await page.keyboard.press('Escape');
});

test('a favourite comes first, also after a reload, and a tag narrows the choice', async () => {
    const open = () => page.getByRole('button', { name: /^Pick a model/ }).click();
    const field = page.getByRole('combobox', { name: 'Search models' });
    const star = (name, pressed) => page.getByRole('button', { name: `Favourite: ${name}`, exact: true, pressed });
    await page.getByRole('button', { name: 'Pick a model: Kind tutor' }).click();
    await field.and(page.locator(':focus')).waitFor();
    await page.keyboard.type('beta');
    await choice('Kind tutor').waitFor({ state: 'detached' });
    await page.keyboard.press('Control+D');
    await star('mock-beta', true).waitFor();
    await field.fill('');
    await choice('mock-alpha').hover();
    await star('mock-alpha', false).click();
    await star('mock-alpha', true).click();
    await page.getByRole('status').filter({ hasText: 'mock-alpha is no favourite any more' }).waitFor();
    // What is not stored is no favourite.
    await page.route('**/user/settings/update', (route) => route.fulfill({ status: 500, json: { detail: 'The database is tired.' } }));
    await star('mock-alpha', false).click();
    await page.getByRole('alert').filter({ hasText: 'The database is tired.' }).waitFor();
    await star('mock-alpha', false).waitFor();
    await page.unroute('**/user/settings/update');
    await kept('mock-beta');
    await page.reload();
    await open();
    await star('mock-beta', true).waitFor();
    assert.equal((await page.getByRole('row').allInnerTexts())[0], 'mock-beta');
    await look('favourites');
    await page.getByRole('button', { name: 'school', exact: true }).click();
    await choice('mock-beta').waitFor({ state: 'detached' });
    await field.and(page.locator(':focus')).waitFor();
    assert.deepEqual(await page.getByRole('row').allInnerTexts(), ['Kind tutor']);
    // The same star takes it back.
    await page.getByRole('button', { name: 'school', exact: true, pressed: true }).click();
    await choice('mock-beta').hover();
    await star('mock-beta', true).click();
    await star('mock-beta', false).waitFor();
    await kept();
    await page.keyboard.press('Escape');
    await field.waitFor({ state: 'detached' });
});

test('a question goes to a model behind @, and the next one to the picked model again', async () => {
    const to = page.getByText('To: mock-beta', { exact: true });
    const aim = async () => {
        await composer(page).fill('');
        await composer(page).pressSequentially('A word for @bet');
        await page.getByRole('option', { name: 'mock-beta', selected: true }).waitFor();
        await composer(page).press('Enter');
        await to.waitFor();
        assert.equal(await composer(page).inputValue(), 'A word for ');
    };
    await aim();
    await page.getByRole('button', { name: 'Do not ask mock-beta' }).click();
    await to.waitFor({ state: 'detached' });
    await aim();
    await page.reload();
    await to.waitFor();
    await look('one-question');
    // What the server does not take keeps whom it was for.
    await page.route('**/api/chat/completions', (route) => route.fulfill({ status: 500, json: { detail: 'The model is tired.' } }));
    await composer(page).fill('ping');
    await composer(page).press('Enter');
    await page.getByRole('alert').filter({ hasText: 'The model is tired.' }).waitFor();
    await to.waitFor();
    assert.equal(await composer(page).inputValue(), 'ping');
    await page.unroute('**/api/chat/completions');
    await say(page, 'ping');
    await finished(page);
    assert.match(await text(page), /\[mock-beta\] You said: ping/);
    await to.waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Pick a model: Kind tutor' }).waitFor();
    await say(page, 'pong');
    await replies(page).nth(1).waitFor();
    await finished(page);
    assert.match(await text(page), /\[mock-alpha\] You said: pong/);
});

test('a model brings what it knows and its tools to a chat, until somebody switches them off', async () => {
    const call = caller(at.url, await page.evaluate(() => localStorage.getItem('token')));
    const server = { url: `http://127.0.0.1:${tools.address().port}`, path: 'openapi.json', auth_type: 'none', key: '', info: { id: 'echoes', name: 'Echoes' }, config: { enable: true, access_grants: [] } };
    await call('/v1/configs/tool_servers', { TOOL_SERVER_CONNECTIONS: [server] });
    const base = await call('/v1/knowledge/create', { name: 'Harbour', description: 'Ships and lights', access_grants: [] });
    const form = new FormData();
    form.append('file', new Blob(['The lighthouse keeper is called Ada.'], { type: 'text/plain' }), 'keeper.txt');
    const file = await call('/v1/files/?process=true&process_in_background=false', form);
    await call(`/v1/knowledge/${base.id}/file/add`, { file_id: file.id });

    await page.goto(`${at.url}/workspace/models/patient-tutor`);
    await page.getByRole('combobox', { name: 'Add knowledge bases or files' }).fill('harb');
    await page.getByRole('option', { name: /Harbour/ }).click();
    const whole = page.getByRole('combobox', { name: 'How Harbour is used' });
    await whole.selectOption('full');
    const first = page.getByRole('group', { name: 'Switched on at first' });
    await first.getByLabel('Search the web').check();
    await first.getByLabel('Echoes').check();
    await page.getByLabel('Use memories').uncheck();
    await picture(page, 'model-knowledge');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Saved.', { exact: true }).waitFor();
    await page.reload();
    await first.getByLabel('Echoes').and(page.locator(':checked')).waitFor();
    assert.equal(await first.getByLabel('Search the web').isChecked(), true);
    assert.equal(await page.getByLabel('Use memories').isChecked(), false);
    assert.equal(await whole.inputValue(), 'full');

    const on = (name) => page.getByRole('button', { name, exact: true });
    await page.getByRole('link', { name: 'New chat', exact: true }).click();
    await on('Tools: 1').waitFor();
    await page.getByRole('button', { name: 'Search the web', pressed: true }).click();
    await say(page, 'tool:echo {"text": "ping"}');
    await finished(page);
    await page.getByText('Used echo').waitFor();
    await page.getByRole('list', { name: 'Sources' }).getByRole('button', { name: /keeper.txt|Harbour/ }).waitFor({ timeout: PATIENCE });
    await on('Tools: 1').click();
    await page.getByRole('menuitemcheckbox', { name: 'Echoes' }).click();
    await page.keyboard.press('Escape');
    await page.reload();
    await on('Tools: none').waitFor();
    await page.getByRole('button', { name: 'Search the web', pressed: false }).waitFor();
});

test('a model is shared with a person, who may change it', async () => {
    await page.evaluate(async () => {
        const headers = { authorization: `Bearer ${localStorage.getItem('token')}`, 'content-type': 'application/json' };
        const body = JSON.stringify({ name: 'Grace', email: 'grace@example.com', password: 'correct-Horse-2', role: 'user', profile_image_url: '/user.png' });
        await fetch('/api/v1/auths/add', { method: 'POST', headers, body });
    });
    await account(page, 'Workspace');
    await page.getByRole('link', { name: /^Kind tutor \(copy\)/ }).click();
    await page.getByRole('combobox', { name: 'Share with people or groups' }).fill('grac');
    await page.getByRole('option', { name: /Grace/ }).click();
    await page.getByRole('combobox', { name: 'What Grace may do' }).selectOption('write');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Saved.', { exact: true }).waitFor();
    await page.reload();
    await page.waitForFunction(() => document.querySelector('select[aria-label="What Grace may do"]')?.value === 'write');
    await look('model-access');
});

test('others use what is for everyone, and see no workspace without being allowed to', async () => {
    grace = await openPage(at.url);
    await grace.getByLabel('Email').fill('grace@example.com');
    await grace.getByLabel('Password').fill('correct-Horse-2');
    await grace.getByRole('button', { name: 'Sign in' }).click();
    await grace.getByRole('button', { name: 'Why is the sky blue?' }).waitFor();
    await grace.getByRole('button', { name: /^Account of/ }).click();
    await grace.getByRole('menuitem', { name: 'Settings' }).waitFor();
    assert.equal(await grace.getByRole('menuitem', { name: 'Workspace' }).count(), 0);
    await grace.goto(`${at.url}/workspace/models`);
    await grace.getByText('Nothing here is open to you').waitFor();
});

/** What Grace can pick from. */
async function offered() {
    await grace.goto(at.url);
    await composer(grace).waitFor();
    await grace.getByRole('button', { name: /^Pick a model/ }).click();
    await grace.getByRole('row').first().waitFor();
    return grace.getByRole('row').allInnerTexts();
}

test('an administrator opens a model of a provider to everyone, who then chat with it', async () => {
    assert.deepEqual(await offered(), ['Kind tutor']);
    await account(page, 'Administration');
    await page.getByRole('navigation', { name: 'Administration' }).getByRole('link', { name: 'Models' }).click();
    await page.getByText('So far only administrators can use models.').waitFor();
    await shown('mock-beta').getByText('Only administrators', { exact: true }).waitFor();
    await picture(page, 'offered-closed');
    await page.getByRole('button', { name: 'Who can use mock-beta' }).click();
    const dialog = page.getByRole('dialog', { name: 'Who can use mock-beta' });
    await dialog.getByRole('switch', { name: /^Everyone/ }).click();
    await audit(page, 'who may use a model');
    await picture(page, 'offered-who');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await shown('mock-beta').getByText('Everyone', { exact: true }).waitFor();
    await page.getByText('So far only administrators can use models.').waitFor({ state: 'detached' });
    assert.deepEqual((await offered()).filter((name) => name.startsWith('mock')), ['mock-beta']);
    await grace.getByRole('gridcell', { name: 'mock-beta', exact: true }).click();
    await say(grace, 'hello');
    await finished(grace);
    assert.match(await text(grace), /\[mock-beta\] You said: hello/);
});

test('the model of a provider gets another name, and goes back to what its provider says', async () => {
    await page.getByRole('link', { name: /^mock-beta/ }).click();
    await page.getByLabel('Name', { exact: true }).fill('House model');
    assert.equal(await page.getByLabel('Base model').count(), 0);
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Saved.', { exact: true }).waitFor();
    assert.ok((await offered()).includes('House model'));
    await page.getByRole('link', { name: 'All models' }).click();
    await actions('House model', 'Discard changes');
    await page.getByRole('dialog').getByRole('button', { name: 'Discard changes' }).click();
    await shown('mock-beta').getByText('Only administrators', { exact: true }).waitFor();
    assert.deepEqual(await offered(), ['Kind tutor']);
});

test('several models are opened, hidden and switched off at once', async () => {
    const bar = page.getByRole('toolbar', { name: 'Selected models' });
    await page.getByRole('searchbox', { name: 'Search models' }).fill('mock');
    const all = async (more) => {
        await page.getByLabel('Select all 2').check();
        await bar.getByText('2 selected').waitFor();
        if (more) await bar.getByRole('button', { name: 'More for the selected models' }).click();
        if (more) await page.getByRole('menuitem', { name: more, exact: true }).click();
    };
    await all();
    await picture(page, 'offered-selected');
    await bar.getByRole('button', { name: 'Who can use 2 models' }).click();
    const dialog = page.getByRole('dialog', { name: 'Who can use 2 models' });
    await dialog.getByRole('combobox', { name: 'Share with people or groups' }).fill('grac');
    await dialog.getByRole('option', { name: /Grace/ }).click();
    await dialog.getByRole('button', { name: 'Save' }).click();
    for (const name of ['mock-alpha', 'mock-beta']) await shown(name).getByText('1 person or group', { exact: true }).waitFor();
    assert.deepEqual((await offered()).filter((name) => name.startsWith('mock')), ['mock-alpha', 'mock-beta']);
    await all('Hide');
    for (const name of ['mock-alpha', 'mock-beta']) await shown(name).getByText('1 person or group · Hidden', { exact: true }).waitFor();
    // Who has one chosen keeps it.
    assert.deepEqual((await offered()).filter((name) => name.startsWith('mock')), ['mock-beta']);
    await all('Switch off');
    await page.getByRole('switch', { name: 'Use mock-alpha', checked: false }).waitFor();
    assert.deepEqual(await offered(), ['Kind tutor']);
    await page.getByRole('combobox', { name: 'Which models' }).selectOption({ label: 'Switched off' });
    await page.getByRole('switch', { name: 'Use mock-beta' }).click();
    await shown('mock-beta').waitFor({ state: 'detached' });
    assert.ok((await offered()).includes('mock-beta'));
});
