// One reply from its first word to its last: it streams, survives a reload, is stopped, goes on, is copied.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { enter, finished, goesOn, growsBeyond, PATIENCE, picture, replies, running, say, settle, stage, stopButton, stopReply, text } from './stage.mjs';

let at;
let page;

before(async () => {
    at = await stage({ ENABLE_FOLLOW_UP_GENERATION: 'false', ENABLE_TAGS_GENERATION: 'false' });
    page = at.page;
    await enter(page);
});

after(() => at?.close());

test('a reply grows as it is written, goes on after a reload and comes to its end', async () => {
    await settle(page, 90);
    await say(page, 'Write a very long story about a lighthouse keeper and the sea.');
    await stopButton(page).waitFor();
    const first = await growsBeyond(page, 3);
    const second = await growsBeyond(page, first.length + 20);
    assert.ok(goesOn(first, second), `text only grows: ${first} / ${second}`);
    await page.waitForURL(/\/c\/.+/);
    await picture(page, 'streaming');

    await page.reload();
    await running(page);
    await stopButton(page).waitFor();
    const third = await growsBeyond(page, second.length + 20);
    assert.ok(goesOn(second, third), `what was shown stays: ${second} / ${third}`);
    await finished(page);
    const whole = await text(page);
    assert.ok(goesOn(third, whole) && whole.length > third.length, `and goes on to its end: ${third} / ${whole}`);
    await stopButton(page).waitFor({ state: 'detached' });

    await page.reload();
    await finished(page);
    assert.equal(await text(page), whole, 'the stored reply is the shown one');
});

test('a chat gets a title of its own', async () => {
    await page.getByRole('link', { name: 'New Chat', exact: true }).waitFor({ state: 'detached', timeout: PATIENCE });
    const title = await page.locator('nav a[aria-current=page]').innerText();
    assert.ok(title.trim().length > 3, `not ${title}`);
});

test('a stopped reply can be continued where it ended, and stays stopped with its text', async () => {
    await page.getByRole('link', { name: 'New chat', exact: true }).click();
    await replies(page).first().waitFor({ state: 'detached' });
    await settle(page, 2_000);
    await say(page, 'Tell me a long story.');
    await growsBeyond(page, 30);
    const stopped = await stopReply(page);
    await page.getByRole('button', { name: 'Continue' }).click();
    await stopButton(page).waitFor();
    const first = await growsBeyond(page, stopped.length + 5);
    const second = await growsBeyond(page, first.length + 20);
    const again = await stopReply(page);
    for (const [before, after] of [[stopped, first], [first, second], [second, again]]) {
        assert.ok(goesOn(before, after), `without a gap: ${before} / ${after}`);
    }
    await page.reload();
    await finished(page);
    assert.equal(await text(page), again, 'what was written stays');
    assert.equal(await replies(page).count(), 1, 'in the same message');
    assert.equal(await stopButton(page).count(), 0, 'nothing runs');
});

test('a finished reply goes on too, and ends again', async () => {
    await page.getByRole('link', { name: 'New chat', exact: true }).click();
    await replies(page).first().waitFor({ state: 'detached' });
    await settle(page, 20);
    await say(page, 'Tell me about the sea.');
    await finished(page);
    const before = await text(page);
    await settle(page, 6);
    await page.getByRole('button', { name: 'Continue' }).click();
    await growsBeyond(page, before.length);
    await finished(page);
    const longer = await text(page);
    assert.ok(goesOn(before, longer) && longer.length > before.length, `${before} / ${longer}`);
});

test('a reply is copied as it was written', async () => {
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write'], { origin: at.url });
    // It says so for a moment only.
    await Promise.all([
        replies(page).last().getByRole('button', { name: 'Copied' }).waitFor(),
        replies(page).last().getByRole('button', { name: 'Copy', exact: true }).click(),
    ]);
    const copied = await page.evaluate(() => navigator.clipboard.readText());
    const letters = (words) => words.replaceAll(/[\s*#`_-]/g, '');
    assert.equal(letters(copied), letters(await text(page)));
});
