// One person on two pages, and a network or a server that goes away: in the end every page shows the same.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { composer, enter, finished, goesOn, growsBeyond, questions, replies, say, settle, stage, stopReply, text } from './stage.mjs';

let at;
let page;
let other;

before(async () => {
    at = await stage({ ENABLE_FOLLOW_UP_GENERATION: 'false', ENABLE_TAGS_GENERATION: 'false', ENABLE_TITLE_GENERATION: 'false' });
    page = at.page;
    await enter(page);
    other = await at.another(page);
});

after(() => at?.close());

const lost = (tab) => tab.getByText('The connection is gone');

test('a chat that begins on one page appears in the sidebar of the other, with a mark while it is written', async () => {
    await settle(page, 2_000);
    await say(page, 'Tell me a long story.');
    await other.getByRole('link', { name: /long story/ }).waitFor();
    await other.getByRole('img', { name: 'A reply is being written' }).waitFor();
    await growsBeyond(page, 20);
});

test('the other page sees the reply grow, and stops it', async () => {
    await other.getByRole('link', { name: /long story/ }).click();
    const shown = await growsBeyond(other, 20);
    await growsBeyond(other, shown.length + 20);
    const stopped = await stopReply(other);
    await finished(page);
    assert.equal(await text(page), stopped, 'both show the same end');
    await other.getByRole('img', { name: 'A reply is being written' }).waitFor({ state: 'detached' });
});

test('what is said on one page is heard on the other, and a continued reply too', async () => {
    await settle(page, 10);
    await say(page, 'Thank you.');
    await questions(other).getByText('Thank you.').waitFor();
    await finished(page);
    await replies(other).nth(1).waitFor();
    await finished(other);
    assert.equal(await text(other), await text(page));
    const before = await text(page);
    await settle(page, 2_000);
    await page.getByRole('button', { name: 'Continue' }).click();
    const longer = await growsBeyond(other, before.length + 20);
    assert.ok(goesOn(before, longer), `${before} / ${longer}`);
    const stopped = await stopReply(page);
    await finished(other);
    assert.equal(await text(other), stopped);
});

test('a page without a network says so, and fills in what it missed when it is back', async () => {
    await other.context().setOffline(true);
    await lost(other).waitFor({ timeout: 60_000 });
    await composer(other).fill('Not yet');
    assert.ok(await other.getByRole('button', { name: 'Send' }).isDisabled(), 'nothing is sent into nowhere');
    await settle(page, 10);
    await say(page, 'Are you still there?');
    await finished(page);
    assert.equal(await other.getByText('Are you still there?').count(), 0);
    await other.context().setOffline(false);
    await lost(other).waitFor({ state: 'detached', timeout: 60_000 });
    await questions(other).getByText('Are you still there?').waitFor();
    await finished(other);
    assert.equal(await text(other), await text(page));
    assert.equal(await composer(other).inputValue(), 'Not yet', 'what was typed meanwhile stays');
});

test('a reply goes on by itself when the server is started again', async () => {
    await settle(page, 2_000);
    await say(page, 'Tell me another long story.');
    const before = await growsBeyond(page, 20);
    await at.kill();
    await lost(page).waitFor();
    assert.ok(goesOn(before, await text(page)), 'what was shown stays on the page');
    await at.start();
    await lost(page).waitFor({ state: 'detached', timeout: 60_000 });
    const longer = await growsBeyond(page, before.length + 20);
    assert.ok(goesOn(before, longer), `${before} / ${longer}`);
    const stopped = await stopReply(page);
    await finished(other);
    assert.equal(await text(other), stopped);
});
