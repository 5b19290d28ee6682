// Knowledge bases: made, filled, searched by a question, shown as sources, and settings of documents.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';
import { audit, browser, narrow } from './page.mjs';
import { composer, enter, finished, PATIENCE, picture, say, settle, stage } from './stage.mjs';

const NOTES = { name: 'lighthouse.md', mimeType: 'text/markdown', buffer: Buffer.from('# Keeper\n\nThe lighthouse keeper is called Ada.\n') };
const BROKEN = { name: 'scan.pdf', mimeType: 'application/pdf', buffer: Buffer.from('%PDF-1.7 nothing') };
/** Small files, of which one says where a parrot sleeps. */
const MANY = 1_000;
const PARCELS = Array.from({ length: MANY }, (_, at) => ({
    name: `parcel-${at}.txt`, mimeType: 'text/plain', buffer: Buffer.from(`Parcel ${at} went to house ${(at * 31) % 997} of the town.\n`),
}));
PARCELS[777].buffer = Buffer.from('The parrot of Captain Oleander sleeps in the sextant room.\n');
/** Pages of a manual, each with words that no other has. */
const PAGES = ['The foghorn is oiled on every Monday.', 'The lamp burns seven litres of whale oil a night.', 'The stairs have two hundred and twelve steps.'];
/** What a Qdrant server answers, with one passage for every question. */
const COLLECTION = {
    'GET /collections': { collections: [{ name: 'books' }] },
    'GET /collections/books': { config: { params: { vectors: { size: 384, distance: 'Cosine' } } } },
    'POST /collections/books/points/query': {
        points: [{ id: 1, score: 0.9, payload: { text: 'Bob keeps the far light.', metadata: { name: 'far.pdf' } } }],
    },
};
let at;
let page;
let library;

before(async () => {
    at = await stage({
        ENABLE_FOLLOW_UP_GENERATION: 'false', ENABLE_TAGS_GENERATION: 'false', ENABLE_TITLE_GENERATION: 'false',
        ENABLE_RETRIEVAL_QUERY_GENERATION: 'false',
    });
    page = at.page;
    library = createServer((request, response) => {
        const result = COLLECTION[`${request.method} ${request.url}`];
        const right = request.headers['api-key'] === 'secret';
        response.writeHead(result && right ? 200 : 403, { 'content-type': 'application/json' }).end(JSON.stringify({ result }));
    });
    await new Promise((listening) => library.listen(0, '127.0.0.1', listening));
    await enter(page);
    await settle(page, 5);
});

after(async () => {
    await at?.close();
    library?.close();
});

const content = () => page.getByRole('list', { name: 'Files', exact: true });
const uploads = () => page.getByRole('list', { name: 'Uploads' });

test('a knowledge base is made and filled, and each file says how far it is', async () => {
    await page.goto(`${at.url}/workspace/knowledge`);
    await page.getByText('There is no knowledge base yet.').waitFor();
    await audit(page, 'no knowledge base');
    await page.getByRole('link', { name: 'New knowledge base' }).click();
    await page.getByLabel('Name').fill('Harbour');
    await page.getByLabel('What it is about').fill('Ships and lights');
    await page.getByRole('button', { name: 'Create' }).click();
    await page.getByText('There is nothing here yet.').waitFor();
    await page.locator('input[type=file]').setInputFiles([NOTES, BROKEN]);
    await content().getByText('lighthouse.md').waitFor({ timeout: PATIENCE });
    const failed = uploads().getByRole('listitem').filter({ hasText: 'scan.pdf' });
    await failed.getByRole('alert').waitFor();
    assert.match(await failed.getByRole('alert').innerText(), /damaged/);
    await audit(page, 'a knowledge base');
    await picture(page, 'knowledge');
    await narrow(page, () => picture(page, 'knowledge-small'));
});

test('directories hold files', async () => {
    await page.getByRole('button', { name: 'New directory' }).click();
    await page.getByRole('textbox', { name: 'Name' }).first().fill('Lights');
    await page.getByRole('button', { name: 'Create' }).first().click();
    await content().getByRole('button', { name: 'Lights', exact: true }).click();
    await page.getByRole('navigation', { name: 'Directories' }).getByText('Lights').waitFor();
    await page.getByRole('button', { name: 'All files' }).click();
    await content().getByText('lighthouse.md').waitFor();
});

