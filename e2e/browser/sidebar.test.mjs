// The sidebar in order: chats and folders are dragged or moved, many are chosen at once, and a folder has settings.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { audit } from './page.mjs';
import { composer, enter, finished, picture, questions, say, settle, stage } from './stage.mjs';

const NOTES = { name: 'rules.txt', mimeType: 'text/plain', buffer: Buffer.from('Answer in one word.') };
let at;
let page;

before(async () => {
    at = await stage({ ENABLE_FOLLOW_UP_GENERATION: 'false', ENABLE_TAGS_GENERATION: 'false', ENABLE_TITLE_GENERATION: 'false' });
    page = at.page;
    await enter(page);
    await page.evaluate(async () => {
        const headers = { authorization: `Bearer ${localStorage.getItem('token')}`, 'content-type': 'application/json' };
        const post = (path, body) => fetch(path, { method: 'POST', headers, body: JSON.stringify(body) });
        for (const title of ['Apples', 'Bread', 'Cheese', 'Dates', 'Eggs']) {
            const message = { id: 'm', parentId: null, childrenIds: [], role: 'user', content: title, timestamp: 1 };
            await post('/api/v1/chats/new', { chat: { title, models: [], history: { currentId: 'm', messages: { m: message } } } });
        }
        for (const name of ['Kitchen', 'Shopping']) await post('/api/v1/folders/', { name });
    });
    await page.reload();
    await chat('Eggs').waitFor();
});

after(() => at?.close());

const nav = () => page.locator('nav');
const chat = (title) => nav().getByRole('link', { name: title, exact: true });
const folder = (name) => nav().locator('.name', { hasText: name });
const inside = (name) => nav().getByRole('group', { name, exact: true });
const bar = () => nav().getByRole('toolbar', { name: 'Selected chats' });
const undo = () => nav().getByRole('button', { name: 'Undo' });
const field = () => page.getByRole('combobox', { name: 'Search chats, models and settings' });
const palette = async (words) => {
    if (!(await field().count())) await page.keyboard.press('Control+k');
    await field().fill(words);
};
const option = (name, selected) => page.getByRole('option', { name, exact: true, ...(selected && { selected }) });
const menu = async (title, line) => {
    await nav().locator('.item', { hasText: title }).first().hover();
    await nav().getByRole('button', { name: `Actions for ${title}` }).click();
    await page.getByRole('menuitem', { name: line, exact: true }).click();
};

test('a folder that is opened before the server has said which are open stays open', async () => {
    let answer;
    const gate = new Promise((resolve) => (answer = resolve));
    const before = await page.evaluate(async () => (await fetch('/api/v1/folders/', { headers: { authorization: `Bearer ${localStorage.getItem('token')}` } })).json());
    await page.route('**/api/v1/folders/', async (route) => {
        await gate;
        await route.fulfill({ json: before });
    }, { times: 1 });
    await page.reload();
    await folder('Kitchen').click();
    await inside('Kitchen').getByText('Nothing in here yet.').waitFor();
    const late = page.waitForResponse('**/api/v1/folders/');
    answer();
    await (await late).finished();
    await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => setTimeout(() => requestAnimationFrame(done)))));
    assert.equal(await inside('Kitchen').getByText('Nothing in here yet.').count(), 1);
});

test('a chat is dragged into a folder, out again, and a folder into another', async () => {
    await inside('Kitchen').getByText('Nothing in here yet.').waitFor();
    await chat('Apples').dragTo(folder('Kitchen'));
    await inside('Kitchen').getByRole('link', { name: 'Apples' }).waitFor();
    await nav().getByText('“Apples” was moved.').waitFor();
    // It is offered for some seconds, and as long as somebody points at it.
    await undo().hover();
    await audit(page, 'what was moved');
    await picture(page, 'sidebar-moved');
    await undo().click();
    await inside('Kitchen').getByText('Nothing in here yet.').waitFor();
    await chat('Apples').dragTo(folder('Kitchen'));
    await inside('Kitchen').getByRole('link', { name: 'Apples' }).waitFor();
    await inside('Kitchen').getByRole('link', { name: 'Apples' }).dragTo(chat('Dates'));
    await inside('Kitchen').getByText('Nothing in here yet.').waitFor();
    await folder('Shopping').dragTo(folder('Kitchen'));
    await inside('Kitchen').locator('.name', { hasText: 'Shopping' }).waitFor();
    await folder('Kitchen').dragTo(folder('Shopping'));
    await inside('Kitchen').locator('.name', { hasText: 'Shopping' }).waitFor();
});

