// Files in messages: how they get there, what can go wrong with one, and where they are seen afterwards.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { audit, openPage } from './page.mjs';
import { composer, enter, finished, PATIENCE, picture, questions, replies, say, settle, stage } from './stage.mjs';

const NOTES = { name: 'notes.txt', mimeType: 'text/plain', buffer: Buffer.from('The lighthouse keeper is called Ada.') };
let at;
let page;
let asked;

before(async () => {
    at = await stage({
        ENABLE_FOLLOW_UP_GENERATION: 'false', ENABLE_TAGS_GENERATION: 'false', ENABLE_TITLE_GENERATION: 'false',
        RAG_FILE_MAX_SIZE: '1', RAG_ALLOWED_FILE_EXTENSIONS: 'txt,md,png',
    });
    page = at.page;
    await enter(page);
    await settle(page, 5);
    asked = [];
    page.on('request', (request) => request.url().endsWith('/api/chat/completions') && asked.push(request.postDataJSON()));
});

after(() => at?.close());

const picker = (tab = page) => tab.locator('.foot input[type=file]');
const tray = (tab = page) => tab.locator('.foot').getByRole('list', { name: 'Attached files' });
const inTray = (name, tab = page) => tray(tab).getByRole('listitem').filter({ hasText: name });
const newChat = async () => {
    await page.getByRole('link', { name: 'New chat', exact: true }).click();
    await page.locator('article').first().waitFor({ state: 'detached' });
};

/** A picture of one colour, as PNG. */
async function painted(name, width, height) {
    const base64 = await page.evaluate(({ width, height }) => {
        const canvas = Object.assign(document.createElement('canvas'), { width, height });
        const context = canvas.getContext('2d');
        context.fillStyle = '#2a6655';
        context.fillRect(0, 0, width, height);
        context.fillStyle = '#e4efeb';
        context.fillRect(width / 4, height / 4, width / 2, height / 2);
        return canvas.toDataURL('image/png').split(',')[1];
    }, { width, height });
    return { name, mimeType: 'image/png', buffer: Buffer.from(base64, 'base64') };
}

/** Files as a browser hands them over when they are dropped or pasted. */
const transfer = (...files) => page.evaluateHandle((files) => {
    const made = new DataTransfer();
    for (const { name, type, base64 } of files) {
        const bytes = Uint8Array.from(atob(base64), (sign) => sign.charCodeAt(0));
        made.items.add(new File([bytes], name, { type }));
    }
    return made;
}, files.map(({ name, mimeType, buffer }) => ({ name, type: mimeType, base64: buffer.toString('base64') })));

test('files that are picked are uploaded, wait with the draft, and go with the message', async () => {
    await picker().setInputFiles([NOTES, await painted('tower.png', 800, 600)]);
    await inTray('notes.txt').getByText('36 bytes').waitFor();
    await inTray('tower.png').locator('img').waitFor();
    await composer(page).fill('Who keeps the lighthouse?');
    await audit(page, 'files that wait to be sent');
    await picture(page, 'attach-tray');
    await page.reload();
    await inTray('notes.txt').getByText('36 bytes').waitFor();
    await inTray('tower.png').waitFor();
    assert.equal(await composer(page).inputValue(), 'Who keeps the lighthouse?');
    await page.getByRole('button', { name: 'Send' }).click();
    await finished(page);
    await tray().waitFor({ state: 'detached' });
    const [{ user_message: said, files }] = asked.splice(0);
    assert.deepEqual(said.files.map(({ type, name, status, url, id }) => [type, name, status, url === id]),
        [['file', 'notes.txt', 'uploaded', true], ['image', 'tower.png', 'uploaded', true]]);
    assert.deepEqual(files.map((file) => file.id), [said.files[0].id], 'pictures go with their message only');
});