test('a question looks into what was picked with #, and the reply shows where its words are', async () => {
    await page.getByRole('link', { name: 'New chat', exact: true }).click();
    await composer(page).pressSequentially('#harb');
    await page.getByRole('option', { name: /Harbour/ }).waitFor();
    await audit(page, 'picking a knowledge base');
    await page.keyboard.press('Enter');
    await page.getByRole('list', { name: 'Attached files' }).getByText('Harbour').waitFor();
    await say(page, 'Who keeps the lighthouse?');
    await finished(page);
    const source = page.getByRole('list', { name: 'Sources' }).getByRole('button', { name: /lighthouse.md/ });
    await source.click();
    const dialog = page.getByRole('dialog', { name: 'lighthouse.md' });
    await dialog.getByText('The lighthouse keeper is called Ada.').waitFor();
    await dialog.getByText('Keeper', { exact: true }).waitFor();
    await audit(page, 'a source');
    await picture(page, 'source');
    await page.keyboard.press('Escape');
    await page.reload();
    await page.getByRole('list', { name: 'Sources' }).getByText('lighthouse.md').waitFor();
});

/** A new chat in which a knowledge base is searched for an answer; its sources. */
async function askIn(base, question) {
    await page.getByRole('link', { name: 'New chat', exact: true }).click();
    await composer(page).pressSequentially(`#${base.toLowerCase()}`);
    await page.getByRole('option', { name: new RegExp(base) }).waitFor();
    await page.keyboard.press('Enter');
    await page.getByRole('list', { name: 'Attached files' }).getByText(base).waitFor();
    await say(page, question);
    await finished(page);
    return page.getByRole('list', { name: 'Sources' });
}

async function makeBase(name) {
    await page.goto(`${at.url}/workspace/knowledge`);
    await page.getByRole('link', { name: 'New knowledge base' }).click();
    await page.getByLabel('Name').fill(name);
    await page.getByRole('button', { name: 'Create' }).click();
    await page.getByText('There is nothing here yet.').waitFor();
}

