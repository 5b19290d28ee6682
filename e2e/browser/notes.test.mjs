// Notes: written and kept, shown as others change them, found, and taken into a chat.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { audit, narrow } from './page.mjs';
import { composer, enter, picture, questions, settle, stage } from './stage.mjs';

let at;
let page;

before(async () => {
    at = await stage();
    page = at.page;
    await enter(page);
});

after(() => at?.close());

const title = (where = page) => where.getByRole('textbox', { name: 'Title of the note' });
const words = (where = page) => where.getByRole('textbox', { name: 'Text of the note' });
const saved = (where = page) => where.getByRole('status').getByText('Saved', { exact: true }).waitFor();
const held = async (field, text) => {
    await field.page().waitForFunction(([name, text]) => document.querySelector(`textarea[aria-label="${name}"]`)?.value.includes(text), ['Text of the note', text]);
};
const act = async (line, where = page) => {
    await where.getByRole('main').getByRole('button', { name: /^Actions for/ }).click();
    await where.getByRole('menuitem', { name: line }).click();
};
/** What is written by another client, which knows nothing of revisions. */
const elsewhere = (id, text) => page.evaluate(async ([id, text]) => {
    const headers = { authorization: `Bearer ${localStorage.getItem('token')}`, 'content-type': 'application/json' };
    const body = JSON.stringify({ data: { content: { md: text } } });
    return (await fetch(`/api/v1/notes/${id}/update`, { method: 'POST', headers, body })).status;
}, [id, text]);
const opened = () => new URL(page.url()).pathname.split('/')[2];

test('a note is written, kept by itself, and read as Markdown', async () => {
    await page.getByRole('link', { name: 'Notes', exact: true }).click();
    await page.getByText('No notes yet.').waitFor();
    await audit(page, 'no notes');
    await picture(page, 'notes-empty');
    await page.getByRole('button', { name: 'New note' }).click();
    await title().fill('Plan for May');
    await title().press('Enter');
    await page.waitForFunction(() => document.activeElement?.tagName === 'TEXTAREA');
    await page.keyboard.type('## Garden\n\n- plant *tomatoes*\n- [ ] mow');
    await saved();
    await audit(page, 'writing a note');
    await picture(page, 'note');
    await page.reload();
    await held(words(), 'plant *tomatoes*');
    assert.equal(await title().inputValue(), 'Plan for May');
    await page.getByRole('button', { name: 'Read', exact: true }).click();
    await page.getByRole('heading', { name: 'Garden' }).waitFor();
    await page.locator('em', { hasText: 'tomatoes' }).waitFor();
    await audit(page, 'reading a note');
    await picture(page, 'note-read');
    await narrow(page, () => picture(page, 'note-small'));
    await page.evaluate(() => (document.documentElement.dataset.theme = 'dark'));
    await audit(page, 'a note in the dark');
    await picture(page, 'note-dark');
    await page.evaluate(() => (document.documentElement.dataset.theme = 'light'));
    await page.getByRole('button', { name: 'Write', exact: true }).click();
});

test('what is saved in one window appears in the other', async () => {
    const other = await at.another(page);
    await other.goto(page.url());
    await held(words(other), 'mow');
    await words(other).fill('Written over there.');
    await saved(other);
    await held(words(), 'Written over there.');
    await words().fill('And back again.');
    await held(words(other), 'And back again.');
    await other.context().close();
});

test('of two changes of the same text none is lost', async () => {
    await saved();
    let go;
    const waits = new Promise((resolve) => (go = resolve));
    await page.route('**/notes/*/update?*', async (route) => {
        await waits;
        await route.continue();
    }, { times: 1 });
    await words().fill('My words.');
    await page.getByRole('status').getByText('Saving…').waitFor();
    assert.equal(await elsewhere(opened(), 'Their words.'), 200);
    go();
    const conflict = page.getByRole('alert', { name: 'Somebody else has changed this note meanwhile.' });
    await conflict.waitFor();
    assert.equal(await words().inputValue(), 'My words.');
    await conflict.getByText('What the other person saved').click();
    await conflict.getByText('Their words.').waitFor();
    await audit(page, 'a conflict');
    await picture(page, 'note-conflict');
    await conflict.getByRole('button', { name: 'Keep both' }).click();
    await conflict.waitFor({ state: 'detached' });
    await saved();
    assert.equal(await words().inputValue(), 'Their words.\n\n---\n\nMy words.');
});

test('a note is shared', async () => {
    await act('Share');
    const dialog = page.getByRole('dialog', { name: 'Share “Plan for May”' });
    await dialog.getByRole('switch', { name: 'Everyone on this server may use it' }).click();
    await audit(page, 'sharing a note');
    await picture(page, 'note-share');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await dialog.waitFor({ state: 'detached' });
    await act('Share');
    await dialog.getByRole('switch', { name: 'Everyone on this server may use it', checked: true }).waitFor();
    await dialog.getByRole('button', { name: 'Cancel' }).click();
});

test('a note goes into a chat with a question', async () => {
    await act('Ask about it');
    await page.getByRole('list', { name: 'Attached files' }).getByText('Plan for May').waitFor();
    await settle(page, 4);
    const asked = page.waitForRequest((request) => request.url().endsWith('/api/chat/completions'));
    await composer(page).fill('What do I plan?');
    await page.getByRole('button', { name: 'Send' }).click();
    const { user_message: message } = (await asked).postDataJSON();
    assert.equal(message.files[0].type, 'note');
    await questions(page).getByRole('link', { name: 'Plan for May' }).waitFor();
    await picture(page, 'note-asked');
    await questions(page).getByRole('link', { name: 'Plan for May' }).click();
    await held(words(), 'Their words.');
});

test('notes are found, pinned and deleted', async () => {
    await page.getByRole('link', { name: 'All notes' }).click();
    await page.getByRole('button', { name: 'New note' }).click();
    await title().fill('Shopping');
    await saved();
    await page.getByRole('link', { name: 'All notes' }).click();
    // A note that nothing was written into is none.
    await page.getByRole('button', { name: 'New note' }).click();
    await words().waitFor();
    await page.getByRole('link', { name: 'All notes' }).click();
    const list = page.getByRole('main').getByRole('listitem');
    await list.getByText('Shopping').waitFor();
    await page.getByRole('button', { name: 'Actions for Plan for May' }).click();
    await page.getByRole('menuitem', { name: 'Pin' }).click();
    await list.filter({ hasText: 'Plan for May' }).getByText('Pinned').waitFor();
    assert.match(await list.first().innerText(), /Plan for May/);
    await audit(page, 'the list of notes');
    await picture(page, 'notes');
    await narrow(page, () => picture(page, 'notes-small'));
    await page.getByRole('searchbox', { name: 'Search notes' }).fill('THEIR words');
    await list.getByText('Shopping').waitFor({ state: 'detached' });
    assert.equal(await list.count(), 1);
    await page.getByRole('button', { name: 'Actions for Plan for May' }).click();
    await page.getByRole('menuitem', { name: 'Delete' }).click();
    await page.getByRole('dialog', { name: 'Delete this note?' }).getByRole('button', { name: 'Delete' }).click();
    await page.getByText('Nothing matches.').waitFor();
    await page.getByRole('searchbox', { name: 'Search notes' }).fill('');
    await list.getByText('Shopping').waitFor();
    assert.equal(await list.count(), 1, 'the empty note is gone, too');
});
