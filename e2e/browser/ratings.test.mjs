// Replies are rated, said more about, and taken back; administrators see who wins and what was said.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { audit, narrow } from './page.mjs';
import { enter, finished, openStored, picture, replies, say, stage, text } from './stage.mjs';
import { provider } from '../processes.mjs';

let at;
let page;
let chat;

before(async () => {
    const mock = await provider();
    const servers = { ENABLE_OPENAI_API: 'true', OPENAI_API_BASE_URLS: `${mock}/v1`, ENABLE_OLLAMA_API: 'true', OLLAMA_BASE_URLS: mock };
    at = await stage({ ...servers, DEFAULT_MODELS: 'smollm2-135m-instruct' });
    page = at.page;
    await enter(page);
    chat = await openStored(page, 'About tides', [
        { role: 'user', content: 'Why do tides turn?' },
        { role: 'assistant', content: 'Because of the moon.' },
    ]);
});

after(() => at?.close());

const api = (path) => page.evaluate(async (path) => (await fetch(path, { headers: { authorization: `Bearer ${localStorage.getItem('token')}` } })).json(), path);
const annotation = async () => (await api(`/api/v1/chats/${chat}`)).chat.history.messages.m1.annotation;
const good = () => replies(page).last().getByRole('button', { name: 'Good reply' });
const bad = () => replies(page).last().getByRole('button', { name: 'Bad reply' });
const details = () => page.getByRole('form', { name: 'Rating' });
const pressed = (button) => button.and(page.locator('[aria-pressed=true]')).waitFor();

test('a reply is rated, and the reader says why', async () => {
    await bad().click();
    await pressed(bad());
    await details().getByText('Rated as bad').waitFor();
    await good().click();
    await details().getByText('Rated as good').waitFor();
    await details().getByText('Correct', { exact: true }).click();
    await details().getByText('9', { exact: true }).click();
    await details().getByLabel('Tags').fill('sea');
    await details().getByLabel('Tags').press('Enter');
    await details().getByLabel('Comment').fill('Short and right.');
    await audit(page, 'a rating');
    await picture(page, 'rating');
    await narrow(page, () => picture(page, 'rating-small'));
    await details().getByRole('button', { name: 'Save' }).click();
    await details().waitFor({ state: 'detached' });
    const said = { rating: 1, reason: 'accurate_information', comment: 'Short and right.', tags: ['sea'], details: { rating: 9 } };
    assert.deepEqual(await annotation(), said);
    const [sent] = await api('/api/v1/evaluations/feedbacks/all/export');
    assert.deepEqual(sent.data, { ...said, model_id: 'smollm2-135m-instruct', sibling_model_ids: [] });
    assert.equal(sent.meta.message_id, 'm1');
    assert.equal(sent.snapshot.chat.chat.history.messages.m1.content, 'Because of the moon.');
});

test('a rating survives a reload and is taken back', async () => {
    await page.reload();
    await pressed(good());
    await good().click();
    await details().getByText('Rated as good').waitFor();
    assert.equal(await details().getByLabel('Comment').inputValue(), 'Short and right.');
    await good().click();
    await details().waitFor({ state: 'detached' });
    assert.equal(await annotation(), undefined);
    assert.deepEqual(await api('/api/v1/evaluations/feedbacks/all/ids'), []);
    assert.equal(await good().getAttribute('aria-pressed'), 'false');
});

test('where several models answered, a rating compares them', async () => {
    await page.evaluate(async ([id]) => {
        const headers = { authorization: `Bearer ${localStorage.getItem('token')}`, 'content-type': 'application/json' };
        const reply = (id, model) => ({ id, parentId: 'm0', childrenIds: [], role: 'assistant', content: `${model} says: the moon.`, model, done: true });
        const question = { id: 'm0', parentId: null, childrenIds: ['m1', 'm2'], role: 'user', content: 'Why do tides turn?' };
        const messages = { m0: question, m1: reply('m1', 'smollm2-135m-instruct'), m2: { ...reply('m2', 'blind'), selectedModelId: 'other' } };
        await fetch(`/api/v1/chats/${id}`, { method: 'POST', headers, body: JSON.stringify({ chat: { history: { currentId: 'm2', messages } } }) });
    }, [chat]);
    await page.reload();
    await replies(page).getByText('blind', { exact: true }).waitFor();
    await good().click();
    await details().getByRole('button', { name: 'Close' }).click();
    await replies(page).getByText('blind: other').waitFor();
    const [sent] = await api('/api/v1/evaluations/feedbacks/all/export');
    assert.deepEqual([sent.data.model_id, sent.data.sibling_model_ids, sent.meta.arena], ['other', ['smollm2-135m-instruct'], true]);
});