test('a PDF of several pages is read, and the page that a reply cites opens', async () => {
    const sheet = await (await browser()).newPage();
    await sheet.setContent(PAGES.map((text) => `<p style="break-after: page">${text}</p>`).join(''));
    const manual = { name: 'manual.pdf', mimeType: 'application/pdf', buffer: await sheet.pdf() };
    await sheet.close();
    await makeBase('Manual');
    await page.locator('input[type=file]').setInputFiles([manual]);
    await content().getByText('manual.pdf').waitFor({ timeout: PATIENCE });
    const sources = await askIn('Manual', 'How much oil does the lamp burn?');
    await sources.getByRole('button', { name: /manual.pdf/ }).click();
    const dialog = page.getByRole('dialog', { name: 'manual.pdf' });
    const piece = dialog.getByRole('figure').filter({ hasText: PAGES[1] });
    const link = piece.getByRole('link', { name: 'Page 2' });
    await audit(page, 'a page of a source');
    await picture(page, 'source-page');
    assert.match(await link.getAttribute('href'), /\/content#page=2$/);
    const opened = page.context().waitForEvent('response', { predicate: (response) => response.url().includes('/content') });
    await link.click();
    const answer = await opened;
    assert.deepEqual([answer.status(), answer.headers()['content-type']], [200, 'application/pdf']);
    assert.match(answer.headers()['content-disposition'], /^inline/);
    for (const other of page.context().pages()) if (other !== page) await other.close();
    await page.keyboard.press('Escape');
});

test('a thousand files are taken with visible progress, and a question finds the one that answers it', async () => {
    await makeBase('Parcels');
    const begun = performance.now();
    await page.locator('input[type=file]').setInputFiles(PARCELS);
    const bar = page.getByRole('progressbar');
    await bar.waitFor();
    assert.equal(await bar.getAttribute('max'), String(MANY));
    await page.waitForFunction(() => document.querySelector('progress').value > 100, null, { timeout: PATIENCE });
    await page.getByText(/^\d+ of 1,000 files are there$/).waitFor();
    await page.getByText(/being read/).waitFor();
    await audit(page, 'many files on their way');
    await picture(page, 'many-on-their-way');
    await narrow(page, () => picture(page, 'many-on-their-way-small'));
    await page.getByText('1,000 of 1,000 files are there').waitFor({ timeout: PATIENCE });
    console.log(`# ${MANY} files took ${Math.round(performance.now() - begun)} ms`);
    await page.getByText('100 of 1,000 files, by name').waitFor();
    await picture(page, 'many');
    await page.getByRole('button', { name: 'Show more' }).click();
    await page.getByText('200 of 1,000 files, by name').waitFor();
    const sources = await askIn('Parcels', 'Where does the parrot of Captain Oleander sleep?');
    await sources.getByText('parcel-777.txt').waitFor();
});

test('a folder has a knowledge base, which is searched for the chats in it', async () => {
    await page.evaluate(async () => {
        const headers = { authorization: `Bearer ${localStorage.getItem('token')}`, 'content-type': 'application/json' };
        await fetch('/api/v1/folders/', { method: 'POST', headers, body: JSON.stringify({ name: 'Coast' }) });
    });
    await page.goto(at.url);
    const menu = async (line) => {
        await page.locator('nav .item', { hasText: 'Coast' }).first().hover();
        await page.getByRole('button', { name: 'Actions for Coast' }).click();
        await page.getByRole('menuitem', { name: line, exact: true }).click();
    };
    const dialog = page.getByRole('dialog', { name: 'Folder “Coast”' });
    await menu('Settings');
    await dialog.getByRole('combobox', { name: 'Add a knowledge base' }).fill('harb');
    await dialog.getByRole('option', { name: /Harbour/ }).waitFor();
    await audit(page, 'finding a knowledge base for a folder');
    await page.keyboard.press('Enter');
    await dialog.getByRole('list', { name: 'Attached files' }).getByText('Harbour').waitFor();
    await picture(page, 'folder-knowledge');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await dialog.waitFor({ state: 'detached' });
    await menu('Settings');
    await dialog.getByText('Harbour').waitFor();
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    await menu('New chat in it');
    await page.getByText('This chat goes into the folder “Coast”.').waitFor();
    await say(page, 'Who keeps the lighthouse?');
    await finished(page);
    await page.getByRole('list', { name: 'Sources' }).getByText('lighthouse.md').waitFor();
});

test('administrators say how documents are read and searched', async () => {
    await page.goto(`${at.url}/admin/documents`);
    await page.getByLabel('Passages for one question').fill('5');
    await page.getByRole('switch', { name: 'Find by words, too' }).click();
    await audit(page, 'documents');
    await picture(page, 'documents');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Saved.', { exact: true }).waitFor();
    await page.reload();
    await page.getByRole('switch', { name: 'Find by words, too', checked: true }).waitFor();
    assert.equal(await page.getByLabel('Passages for one question').inputValue(), '5');
    await page.getByLabel('Length of a passage').fill('10');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('alert').waitFor();
    await narrow(page, () => picture(page, 'documents-small'));
});

test('a test bench tells what settings find, before they are saved', async () => {
    await page.goto(`${at.url}/admin/documents`);
    await page.getByRole('button', { name: 'Try it' }).click();
    const questions = async (name, text) => {
        const [chooser] = await Promise.all([page.waitForEvent('filechooser'), page.getByRole('button', { name: 'Choose questions' }).click()]);
        await chooser.setFiles([{ name, mimeType: 'text/plain', buffer: Buffer.from(text) }]);
    };
    const measure = page.getByRole('button', { name: 'Measure', exact: true });
    const result = page.getByRole('region', { name: 'What was measured' });
    const row = (name) => result.getByRole('row').filter({ hasText: name }).getByRole('cell');
    await questions('bad.csv', 'question,file\nWho keeps it?,lighthouse.md\nWho else?,\n');
    await page.getByText('Line 3 names neither a file nor a text.').waitFor();
    assert.ok(await measure.isDisabled());
    await questions('pairs.csv', 'question,file\nWhere does the parrot sleep?,parcel-777.txt\nWhere did parcel 5 go?,lost.txt\n');
    await page.getByText('pairs.csv: 2 lines').waitFor();
    await page.getByRole('combobox', { name: 'Find a knowledge base' }).fill('parc');
    await page.getByRole('option', { name: 'Parcels' }).click();
    await page.getByText('Asked: Parcels').waitFor();
    await measure.click();
    await page.getByRole('alert').filter({ hasText: 'lost.txt' }).waitFor();
    await questions('pairs.csv', 'question,file\nWhere does the parrot sleep?,parcel-777.txt\n');
    await measure.click();
    await result.waitFor({ timeout: PATIENCE });
    assert.deepEqual(await row('Found (recall)').allInnerTexts(), ['100%']);
    await page.getByLabel('Passages for one question').fill('1');
    await measure.click();
    await result.getByText('As above').waitFor({ timeout: PATIENCE });
    assert.deepEqual(await row('In good order (nDCG)').allInnerTexts(), ['100%', '100%']);
    await result.scrollIntoViewIfNeeded();
    await audit(page, 'a test bench');
    await picture(page, 'bench');
    await narrow(page, async () => {
        await result.scrollIntoViewIfNeeded();
        await picture(page, 'bench-small');
    });
    await page.getByRole('button', { name: 'Discard' }).click();
    await page.getByText('Change the settings above to compare', { exact: false }).waitFor();
});

test('a service takes the text from files, once it is chosen and set up', async () => {
    await page.goto(`${at.url}/admin/documents`);
    await page.getByLabel('Who takes the text from files').selectOption('Docling');
    const address = page.getByLabel('Address', { exact: true }).last();
    await address.fill('docling:5001');
    await page.getByLabel('More parameters, as JSON').fill('[1]');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('An object, such as', { exact: false }).waitFor();
    await page.getByText('Write an address that begins with', { exact: false }).waitFor();
    await address.fill('http://127.0.0.1:1');
    await page.getByLabel('More parameters, as JSON').fill('{"do_ocr": true}');
    await audit(page, 'a service that reads files');
    await picture(page, 'reader');
    await narrow(page, () => picture(page, 'reader-small'));
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Saved.', { exact: true }).waitFor();
    await page.reload();
    assert.equal(await page.getByLabel('Who takes the text from files').inputValue(), 'docling');
    assert.match(await page.getByLabel('More parameters, as JSON').inputValue(), /"do_ocr": true/);
    await page.getByLabel('Who takes the text from files').selectOption('In this server');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Saved.', { exact: true }).waitFor();
});

test('a collection of another server is asked before it is stored, and then by questions', async () => {
    await page.goto(`${at.url}/workspace/knowledge`);
    await page.getByRole('link', { name: 'Connect another server' }).click();
    await page.getByLabel('Address', { exact: true }).fill(`http://127.0.0.1:${library.address().port}`);
    await page.getByLabel('Key', { exact: true }).fill('wrong');
    await page.getByLabel('Collection or table').fill('books');
    await page.getByLabel('A question that is answered there').fill('Who keeps the light?');
    const found = page.getByRole('list', { name: 'What was found' });
    await page.getByRole('button', { name: 'Ask', exact: true }).click();
    await page.getByRole('alert').filter({ hasText: '403' }).waitFor();
    await page.getByLabel('Key', { exact: true }).fill('secret');
    await page.getByRole('button', { name: 'Ask', exact: true }).click();
    await found.getByText('Bob keeps the far light.').waitFor();
    await page.getByLabel('Name', { exact: true }).fill('Library');
    await audit(page, 'a knowledge base on another server');
    await picture(page, 'elsewhere');
    await narrow(page, () => picture(page, 'elsewhere-small'));
    await page.getByRole('button', { name: 'Create' }).click();
    await page.getByText('Its passages lie on another server', { exact: false }).waitFor();
    assert.equal(await page.getByLabel('Key', { exact: true }).inputValue(), '');
    await page.getByRole('link', { name: 'New chat', exact: true }).click();
    await composer(page).pressSequentially('#libr');
    await page.getByRole('option', { name: /Library/ }).waitFor();
    await page.keyboard.press('Enter');
    await page.getByRole('list', { name: 'Attached files' }).getByText('Library').waitFor();
    await say(page, 'Who keeps the far light?');
    await finished(page);
    await page.getByRole('list', { name: 'Sources' }).getByText('far.pdf').waitFor();
});

test('in German and in the dark all of it is said and read as well', async () => {
    await page.emulateMedia({ colorScheme: 'dark' });
    await page.evaluate(() => localStorage.setItem('locale', 'de'));
    await page.goto(`${at.url}/admin/documents`);
    await page.getByRole('heading', { name: 'Dokumente' }).waitFor();
    await audit(page, 'documents in German and in the dark');
    await picture(page, 'documents-de-dark');
    await page.goto(`${at.url}/workspace/knowledge`);
    await page.getByRole('link', { name: /Harbour/ }).waitFor();
    await picture(page, 'knowledge-list-de-dark');
    await page.getByRole('link', { name: /Library/ }).click();
    await page.getByText('liegen auf einem anderen Server', { exact: false }).waitFor();
    await audit(page, 'a knowledge base on another server, in German and in the dark');
    await picture(page, 'elsewhere-de-dark');
    await page.goto(`${at.url}/workspace/knowledge`);
    await page.getByRole('link', { name: /Harbour/ }).click();
    await page.getByText('lighthouse.md').waitFor();
    await audit(page, 'a knowledge base in German and in the dark');
    await picture(page, 'knowledge-de-dark');
});