test('the message shows them: a picture that opens large, and a file that opens and downloads', async () => {
    await page.reload();
    const question = questions(page).last();
    const open = question.getByRole('link', { name: /^notes.txt/ });
    const href = await open.getAttribute('href');
    const answer = await page.request.get(new URL(href, at.url).href);
    assert.equal(await answer.text(), NOTES.buffer.toString());
    const download = page.waitForEvent('download');
    await question.getByRole('link', { name: 'Download: notes.txt' }).click();
    assert.equal((await download).suggestedFilename(), 'notes.txt');
    await page.waitForFunction(() => document.querySelector('[data-role=user] img')?.naturalWidth === 800);
    await picture(page, 'attach-message');
    await question.getByRole('button', { name: 'Show tower.png large' }).click();
    const viewer = page.getByRole('dialog', { name: 'tower.png' });
    await viewer.getByRole('img', { name: 'tower.png' }).waitFor();
    await audit(page, 'a large picture');
    await picture(page, 'attach-viewer');
    await page.keyboard.press('Escape');
    await viewer.waitFor({ state: 'detached' });
});

test('another reply is made of the same files, and an edited question may lose one', async () => {
    await page.getByRole('button', { name: 'Regenerate' }).click();
    await page.getByText('2/2').waitFor({ timeout: PATIENCE });
    assert.deepEqual(asked.splice(0)[0].files.map((file) => file.name), ['notes.txt']);
    const question = questions(page).last();
    await question.getByRole('button', { name: 'Edit' }).click();
    await question.getByRole('button', { name: 'Remove: notes.txt' }).click();
    await question.getByRole('textbox').fill('What is in the picture?');
    await question.getByRole('button', { name: 'Save and send' }).click();
    await questions(page).getByText('What is in the picture?').waitFor();
    await finished(page);
    const [{ user_message: said, files }] = asked.splice(0);
    assert.deepEqual(said.files.map((file) => file.name), ['tower.png']);
    assert.equal(files, undefined);
    assert.equal(await questions(page).getByRole('link', { name: /^notes.txt/ }).count(), 0);
    await page.getByRole('button', { name: 'Previous version' }).first().click();
    await questions(page).getByRole('link', { name: /^notes.txt/ }).first().waitFor();
});

test('files are dropped onto the conversation, and pasted', async () => {
    await newChat();
    const dropped = await transfer(NOTES);
    await page.dispatchEvent('.view', 'dragover', { dataTransfer: dropped });
    await page.getByText('Drop files here to attach them').waitFor();
    await picture(page, 'attach-drop');
    await page.dispatchEvent('.view', 'drop', { dataTransfer: dropped });
    await page.getByText('Drop files here to attach them').waitFor({ state: 'detached' });
    await inTray('notes.txt').getByText('36 bytes').waitFor();
    const pasted = await transfer(await painted('image.png', 20, 20));
    await composer(page).evaluate((field, clipboardData) => {
        field.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
    }, pasted);
    await inTray('image.png').waitFor();
    for (const name of ['notes.txt', 'image.png']) await page.getByRole('button', { name: `Remove: ${name}` }).click();
    await tray().waitFor({ state: 'detached' });
});

test('each file says what is wrong with it, and the message waits', async () => {
    await picker().setInputFiles([
        { ...NOTES, name: 'large.txt', buffer: Buffer.alloc(1_100_000, 'a') },
        { ...NOTES, name: 'program.exe' },
        { ...NOTES, name: 'empty.txt', buffer: Buffer.alloc(0) },
    ]);
    await inTray('large.txt').getByText('Larger than 1 MB').waitFor();
    await inTray('program.exe').getByRole('alert').getByText('.exe').waitFor();
    await inTray('empty.txt').getByText('The file is empty.').waitFor();
    assert.equal(await tray().getByRole('button', { name: /^Try again/ }).count(), 0, 'trying again would not help');
    await composer(page).fill('Never mind.');
    assert.ok(await page.getByRole('button', { name: 'Send' }).isDisabled());
    await audit(page, 'files that failed');
    await page.getByRole('button', { name: 'Hide the sidebar' }).first().click();
    await page.setViewportSize({ width: 360, height: 700 });
    await picture(page, 'attach-failed-small');
    await page.setViewportSize({ width: 1280, height: 800 });
    await page.getByRole('button', { name: 'Show the sidebar' }).click();
    for (const name of ['large.txt', 'program.exe', 'empty.txt']) await page.getByRole('button', { name: `Remove: ${name}` }).click();
});

