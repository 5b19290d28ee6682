// A question asked in two ways and answered twice: every version stays, and the arrows lead to it.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { audit } from './page.mjs';
import { composer, enter, finished, growsBeyond, questions, replies, say, settle, stage, stopReply, text } from './stage.mjs';

let at;
let page;
const kept = {};

before(async () => {
    at = await stage({ ENABLE_FOLLOW_UP_GENERATION: 'false', ENABLE_TAGS_GENERATION: 'false', ENABLE_TITLE_GENERATION: 'false' });
    page = at.page;
    await enter(page);
});

after(() => at?.close());

const arrow = (message, name) => message.getByRole('button', { name });

/** Shows another version of the question, until the server knows which. */
async function turn(name) {
    const known = page.waitForResponse((answer) => answer.request().method() === 'POST' && /\/chats\/[^/]+$/.test(answer.url()));
    await arrow(questions(page), name).click();
    await known;
}

test('a reply is made again, and both can be read', async () => {
    await settle(page, 14);
    await say(page, 'Tell me about the sea.');
    await finished(page);
    kept.first = await text(page);
    assert.equal(await page.getByText('1/1').count(), 0, 'one reply needs no arrows');
    await settle(page, 2_000);
    await page.getByRole('button', { name: 'Regenerate' }).click();
    await growsBeyond(page, 10);
    kept.second = await stopReply(page);
    await page.getByText('2/2').waitFor();
    assert.ok(await arrow(replies(page), 'Next version').isDisabled());
    await arrow(replies(page), 'Previous version').click();
    await page.getByText('1/2').waitFor();
    assert.equal(await text(page), kept.first);
    assert.ok(await arrow(replies(page), 'Previous version').isDisabled());
});

test('an edited question begins a branch of its own', async () => {
    await settle(page, 14);
    await questions(page).hover();
    await questions(page).getByRole('button', { name: 'Edit' }).click();
    await page.getByRole('textbox', { name: 'Edit' }).fill('Tell me about the mountains.');
    await page.getByRole('button', { name: 'Save and send' }).click();
    await questions(page).getByText('mountains').waitFor();
    assert.equal(await questions(page).count(), 1, 'the old question is not shown beside the new one');
    await finished(page);
    kept.third = await text(page);
    assert.notEqual(kept.third, kept.first);
    await questions(page).getByText('2/2').waitFor();
    await audit(page, 'a chat with branches');
});

test('the arrows lead back and forth, and the chosen branch is there after a reload', async () => {
    await questions(page).hover();
    await turn('Previous version');
    await questions(page).getByText('about the sea').waitFor();
    // The newest reply of that question is shown.
    assert.equal(await text(page), kept.second);
    await turn('Next version');
    await questions(page).getByText('mountains').waitFor();
    assert.equal(await text(page), kept.third);
    await turn('Previous version');
    await page.reload();
    await questions(page).getByText('about the sea').waitFor();
    await replies(page).getByText('2/2').waitFor();
    assert.equal(await text(page), kept.second);
});

test('a question that goes on in one branch is not in the other', async () => {
    await settle(page, 12);
    await say(page, 'And the wind?');
    await finished(page);
    assert.equal(await questions(page).count(), 2);
    await questions(page).first().hover();
    await arrow(questions(page).first(), 'Next version').click();
    await questions(page).getByText('mountains').waitFor();
    assert.equal(await questions(page).count(), 1);
    await questions(page).hover();
    await arrow(questions(page), 'Previous version').click();
    await questions(page).getByText('And the wind?').waitFor();
    assert.equal(await questions(page).count(), 2);
});

test('nothing is sent when an edit is cancelled', async () => {
    const before = await page.locator('article').allInnerTexts();
    await questions(page).last().hover();
    await questions(page).last().getByRole('button', { name: 'Edit' }).click();
    await page.getByRole('textbox', { name: 'Edit' }).fill('Never sent');
    await page.getByRole('button', { name: 'Cancel' }).click();
    await questions(page).last().getByText('And the wind?').waitFor();
    await composer(page).focus();
    assert.deepEqual(await page.locator('article').allInnerTexts(), before);
});