test('the same goes without a pointer that drags', async () => {
    await menu('Shopping', 'Move to a folder');
    const dialog = page.getByRole('dialog', { name: 'Move “Shopping”' });
    assert.equal(await dialog.getByRole('button', { name: 'Shopping' }).count(), 0, 'not into itself');
    await dialog.getByRole('button', { name: 'No other folder' }).click();
    await inside('Kitchen').locator('.name', { hasText: 'Shopping' }).waitFor({ state: 'detached' });
    await folder('Shopping').waitFor();
});

test('a finger that holds a chat drags it, and one that moves on scrolls', async () => {
    await page.setViewportSize({ width: 360, height: 500 });
    const touch = await page.context().newCDPSession(page);
    await touch.send('Emulation.setTouchEmulationEnabled', { enabled: true });
    const finger = (type, x, y) => touch.send('Input.dispatchTouchEvent', { type, touchPoints: type === 'touchEnd' ? [] : [{ x, y }] });
    const middle = async (what) => {
        const { x, y, width, height } = await what.boundingBox();
        return [x + width / 2, y + height / 2];
    };
    const list = nav().locator('.list');
    const carried = page.locator('.drag-label.carried');
    const address = page.url();

    let [x, y] = await middle(folder('Kitchen'));
    await finger('touchStart', x, y);
    for (let by = 20; by <= 80; by += 20) await finger('touchMove', x, y - by);
    await page.waitForFunction(() => document.querySelector('nav .list').scrollTop > 0);
    assert.equal(await carried.count(), 0, 'nothing was lifted');
    await finger('touchEnd');

    await chat('Apples').evaluate((row) => row.scrollIntoView({ block: 'center' }));
    [x, y] = await middle(chat('Apples'));
    await finger('touchStart', x, y);
    await carried.filter({ hasText: 'Apples' }).waitFor();
    // Near the edge the list comes along, and what would take it says so.
    const edge = (await list.boundingBox()).y + 4;
    await finger('touchMove', x, edge);
    await page.waitForFunction(() => document.querySelector('nav .list').scrollTop === 0);
    [x, y] = await middle(folder('Kitchen'));
    await finger('touchMove', x, y);
    await nav().locator('.item.target', { hasText: 'Kitchen' }).waitFor();
    await picture(page, 'sidebar-carried');
    await finger('touchEnd');
    await carried.waitFor({ state: 'detached' });
    await inside('Kitchen').getByRole('link', { name: 'Apples' }).waitFor();

    [x, y] = await middle(inside('Kitchen').getByRole('link', { name: 'Apples' }));
    await finger('touchStart', x, y);
    await carried.waitFor();
    await page.keyboard.press('Escape');
    await carried.waitFor({ state: 'detached' });
    await finger('touchEnd');
    // Where nothing is left to scroll, what lies under the finger stays there.
    await list.evaluate((list) => list.scrollTo(0, 0));
    [x, y] = await middle(folder('Shopping'));
    await finger('touchStart', x, y);
    await carried.filter({ hasText: 'Shopping' }).waitFor();
    [x, y] = await middle(folder('Kitchen'));
    await finger('touchMove', x, y);
    await nav().locator('.item.target', { hasText: 'Kitchen' }).waitFor();
    await finger('touchEnd');
    await inside('Kitchen').locator('.name', { hasText: 'Shopping' }).waitFor();
    await nav().getByText('“Shopping” was moved.').waitFor();
    await undo().click();
    await inside('Kitchen').locator('.name', { hasText: 'Shopping' }).waitFor({ state: 'detached' });
    await menu('Apples', 'Move to a folder');
    await page.getByRole('dialog').getByRole('button', { name: 'No folder', exact: true }).click();
    await inside('Kitchen').getByText('Nothing in here yet.').waitFor();
    assert.equal(page.url(), address, 'nothing was opened');
    await touch.send('Emulation.setTouchEmulationEnabled', { enabled: false });
    await touch.detach();
    await page.setViewportSize({ width: 1280, height: 800 });
});

