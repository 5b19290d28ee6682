// How much was asked and answered: numbers, a chart that can be read as a table, and who asked what.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { audit, narrow } from './page.mjs';
import { enter, openStored, picture, stage } from './stage.mjs';

let at;
let page;
const DAY = 86_400;

before(async () => {
    at = await stage();
    page = at.page;
    await enter(page);
});

after(() => at?.close());

test('a server that nobody asked says so', async () => {
    await page.goto(`${at.url}/admin/analytics`);
    await page.getByText('Nothing was asked in this time.').waitFor();
    await audit(page, 'analytics of nothing');
    await picture(page, 'analytics-empty');
});

test('replies and tokens are shown over time, as bars and as a table', async () => {
    const now = Math.floor(Date.now() / 1000);
    const usage = { prompt_tokens: 100, completion_tokens: 50, input_tokens: 100, output_tokens: 50, total_tokens: 150 };
    for (const days of [0, 0, 2, 5, 20]) {
        const timestamp = now - days * DAY;
        await openStored(page, `${days} days ago`, [
            { role: 'user', content: 'Why?', timestamp },
            { role: 'assistant', content: 'Because.', timestamp, usage, model: days === 5 ? 'another-model' : 'smollm2-135m-instruct' },
        ]);
    }
    await page.goto(`${at.url}/admin/analytics`);
    await page.getByRole('img', { name: /Replies over time: 30 pieces of time, 5 in all, at most 2/ }).waitFor();
    const models = page.getByRole('table', { name: 'By model' });
    await models.getByRole('row', { name: /SmolLM2.* 4 1 400 200/i }).waitFor();
    await models.getByRole('row', { name: /another-model 1 1 100 50/ }).waitFor();
    await page.getByRole('table', { name: 'By person' }).getByRole('row', { name: /Ada.* 5 500 250/ }).waitFor();
    await audit(page, 'analytics');
    await models.getByRole('button', { name: 'another-model' }).click();
    const chats = page.getByRole('dialog', { name: 'Chats with another-model' });
    await chats.getByText('Why?').waitFor();
    await chats.getByText(/^Ada/).waitFor();
    await audit(page, 'chats of a model');
    await picture(page, 'analytics-chats');
    await page.keyboard.press('Escape');
    await chats.waitFor({ state: 'detached' });
    await picture(page, 'analytics');
    await page.getByText('As a table').click();
    const table = page.getByRole('region', { name: 'Replies over time' });
    assert.equal(await table.getByRole('row').count(), 31);
    await page.evaluate(() => (document.documentElement.dataset.theme = 'dark'));
    await narrow(page, async () => {
        await audit(page, 'analytics in the dark');
        await picture(page, 'analytics-small');
    });
});

test('another time, and tokens instead of replies', async () => {
    await page.getByLabel('What is counted').selectOption({ label: 'Tokens' });
    await page.getByLabel('Period').selectOption({ label: 'Last 7 days' });
    await page.getByRole('img', { name: /Tokens over time: \d+ pieces of time, 600 in all, at most 300/ }).waitFor();
    await page.getByLabel('Period').selectOption({ label: 'Own dates' });
    await page.getByLabel('From', { exact: true }).fill('2020-01-01');
    await page.getByLabel('To', { exact: true }).fill('2020-01-31');
    await page.getByText('Nothing was asked in this time.').waitFor();
});
