// Chats that were stored before: hostile ones, endless ones, and those that cannot be read.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { audit } from './page.mjs';
import { composer, enter, openStored, picture, questions, replies, stage } from './stage.mjs';

let at;
let page;

before(async () => {
    at = await stage();
    page = at.page;
    await enter(page);
});

after(() => at?.close());

/** What a chat is read with, and nothing else of the page is. */
const READING = /\/api\/v1\/chats\/[^/?]+\?last=/;

const atEnd = () => page.waitForFunction(() => {
    const view = document.querySelector('.view');
    return view.scrollHeight - view.scrollTop - view.clientHeight < 5;
});

test('what people and models write never runs', async () => {
    const content = '<img src=x onerror="window.hacked=1"> <script>window.hacked=1</script> [x](javascript:window.hacked=1) '
        + '![p](https://tracker.example/p.png)\n\nThe end.';
    const fetched = [];
    page.on('request', (request) => request.url().includes('tracker.example') && fetched.push(request.url()));
    await openStored(page, 'Hostile', [{ role: 'user', content }, { role: 'assistant', content }]);
    await replies(page).getByText('The end.').waitFor();
    const links = await page.locator('.body a').evaluateAll((all) => all.map((link) => link.protocol));
    assert.ok(!links.includes('javascript:'), `no link runs a script: ${links}`);
    assert.equal(await page.locator('.body img, .body script').count(), 0, 'nothing is fetched unasked');
    assert.equal(await page.evaluate(() => window.hacked), undefined);
    assert.deepEqual(fetched, []);
});

test('a chat of a thousand messages opens at its end and shows more on the way up', async () => {
    const messages = Array.from({ length: 1000 }, (_, i) => ({ role: i % 2 ? 'assistant' : 'user', content: `message number ${i}` }));
    const read = [];
    const count = (answer) => answer.text().then((whole) => whole.split('message number').length - 1);
    const keep = (answer) => READING.test(answer.url()) && read.push(count(answer));
    page.on('response', keep);
    await openStored(page, 'Long', messages);
    await page.getByText('message number 999', { exact: true }).waitFor();
    assert.ok((await page.locator('article').count()) < 100, 'only the end is drawn');
    await atEnd();
    await picture(page, 'thousand');
    const first = await page.locator('article').first().innerText();
    await page.locator('.view').evaluate((view) => view.scrollTo(0, 0));
    await page.waitForFunction((first) => document.querySelector('article').innerText !== first, first);
    await page.getByText('message number 920', { exact: true }).waitFor({ state: 'attached' });
    page.off('response', keep);
    const sizes = await Promise.all(read);
    assert.ok(sizes.length > 1 && Math.max(...sizes) <= 41, `no more than a screen is read at once: ${sizes}`);
    await page.getByRole('button', { name: 'Jump to the newest message' }).click();
    await atEnd();
    await audit(page, 'a long chat');
});

test('a chat that is not there says so, and one that cannot be read now is tried again', async () => {
    await page.goto(`${at.url}/c/no-such-chat`);
    await page.getByRole('main').getByRole('alert').waitFor();
    await picture(page, 'chat-missing');
    await composer(page).fill('Into nowhere');
    assert.ok(await page.getByRole('button', { name: 'Send' }).isDisabled(), 'nothing can be said in it');
    await composer(page).fill('');
    await page.route(READING, (route) => route.fulfill({ status: 500, json: { detail: 'The database is tired.' } }));
    await page.locator('nav').getByRole('link', { name: 'Long' }).click();
    await page.getByText('The database is tired.').waitFor();
    await audit(page, 'a failure');
    await picture(page, 'chat-failed');
    await page.unroute(READING);
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByText('message number 999', { exact: true }).waitFor();
    await page.getByRole('alert').waitFor({ state: 'detached' });
});

test('while a chat is read, its place is kept by grey lines', async () => {
    let release;
    const held = new Promise((resolve) => (release = resolve));
    await page.route(READING, async (route) => {
        await held;
        await route.continue();
    });
    await page.locator('nav').getByRole('link', { name: 'Hostile' }).click();
    await page.locator('[aria-busy=true]').waitFor();
    await page.waitForFunction(() => getComputedStyle(document.querySelector('[aria-busy=true]')).opacity === '1');
    await composer(page).fill('Too early');
    assert.ok(await page.getByRole('button', { name: 'Send' }).isDisabled(), 'nothing is said before what it follows is known');
    await picture(page, 'chat-loading');
    release();
    await questions(page).getByText('The end.').waitFor();
    await page.locator('[aria-busy=true]').waitFor({ state: 'detached' });
    await page.unroute(READING);
});

/** Picks a line of the menu of a message. */
async function more(message, line) {
    await message.hover();
    await message.getByRole('button', { name: 'More', exact: true }).click();
    await page.getByRole('menuitem', { name: line, exact: true }).click();
}
const titled = (title) => page.getByRole('region', { name: title, exact: true });

test('a chat goes on elsewhere from a message, is copied as a whole, and loses a message', async () => {
    const said = [['user', 'Why are there tides?'], ['assistant', 'Because of the moon.'], ['user', 'And the sun?'], ['assistant', 'It helps a little.']];
    await openStored(page, 'Tides', said.map(([role, content]) => ({ role, content })));
    await more(replies(page).first(), 'Continue in a new chat');
    await titled('Fork of Tides').waitFor();
    await replies(page).getByText('Because of the moon.').waitFor();
    assert.equal(await page.locator('article').count(), 2, 'it ends with the message');

    const row = page.locator('nav .item').filter({ has: page.getByRole('link', { name: 'Tides', exact: true }) });
    await row.hover();
    await row.getByRole('button', { name: 'Actions for Tides' }).click();
    await page.getByRole('menuitem', { name: 'Duplicate' }).click();
    await titled('Tides (copy)').waitFor();
    await replies(page).getByText('It helps a little.').waitFor();

    await more(questions(page).last(), 'Delete');
    const asked = page.getByRole('dialog', { name: 'Delete this message?' });
    await asked.getByText('It and the replies to it will be gone for good.').waitFor();
    await asked.getByRole('button', { name: 'Cancel' }).click();
    await asked.waitFor({ state: 'detached' });
    assert.equal(await page.locator('article').count(), 4);
    await more(questions(page).last(), 'Delete');
    await asked.getByRole('button', { name: 'Delete' }).click();
    await page.getByText('And the sun?').waitFor({ state: 'detached' });
    await page.reload();
    await replies(page).getByText('Because of the moon.').waitFor();
    assert.equal(await page.locator('article').count(), 2);
    await page.locator('nav').getByRole('link', { name: 'Tides', exact: true }).click();
    await replies(page).getByText('It helps a little.').waitFor();
});