test('chats are chosen with Ctrl and Shift and moved together, and that can be taken back', async () => {
    const [first, second, third] = await nav().locator('[data-chat] > a').allInnerTexts();
    await chat(first).click({ modifiers: ['Control'] });
    await chat(third).click({ modifiers: ['Shift'] });
    await bar().getByText('3 selected').waitFor();
    assert.equal(new URL(page.url()).pathname, '/', 'nothing was opened');
    await chat(second).click();
    await bar().getByText('2 selected').waitFor();
    await audit(page, 'chosen chats');
    await picture(page, 'sidebar-chosen');
    await chat(first).dragTo(folder('Kitchen'));
    await undo().hover();
    await inside('Kitchen').getByRole('link', { name: first }).waitFor();
    await inside('Kitchen').getByRole('link', { name: third }).waitFor();
    await bar().waitFor({ state: 'detached' });
    await undo().click();
    await inside('Kitchen').getByText('Nothing in here yet.').waitFor();
    await chat(first).waitFor();
});

test('on a phone chats are chosen from their menu, archived and deleted', async () => {
    await page.setViewportSize({ width: 360, height: 700 });
    await menu('Bread', 'Select');
    await nav().getByRole('checkbox', { name: 'Select Cheese' }).check();
    await bar().getByText('2 selected').waitFor();
    await picture(page, 'sidebar-chosen-small');
    await bar().getByRole('button', { name: 'Archive' }).click();
    await nav().getByText('2 chats are in the archive.').waitFor();
    await undo().hover();
    await chat('Bread').waitFor({ state: 'detached' });
    await undo().click();
    await chat('Bread').waitFor();
    await menu('Bread', 'Select');
    await nav().getByRole('checkbox', { name: 'Select Cheese' }).check();
    await bar().getByRole('button', { name: 'Delete' }).click();
    const asked = page.getByRole('dialog', { name: 'Delete 2 chats?' });
    await asked.getByRole('button', { name: 'Cancel' }).click();
    await asked.waitFor({ state: 'detached' });
    await chat('Bread').waitFor();
    await bar().getByRole('button', { name: 'Delete' }).click();
    await asked.getByRole('button', { name: 'Delete' }).click();
    await chat('Bread').waitFor({ state: 'detached' });
    await chat('Cheese').waitFor({ state: 'detached' });
    await chat('Dates').waitFor();
    await page.setViewportSize({ width: 1280, height: 800 });
});

test('a folder has a name, instructions and files, and chats begin in it', async () => {
    await menu('Kitchen', 'Settings');
    const dialog = page.getByRole('dialog', { name: 'Folder “Kitchen”' });
    await dialog.getByLabel('Name').fill('Cooking');
    await dialog.getByLabel('Instructions for every chat in it').fill('You are a cook.');
    await dialog.locator('input[type=file]').setInputFiles([NOTES]);
    await dialog.getByText('19 bytes').waitFor();
    await audit(page, 'settings of a folder');
    await picture(page, 'folder-settings');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await dialog.waitFor({ state: 'detached' });
    await folder('Cooking').waitFor();
    await menu('Cooking', 'Settings');
    const again = page.getByRole('dialog', { name: 'Folder “Cooking”' });
    await again.getByText('rules.txt').waitFor();
    assert.equal(await again.getByLabel('Instructions for every chat in it').inputValue(), 'You are a cook.');
    await page.keyboard.press('Escape');
    await again.waitFor({ state: 'detached' });
    await menu('Cooking', 'New chat in it');
    await page.getByText('This chat goes into the folder “Cooking”.').waitFor();
    await settle(page, 5);
    await composer(page).waitFor();
    await say(page, 'What is for dinner?');
    await questions(page).getByText('What is for dinner?').waitFor();
    await inside('Cooking').getByRole('link', { name: 'What is for dinner?' }).waitFor();
    await finished(page);
});

