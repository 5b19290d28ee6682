// Chats that leave as files, and come in from files of this server and of others.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { audit } from './page.mjs';
import { enter, openStored, picture, questions, replies, stage } from './stage.mjs';

let at;
let page;

before(async () => {
    at = await stage();
    page = at.page;
    await enter(page);
    await openStored(page, 'About tides', [
        { role: 'user', content: 'Why do tides turn?' },
        { role: 'assistant', content: 'Because of the **moon**.' },
    ]);
});

after(() => at?.close());

const command = async (words) => {
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox').fill(words);
    await page.getByRole('option', { name: new RegExp(words, 'i'), selected: true }).waitFor();
    await page.keyboard.press('Enter');
};

/** The file that a click hands over. */
async function downloaded(click) {
    const [file] = await Promise.all([page.waitForEvent('download'), click()]);
    return { name: file.suggestedFilename(), content: await readFile(await file.path(), 'utf8') };
}

const choose = (name, content) => page.locator('input[type=file]').last().setInputFiles({ name, mimeType: 'application/json', buffer: Buffer.from(content) });

test('one chat is exported for people and for machines', async () => {
    await command('export this chat');
    const dialog = page.getByRole('dialog', { name: 'Export “About tides”' });
    await dialog.waitFor();
    await audit(page, 'exporting a chat');
    await picture(page, 'export-chat');
    const markdown = await downloaded(() => dialog.getByRole('button', { name: 'Markdown' }).click());
    assert.equal(markdown.name, 'About tides.md');
    assert.match(markdown.content, /^# About tides\n\n## You\n\nWhy do tides turn\?\n\n## SmolLM2[^\n]*\n\nBecause of the \*\*moon\*\*\.\n$/);
    await page.getByRole('link', { name: 'About tides' }).hover();
    await page.getByRole('button', { name: 'Actions for About tides' }).click();
    await page.getByRole('menuitem', { name: 'Export' }).click();
    const json = await downloaded(() => dialog.getByRole('button', { name: 'JSON' }).click());
    assert.equal(JSON.parse(json.content)[0].chat.history.messages.m1.content, 'Because of the **moon**.');
});

test('all chats are exported, and what was exported comes in again', async () => {
    await command('data');
    const all = await downloaded(() => page.getByRole('button', { name: 'Download' }).click());
    assert.equal(JSON.parse(all.content).length, 1);
    const copy = all.content.replace('"title":"About tides"', '"title":"About tides, again"');
    await choose('chats.json', copy);
    await page.getByRole('button', { name: 'Import them' }).click();
    await page.getByText('Chats imported: 1').waitFor();
    await page.getByRole('link', { name: 'About tides, again' }).click();
    await replies(page).getByText('moon').waitFor();
});

test('conversations of ChatGPT come in, and what is left out is said', async () => {
    const node = (id, parent, children, role, content) => ({
        id, parent, children, message: role && { author: { role }, content: { content_type: 'text', parts: [content] }, create_time: 1_700_000_000.5 },
    });
    const mapping = { r: node('r', null, ['q']), q: node('q', 'r', ['a'], 'user', 'Who invented tea?'), a: node('a', 'q', [], 'assistant', 'Nobody knows.') };
    await command('data');
    await choose('notes.json', '<html>');
    await page.getByRole('alert').getByText('notes.json is no export of chats').waitFor();
    await choose('conversations.json', JSON.stringify([{ title: 'Tea', mapping, current_node: 'a', create_time: 1_700_000_000 }, { title: 'A shopping list' }]));
    await page.getByText('Chats found in conversations.json: 1').waitFor();
    await page.getByRole('button', { name: 'Import them' }).click();
    await page.getByText('Chats imported: 1').waitFor();
    await page.getByText('Left out: 1').click();
    await page.getByText('A shopping list').waitFor();
    await audit(page, 'a report of an import');
    await picture(page, 'import-report');
    await page.getByRole('link', { name: 'Tea', exact: true }).click();
    await questions(page).getByText('Who invented tea?').waitFor();
    await replies(page).getByText('Nobody knows.').waitFor();
});

test('conversations of Claude come in, and files that are not there are named', async () => {
    const said = (uuid, sender, text, more) => ({ uuid, sender, content: [{ type: 'text', text }], created_at: '2024-05-01T10:00:00Z', ...more });
    const messages = [said('h', 'human', 'What is in the picture?', { files: [{ file_name: 'cat.png' }] }), said('i', 'assistant', 'A cat, I think.')];
    await command('data');
    await choose('conversations.json', JSON.stringify([{ uuid: 'c', name: 'Cats', chat_messages: messages }]));
    await page.getByText('Chats found in conversations.json: 1').waitFor();
    await page.getByRole('button', { name: 'Import them' }).click();
    await page.getByText('Chats imported: 1').waitFor();
    await page.getByText('Left out: 1').click();
    await page.getByText('Without files that are not in the export: cat.png').waitFor();
    await page.getByRole('link', { name: 'Cats', exact: true }).click();
    await replies(page).getByText('A cat, I think.').waitFor();
});

test('a chat is laid out for paper, without the client around it', async () => {
    await openStored(page, 'On paper', [
        { role: 'user', content: 'Show me a formula and a table.' },
        { role: 'assistant', content: 'Here: $e^{i\\pi} = -1$\n\n| a | b |\n| - | - |\n| 1 | 2 |\n\n```js\nconst answer = 42\n```' + '\n\nIt goes on.'.repeat(80) },
    ]);
    // The window of the browser for printing cannot be driven: what it would show can be.
    await page.evaluate(() => (window.print = () => document.body.classList.add('printing')));
    await command('export this chat');
    await page.getByRole('dialog').getByRole('button', { name: 'PDF' }).click();
    await page.locator('body.printing').waitFor();
    assert.equal(await page.title(), 'On paper');
    await page.emulateMedia({ media: 'print' });
    await page.getByRole('heading', { name: 'On paper' }).waitFor();
    await page.locator('.paper .katex').first().waitFor();
    assert.equal(await page.getByRole('textbox').count(), 0);
    await picture(page, 'paper');
    const pages = (await page.pdf()).toString('latin1').match(/\/Type\s*\/Page\b/g) ?? [];
    assert.ok(pages.length > 1, `${pages.length} pages`);
    await page.emulateMedia({ media: 'screen' });
    await page.evaluate(() => dispatchEvent(new Event('afterprint')));
    await page.locator('.paper').waitFor({ state: 'detached' });
    await page.getByRole('textbox', { name: 'Ask anything' }).waitFor();
});