test('an upload shows how far it is and can be cancelled; one that found no server is tried again', async () => {
    let let_go;
    const held = new Promise((resolve) => (let_go = resolve));
    await page.route('**/api/v1/files/?*', async (route) => {
        await held;
        await route.abort();
    }, { times: 1 });
    await picker().setInputFiles([NOTES]);
    await page.getByRole('progressbar', { name: 'notes.txt' }).waitFor();
    await page.getByRole('button', { name: 'Cancel: notes.txt' }).click();
    await tray().waitFor({ state: 'detached' });
    let_go();
    await page.route('**/api/v1/files/?*', (route) => route.abort(), { times: 1 });
    await picker().setInputFiles([NOTES]);
    await inTray('notes.txt').getByText('The server cannot be reached').waitFor();
    await page.getByRole('button', { name: 'Try again: notes.txt' }).click();
    await inTray('notes.txt').getByText('36 bytes').waitFor();
    await page.getByRole('button', { name: 'Remove: notes.txt' }).click();
});

test('a temporary chat carries files, too', async () => {
    await page.getByRole('button', { name: 'Temporary chat' }).click();
    await picker().setInputFiles([NOTES, await painted('boat.png', 40, 30)]);
    await inTray('notes.txt').getByText('36 bytes').waitFor();
    await inTray('boat.png').getByText('byte').or(inTray('boat.png').getByText('kB')).waitFor();
    asked.length = 0;
    await say(page, 'What is this?');
    await finished(page);
    await questions(page).getByRole('button', { name: 'Show boat.png large' }).waitFor();
    const [body] = asked;
    assert.deepEqual(body.files.map((file) => file.name), ['notes.txt']);
    const [words, shown] = body.messages[0].content;
    assert.equal(words.text, 'What is this?');
    assert.match(shown.image_url.url, /^\/api\/v1\/files\/[^/]+\/content$/);
});

test('whoever follows a link sees the files, and a stranger what would be there', async () => {
    await page.locator('nav').getByRole('link', { name: /Who keeps/ }).click();
    await page.waitForURL(/\/c\/.+/);
    await questions(page).getByRole('link', { name: /^notes.txt/ }).waitFor();
    const link = await page.evaluate(async () => {
        const headers = { authorization: `Bearer ${localStorage.getItem('token')}`, 'content-type': 'application/json' };
        const id = location.pathname.split('/').pop();
        const post = (path, body) => fetch(path, { method: 'POST', headers, body: JSON.stringify(body) });
        const { share_id } = await (await post(`/api/v1/chats/${id}/share`, {})).json();
        const access_grants = [{ principal_type: 'anyone', principal_id: '*', permission: 'read' }];
        await post(`/api/v1/chats/shared/${id}/access/update`, { access_grants });
        return `${location.origin}/s/${share_id}`;
    });
    const stranger = await openPage(link);
    await stranger.getByText('Sign in to see it').waitFor();
    assert.equal(await stranger.getByRole('link', { name: /^notes.txt/ }).count(), 0);
    await picture(stranger, 'attach-shared-stranger');
    await stranger.context().close();
    await page.goto(link);
    await page.getByRole('button', { name: 'Show tower.png large' }).waitFor();
    await page.getByRole('link', { name: /^notes.txt/ }).waitFor();
    await page.goto(at.url);
    await composer(page).waitFor();
    assert.equal(await replies(page).count(), 0);
});