test('a chat gets another name, a place at the top, and a mark that it is to be read', async () => {
    const row = () => nav().locator('.item', { hasText: 'Omelette' });
    const unread = () => row().getByRole('img', { name: 'Unread' });
    await menu('Eggs', 'Rename');
    await nav().getByRole('textbox', { name: 'Rename' }).fill('Omelette');
    await page.keyboard.press('Enter');
    await chat('Omelette').click();
    await questions(page).getByText('Eggs').waitFor();
    await nav().getByRole('link', { name: 'New chat', exact: true }).click();
    await menu('Omelette', 'Pin');
    await nav().locator('h2:text-is("Pinned") + .item', { hasText: 'Omelette' }).waitFor();
    // The mark is shown before it is stored, and a reload would take the request back.
    const stored = page.waitForResponse(/\/unread$/);
    await menu('Omelette', 'Mark as unread');
    await unread().waitFor();
    await stored;
    await page.reload();
    await unread().waitFor();
    await nav().locator('h2:text-is("Pinned") + .item', { hasText: 'Omelette' }).waitFor();
    await chat('Omelette').click();
    await unread().waitFor({ state: 'detached' });
    await questions(page).getByText('Eggs').waitFor();
    await nav().getByRole('link', { name: 'New chat', exact: true }).click();
    await menu('Omelette', 'Unpin');
    await nav().getByRole('heading', { name: 'Pinned' }).waitFor({ state: 'detached' });
    assert.equal(await unread().count(), 0, 'what was opened is read');
});

test('one chat is brought back from the archive', async () => {
    await menu('Dates', 'Archive');
    await chat('Dates').waitFor({ state: 'detached' });
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox', { name: 'Search chats, models and settings' }).fill('Archived');
    await page.getByRole('option', { name: 'Archived chats' }).first().click();
    const archive = page.getByRole('dialog', { name: 'Archived chats' });
    await archive.getByRole('button', { name: 'Bring back: Dates' }).click();
    await archive.getByText('Nothing is archived.').waitFor();
    await page.keyboard.press('Escape');
    await chat('Dates').waitFor();
    assert.equal(await undo().count(), 0, 'nothing is left to undo');
});

test('tags are given and taken, and show the chats that have them', async () => {
    const dialog = page.getByRole('dialog', { name: 'Tags of “Dates”' });
    const field = dialog.getByLabel('Tags', { exact: true });
    const stored = (method) => page.waitForResponse((answer) => answer.request().method() === method && /\/tags$/.test(answer.url()));
    await menu('Dates', 'Tags');
    for (const name of ['fruit', 'far away']) {
        const kept = stored('POST');
        await field.fill(name);
        await field.press('Enter');
        await dialog.getByText(name, { exact: true }).waitFor();
        await kept;
    }
    await audit(page, 'tags of a chat');
    await picture(page, 'chat-tags');
    await page.keyboard.press('Escape');
    await nav().getByRole('button', { name: 'Show chats with a tag' }).click();
    await page.getByRole('menuitemradio', { name: 'far away' }).click();
    await nav().getByRole('heading', { name: 'Tag “far away”' }).waitFor();
    await chat('Dates').waitFor();
    await chat('Omelette').waitFor({ state: 'detached' });
    await audit(page, 'the chats of a tag');
    await picture(page, 'sidebar-tagged');

    // What a model gives a chat arrives the same way.
    await chat('Dates').click();
    await questions(page).getByText('Dates').waitFor();
    await page.evaluate(async () => {
        const headers = { authorization: `Bearer ${localStorage.getItem('token')}`, 'content-type': 'application/json' };
        const path = location.pathname.replace('/c/', '/api/v1/chats/');
        await fetch(`${path}/tags`, { method: 'POST', headers, body: JSON.stringify({ name: 'desert' }) });
    });
    await page.getByRole('main').getByRole('button', { name: 'Tags', exact: true }).click();
    await dialog.getByText('desert', { exact: true }).waitFor();
    const gone = stored('DELETE');
    await dialog.getByRole('button', { name: 'Remove the tag far away' }).click();
    await gone;
    await page.keyboard.press('Escape');
    await nav().getByText('No chat matches.').waitFor();
    await nav().getByRole('button', { name: 'Show all chats' }).click();
    await chat('Omelette').waitFor();
    await nav().getByRole('button', { name: 'Show chats with a tag' }).click();
    await page.getByRole('menuitemradio', { name: 'desert' }).waitFor();
    assert.deepEqual((await page.getByRole('menuitemradio').allInnerTexts()).map((line) => line.trim()), ['desert', 'fruit']);
});

