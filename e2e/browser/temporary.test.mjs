// A chat that is not kept, and one over plain HTTP as from another machine.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { enter, finished, growsBeyond, questions, replies, say, settle, stage, stopReply, text } from './stage.mjs';

let at;
let page;

before(async () => {
    at = await stage({ ENABLE_FOLLOW_UP_GENERATION: 'false', ENABLE_TAGS_GENERATION: 'false', ENABLE_TITLE_GENERATION: 'false' });
    page = at.page;
    await enter(page);
});

after(() => at?.close());

const sidebar = () => page.locator('nav').getByRole('link').allInnerTexts();
const temporary = () => page.getByRole('button', { name: 'Temporary chat' });

test('a temporary chat answers, remembers what was said in it, and leaves no trace', async () => {
    const before = await sidebar();
    await temporary().click();
    await page.getByText('This chat is not saved').waitFor();
    await settle(page, 12);
    const asked = [];
    page.on('request', (request) => request.url().endsWith('/api/chat/completions') && asked.push(request.postDataJSON()));
    await say(page, 'My name is Grace.');
    await finished(page);
    const first = await text(page);
    await say(page, 'What is my name?');
    await replies(page).nth(1).waitFor();
    await finished(page);
    assert.deepEqual(asked[1].messages.map((message) => message.content), ['My name is Grace.', first, 'What is my name?']);
    assert.equal(new URL(page.url()).pathname, '/', 'it has no address');
    assert.deepEqual(await sidebar(), before);
    await page.reload();
    await page.getByRole('heading', { name: /What would you like to know/ }).waitFor();
    await page.getByText('No chats yet').waitFor();
    assert.equal(await questions(page).count(), 0);
});

test('a temporary reply streams and stops, and a new chat after it is kept again', async () => {
    await temporary().click();
    await settle(page, 2_000);
    await say(page, 'Tell me a long story.');
    const shown = await growsBeyond(page, 10);
    await growsBeyond(page, shown.length + 10);
    await stopReply(page);
    await page.getByRole('link', { name: 'New chat', exact: true }).click();
    await replies(page).first().waitFor({ state: 'detached' });
    assert.equal(await temporary().getAttribute('aria-pressed'), 'false');
    await settle(page, 5);
    await say(page, 'Keep this one.');
    await page.getByRole('link', { name: 'Keep this one.' }).waitFor();
    assert.equal((await sidebar()).filter((title) => /long story/.test(title)).length, 0);
});

test('over plain HTTP from another machine a question can be asked and a reply copied', async () => {
    const far = await at.from('airis.test');
    assert.equal(await far.evaluate(() => isSecureContext), false);
    await settle(far, 5);
    await say(far, 'Hello over HTTP.');
    await finished(far);
    // It says so for a moment only.
    await Promise.all([
        far.getByRole('button', { name: 'Copied' }).waitFor(),
        far.getByRole('button', { name: 'Copy', exact: true }).last().click(),
    ]);
});