test('administrators see who wins, and against whom', async () => {
    await page.goto(`${at.url}/admin/evaluations`);
    const table = page.getByRole('table', { name: 'Leaderboard' });
    await table.getByRole('row', { name: /other 1016/ }).waitFor();
    await table.getByRole('row', { name: /984/ }).waitFor();
    await audit(page, 'the leaderboard');
    await picture(page, 'leaderboard');
    await narrow(page, () => picture(page, 'leaderboard-small'));
    await page.getByRole('searchbox', { name: /topic/ }).fill('nonsense');
    await page.getByText('No comparison has such a tag.').waitFor();
    await page.getByRole('searchbox', { name: /topic/ }).fill('');
    await table.getByRole('button', { name: 'other' }).click();
    const dialog = page.getByRole('dialog', { name: 'Votes for and against other' });
    await dialog.getByRole('img', { name: /1 in all/ }).waitFor();
    await audit(page, 'votes of a model');
    await picture(page, 'votes');
    await page.keyboard.press('Escape');
});

test('feedback is read with its chat, exported and deleted', async () => {
    await page.getByRole('link', { name: 'Feedback', exact: true }).click();
    await page.getByRole('button', { name: 'Show the feedback of Ada on other' }).click();
    const dialog = page.getByRole('dialog', { name: 'Ada on other' });
    await dialog.getByText('blind says: the moon.').waitFor();
    await audit(page, 'a feedback');
    await picture(page, 'feedback');
    await page.keyboard.press('Escape');
    const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Export' }).click()]);
    assert.equal(JSON.parse(await readFile(await file.path(), 'utf8'))[0].data.model_id, 'other');
    await audit(page, 'the list of feedback');
    await picture(page, 'feedback-list');
    await narrow(page, () => picture(page, 'feedback-list-small'));
    await page.getByRole('button', { name: 'Show the feedback of Ada on other' }).click();
    await dialog.getByRole('button', { name: 'Delete' }).click();
    await page.getByRole('dialog', { name: 'Delete this feedback?' }).getByRole('button', { name: 'Delete' }).click();
    await page.getByText('Nobody rated a reply yet.').waitFor();
});

test('an arena model is made and kept', async () => {
    await page.getByRole('link', { name: 'Arena', exact: true }).click();
    await page.getByRole('switch', { name: /compare models blindly/ }).click();
    await page.getByRole('button', { name: 'Add an arena model' }).click();
    const dialog = page.getByRole('dialog', { name: 'Add an arena model' });
    await dialog.getByLabel('Name').fill('Blind Date');
    await dialog.getByRole('combobox', { name: 'Models' }).selectOption({ label: 'Only these' });
    for (const name of ['mock-alpha', 'mock-beta']) await dialog.getByRole('checkbox', { name }).check();
    await audit(page, 'an arena model');
    await picture(page, 'arena-model');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('button', { name: 'Edit Blind Date' }).waitFor();
    await audit(page, 'arena models');
    await picture(page, 'arena');
    const kept = await api('/api/v1/evaluations/config');
    assert.equal(kept.ENABLE_EVALUATION_ARENA_MODELS, true);
    const [model] = kept.EVALUATION_ARENA_MODELS;
    assert.deepEqual([model.id, model.name, model.meta.filter_mode], ['blind-date', 'Blind Date', 'include']);
    assert.deepEqual(model.meta.model_ids.toSorted(), ['mock-alpha', 'mock-beta']);
});

test('a reply of the arena is judged before its model is told, and counts for that model', async () => {
    await page.goto(at.url);
    await page.getByRole('button', { name: /^Pick a model/ }).click();
    await page.getByRole('gridcell', { name: 'Blind Date', exact: true }).click();
    await page.getByRole('button', { name: 'Pick a model: Blind Date' }).click();
    await page.getByLabel('Several at once').check();
    await page.getByRole('gridcell', { name: 'llama-mock:latest', exact: true }).click();
    await page.keyboard.press('Escape');
    await say(page, 'Which lamp is brighter?');
    await finished(page);
    const drawn = /\[(mock-\w+)\] You said/.exec(await text(page))?.[1];
    assert.ok(drawn, 'one of the two has answered');
    await replies(page).last().getByText('Blind Date', { exact: true }).waitFor();
    await good().click();
    await details().getByRole('button', { name: 'Close' }).click();
    await replies(page).last().getByText(`Blind Date: ${drawn}`, { exact: true }).waitFor();
    await picture(page, 'arena-told');
    const [sent] = await api('/api/v1/evaluations/feedbacks/all/export');
    assert.deepEqual([sent.data.model_id, sent.data.sibling_model_ids, sent.meta.model_id, sent.meta.arena], [drawn, ['llama-mock:latest'], 'blind-date', true]);
    await page.goto(`${at.url}/admin/evaluations`);
    const table = page.getByRole('table', { name: 'Leaderboard' });
    await table.getByRole('row', { name: new RegExp(`${drawn}.* 1016`) }).waitFor();
    await table.getByRole('row', { name: /llama-mock.* 984/ }).waitFor();
    await page.getByRole('link', { name: 'Feedback', exact: true }).click();
    await page.getByRole('button', { name: `Show the feedback of Ada on ${drawn}` }).click();
    await page.getByRole('dialog', { name: `Ada on ${drawn}` }).getByText('Asked blindly, through Blind Date').waitFor();
});
