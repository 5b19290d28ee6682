// The pictures of the README, of real replies: made when AIRIS_PICTURES names a folder, and copied to docs/images by hand.
import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { enter, finished, picture, replies, say, settle, stage } from './stage.mjs';

const { AIRIS_PICTURES: pictures } = process.env;
const skip = pictures ? false : 'AIRIS_PICTURES names no folder';
const LIMIT = 150 * 1024;
let at;
let page;

before(async () => {
    if (skip) return;
    at = await stage({ ENABLE_FOLLOW_UP_GENERATION: 'false', ENABLE_TAGS_GENERATION: 'false', ENABLE_TITLE_GENERATION: 'false' });
    page = at.page;
    await enter(page);
    await settle(page, 220);
});

after(() => at?.close());

async function ask(words) {
    await page.getByRole('link', { name: 'New chat', exact: true }).click();
    await replies(page).first().waitFor({ state: 'detached' });
    await say(page, words);
    await finished(page);
}

async function shoot(name) {
    await page.locator('.view').evaluate((view) => view.scrollTo(0, 0));
    await page.mouse.move(0, 0);
    await picture(page, name);
    assert.ok(statSync(`${pictures}/${name}.png`).size < LIMIT, `${name}.png is small enough for a repository`);
}

test('the pictures of the README show real replies', { skip }, async () => {
    await ask('Give me three tips for sleeping better.');
    await ask('Write a Python function that reverses a string, and show how to use it.');
    await page.locator('pre .hljs-keyword').first().waitFor();
    await shoot('chat-light');
    await page.emulateMedia({ colorScheme: 'dark' });
    await page.locator('nav').getByRole('link', { name: /sleeping better/ }).click();
    await replies(page).getByText('Environment').waitFor();
    await shoot('chat-dark');
    await page.emulateMedia({ colorScheme: 'light' });
    await page.setViewportSize({ width: 360, height: 740 });
    await page.reload();
    await replies(page).getByText('Environment').waitFor();
    await shoot('chat-phone');
});