test('a word that stands in one message only is found, and Enter opens the chat at that message', async () => {
    await page.evaluate(async () => {
        const headers = { authorization: `Bearer ${localStorage.getItem('token')}`, 'content-type': 'application/json' };
        const post = async (path, body) => (await fetch(`/api/v1/${path}`, { method: 'POST', headers, body: JSON.stringify(body) })).json();
        const messages = Object.fromEntries(Array.from({ length: 120 }, (_, i) => [`m${i}`, {
            id: `m${i}`, parentId: i ? `m${i - 1}` : null, childrenIds: i < 119 ? [`m${i + 1}`] : [], timestamp: i + 1, done: true,
            role: i % 2 ? 'assistant' : 'user', content: i === 21 ? 'Nobody but a quokka was awake.' : `Line ${i} of the log book`,
        }]));
        const chat = await post('chats/new', { chat: { title: 'Log book', models: [], history: { currentId: 'm119', messages } } });
        await post(`chats/${chat.id}/tags`, { name: 'Long reads' });
        const old = { id: 'm', parentId: null, childrenIds: [], role: 'user', content: 'Old', timestamp: 1 };
        const kept = await post('chats/new', { chat: { title: 'Old harvest', models: [], history: { currentId: 'm', messages: { m: old } } } });
        await post(`chats/${kept.id}/archive`, {});
        await post('notes/create', { title: 'Animals', data: { content: { md: 'The quokka smiles.' } } });
        await post('prompts/create', { command: 'quokka', name: 'Quokka facts', content: 'Tell me about quokkas.', access_grants: [] });
        await post('knowledge/create', { name: 'Quokka papers', description: 'Printed', access_grants: [] });
        await post('folders/', { name: 'Quokka island' });
    });
    await page.reload();
    await folder('Quokka island').waitFor();
    await palette('quokka');
    for (const name of [/^Quokka island/, /^Log book.*Nobody but a quokka was awake/, /^Animals/, /^Quokka facts/, /^Quokka papers/]) await option(name).waitFor();
    await audit(page, 'everything that was found');
    await picture(page, 'palette-found');
    await palette('quokka awake');
    await option(/^Log book/, true).waitFor();
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/c\//);
    const message = page.locator('[data-message=m21]');
    await message.and(page.locator(':focus')).waitFor();
    const box = await message.boundingBox();
    assert.ok(box.y > 50 && box.y + box.height < 750, `it is in sight: ${box.y}`);
    // What is below comes as one reads on, and the end is a click away.
    await page.getByRole('button', { name: 'Jump to the newest message' }).click();
    await page.locator('[data-message=m119]').waitFor();
    // The same chat is open already.
    await palette('quokka awake');
    await option(/^Log book/, true).waitFor();
    await page.keyboard.press('Enter');
    await message.and(page.locator(':focus')).waitFor();
});

test('chats are narrowed down by what they are, with completions', async () => {
    await palette('arch');
    await option('archived:').waitFor();
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('Enter');
    await option('archived:true', true).waitFor();
    await page.keyboard.press('Enter');
    assert.equal(await field().inputValue(), 'archived:true ');
    await option(/^Old harvest/, true).waitFor();
    await audit(page, 'chats that were narrowed down');
    await picture(page, 'palette-narrowed');
    await palette('tag:lo');
    await option('tag:long_reads', true).waitFor();
    await page.keyboard.press('Enter');
    await option(/^Log book/, true).waitFor();
    await palette('');
    await page.getByRole('dialog', { name: 'Search' }).getByRole('button', { name: /folder:/ }).click();
    await option('folder:cooking').click();
    await option('What is for dinner?', true).waitFor();
    await page.keyboard.press('Enter');
    await questions(page).getByText('What is for dinner?').waitFor();
});
