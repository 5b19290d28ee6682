// People who do not wait for the server: what they type and where they go is theirs to decide.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { composer, enter, finished, openStored, questions, replies, say, settle, stage, tryToSay } from './stage.mjs';

let at;
let page;

before(async () => {
    at = await stage({ ENABLE_FOLLOW_UP_GENERATION: 'false', ENABLE_TAGS_GENERATION: 'false', ENABLE_TITLE_GENERATION: 'false' });
    page = at.page;
    await enter(page);
});

after(() => at?.close());

const newChat = () => page.getByRole('link', { name: 'New chat', exact: true });

/** Lets the next question reach the server, and its answer the page, only when told to. */
async function hold() {
    let open;
    const gate = new Promise((resolve) => (open = resolve));
    await page.route('**/api/chat/completions', async (route) => {
        await gate;
        await route.continue({ postData: { ...route.request().postDataJSON(), params: { temperature: 0, max_tokens: 5 } } });
    }, { times: 1 });
    return async () => {
        const answered = page.waitForResponse('**/api/chat/completions');
        open();
        await answered;
    };
}

test('what is typed while a new chat has no address yet stays in it', async () => {
    const release = await hold();
    await say(page, 'Say yes.');
    await questions(page).getByText('Say yes.').waitFor();
    await composer(page).fill('And then?');
    await release();
    await page.waitForURL(/\/c\/.+/);
    await finished(page);
    assert.equal(await composer(page).inputValue(), 'And then?');
    await newChat().click();
    await replies(page).first().waitFor({ state: 'detached' });
    assert.equal(await composer(page).inputValue(), '', 'the draft belongs to its chat');
    await page.locator('nav').getByRole('link', { name: 'Say yes.' }).click();
    await questions(page).getByText('Say yes.').waitFor();
    assert.equal(await composer(page).inputValue(), 'And then?');
});

test('who begins another chat before the first has an address is not taken back to it', async () => {
    await newChat().click();
    const release = await hold();
    await say(page, 'Say no.');
    await questions(page).getByText('Say no.').waitFor();
    await newChat().click();
    await questions(page).first().waitFor({ state: 'detached' });
    await release();
    await page.locator('nav').getByRole('link', { name: 'Say no.' }).waitFor();
    assert.equal(new URL(page.url()).pathname, '/');
    assert.equal(await page.locator('article').count(), 0);
    await page.locator('nav').getByRole('link', { name: 'Say no.' }).click();
    await finished(page);
});

test('a question that the server refuses goes back to where it was typed, with the reason', async () => {
    await newChat().click();
    await replies(page).first().waitFor({ state: 'detached' });
    await page.route('**/api/chat/completions', (route) => route.fulfill({ status: 429, json: { detail: 'Too many questions at once.' } }), { times: 1 });
    await tryToSay(page, 'Say maybe.');
    await page.getByRole('alert').getByText('Too many questions at once.').waitFor();
    assert.equal(await composer(page).inputValue(), 'Say maybe.');
    assert.equal(await page.locator('article').count(), 0);
});

test('nor are its words lost to who went on meanwhile', async () => {
    let open;
    const gate = new Promise((resolve) => (open = resolve));
    await page.route('**/api/chat/completions', async (route) => {
        await gate;
        await route.fulfill({ status: 429, json: { detail: 'Too many questions at once.' } });
    }, { times: 1 });
    await page.reload();
    await composer(page).waitFor();
    await say(page, 'Say perhaps.');
    await questions(page).getByText('Say perhaps.').waitFor();
    await newChat().click();
    await questions(page).first().waitFor({ state: 'detached' });
    await composer(page).fill('And more.');
    open();
    await page.getByRole('alert').getByText('Too many questions at once.').waitFor();
    assert.equal(await composer(page).inputValue(), 'Say perhaps.\nAnd more.');
});

test('a question asked before the page knows its models is asked as soon as it does', async () => {
    let open;
    const gate = new Promise((resolve) => (open = resolve));
    await page.route('**/api/models', async (route) => {
        await gate;
        await route.continue();
    }, { times: 1 });
    await page.goto(at.url);
    await settle(page, 5);
    await tryToSay(page, 'Are you there?');
    await page.locator('.send[aria-busy=true]').waitFor();
    open();
    await questions(page).getByText('Are you there?').waitFor();
    await finished(page);
    assert.equal(await composer(page).inputValue(), '');
});

test('a chat that is read again before the server has a question does not lose it', async () => {
    await openStored(page, 'Twice', [{ role: 'user', content: 'Say one.' }, { role: 'assistant', content: 'One.' }]);
    await finished(page);
    const release = await hold();
    await say(page, 'Say two.');
    const read = page.waitForResponse((answer) => /\/chats\/[\w-]+\?last=/.test(answer.url()));
    await page.context().setOffline(true);
    await page.context().setOffline(false);
    await (await read).finished();
    await page.waitForTimeout(300);
    for (const words of ['Say one.', 'Say two.']) assert.equal(await questions(page).filter({ hasText: words }).count(), 1, words);
    await release();
    await finished(page);
    assert.equal(await questions(page).count(), 2);
});