test('one\'s own files are listed, found and deleted, and pictures are made smaller on demand', async () => {
    await page.goto(at.url);
    await picker().setInputFiles([await painted('harbour.png', 80, 60), await painted('dinghy.png', 40, 30)]);
    for (const name of ['harbour.png', 'dinghy.png']) await page.getByRole('button', { name: `Remove: ${name}` }).waitFor();
    await page.goto(`${at.url}/settings/files`);
    const list = page.getByRole('list', { name: 'Files' });
    const line = (name) => list.getByRole('listitem').filter({ hasText: name });
    await line('harbour.png').waitFor();
    await audit(page, 'own files');
    await picture(page, 'files-page');
    await page.getByRole('searchbox', { name: 'Search files' }).fill('DINGHY');
    await line('harbour.png').waitFor({ state: 'detached' });
    await line('dinghy.png').getByRole('button', { name: 'Delete: dinghy.png' }).click();
    await page.getByRole('dialog', { name: 'Delete this file?' }).getByRole('button', { name: 'Delete' }).click();
    await page.getByText('Nothing matches.').waitFor();
    await page.getByRole('searchbox', { name: 'Search files' }).fill('');
    await line('harbour.png').waitFor();
    const stored = page.waitForResponse('**/user/settings/update');
    await page.getByRole('switch', { name: 'Make pictures smaller before they are sent' }).check();
    await page.getByLabel('Widest, in pixels').waitFor();
    assert.equal((await stored).request().postDataJSON().ui.imageCompression, true);
    const bounded = page.waitForResponse('**/user/settings/update');
    await page.getByLabel('Widest, in pixels').fill('100');
    await page.keyboard.press('Tab');
    await bounded;
    await page.setViewportSize({ width: 360, height: 700 });
    await page.emulateMedia({ colorScheme: 'dark' });
    await page.getByLabel('Widest, in pixels').scrollIntoViewIfNeeded();
    await picture(page, 'files-small-dark');
    await page.emulateMedia({ colorScheme: 'light' });
    await page.setViewportSize({ width: 1280, height: 800 });
    await page.goto(at.url);
    const uploaded = page.waitForResponse('**/api/v1/files/?*');
    await picker().setInputFiles([await painted('wide.png', 400, 200)]);
    const { id } = await (await uploaded).json();
    const width = await page.evaluate(async (id) => {
        const answer = await fetch(`/api/v1/files/${id}/content`);
        return (await createImageBitmap(await answer.blob())).width;
    }, id);
    assert.equal(width, 100);
});

test('a large file is sent in pieces, and goes on where it broke off', async () => {
    await page.evaluate(() => fetch('/api/v1/retrieval/config/update', {
        method: 'POST', body: JSON.stringify({ FILE_MAX_SIZE: 32 }),
        headers: { authorization: `Bearer ${localStorage.getItem('token')}`, 'content-type': 'application/json' },
    }));
    await page.goto(at.url);
    const starts = [];
    await page.route('**/api/v1/files/uploads/*', async (route) => {
        if (route.request().method() !== 'PATCH') return route.continue();
        starts.push(Number(route.request().headers()['upload-offset']));
        return starts.length === 2 ? route.abort('connectionreset') : route.continue();
    });
    const size = 17_000_000;
    await picker().setInputFiles([{ name: 'scan.png', mimeType: 'image/png', buffer: Buffer.alloc(size, 7) }]);
    await inTray('scan.png').getByText('17 MB', { exact: true }).waitFor({ timeout: PATIENCE });
    const piece = 8 * 1024 * 1024;
    assert.deepEqual(starts, [0, piece, piece, 2 * piece]);
    await page.unroute('**/api/v1/files/uploads/*');
    const kept = await page.evaluate(async () => {
        const headers = { authorization: `Bearer ${localStorage.getItem('token')}` };
        const answer = await fetch('/api/v1/files/?content=false', { headers });
        const files = await answer.json();
        return (Array.isArray(files) ? files : files.items).find((file) => file.filename === 'scan.png').meta.size;
    });
    assert.equal(kept, size);
});
