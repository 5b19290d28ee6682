// Budgets: an administrator sets a limit and a price; people see what a reply cost, and hear when nothing is left.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { account, audit } from './page.mjs';
import { composer, enter, finished, picture, replies, say, settle, stage, tryToSay } from './stage.mjs';

let at;
let page;

before(async () => {
    at = await stage();
    page = at.page;
    await enter(page);
    await settle(page, 8);
});

after(() => at?.close());

test('an administrator limits messages and prices a model', async () => {
    await account(page, 'Administration');
    await page.getByRole('link', { name: 'Budgets' }).click();
    await page.getByText('Nothing is limited yet.').waitFor();
    await page.getByText('No model has a price yet.').waitFor();
    await audit(page, 'no budgets');
    await page.getByRole('button', { name: 'New budget' }).click();
    const form = page.getByRole('dialog');
    await form.getByLabel('Name').fill('Lunch');
    await form.getByLabel('What is counted').selectOption('messages');
    await form.getByLabel('Amount (messages)').fill('2');
    await form.getByLabel('Warn from (%)').fill('50');
    await audit(page, 'a new budget');
    await picture(page, 'budget-new');
    await form.getByRole('button', { name: 'Create the budget' }).click();
    await page.getByText('Everyone · 2 messages a day · each').waitFor();
    await page.getByRole('combobox', { name: 'Pick a model' }).selectOption({ index: 1 });
    await page.getByRole('button', { name: 'Add a price' }).click();
    await page.getByLabel(/price of tokens read/).fill('2');
    await page.getByLabel(/price of tokens written/).fill('10');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Saved.', { exact: true }).waitFor();
    await audit(page, 'budgets');
    await picture(page, 'budgets');
    await page.setViewportSize({ width: 360, height: 740 });
    await page.reload();
    await page.getByText('Everyone · 2 messages a day · each').waitFor();
    assert.ok(!(await page.evaluate(() => document.documentElement.scrollWidth > innerWidth)), 'budgets fit on a phone');
    await picture(page, 'budgets-small');
    await page.setViewportSize({ width: 1280, height: 800 });
});

test('people are warned, then refused, and keep what they typed', async () => {
    await page.goto(at.url);
    await say(page, 'Hello');
    await finished(page);
    await page.getByText('Of the budget “Lunch”, 1 of 2 messages are left until').waitFor();
    await page.getByText(/What this reply cost: .*USD/).waitFor();
    await audit(page, 'little is left');
    await picture(page, 'budget-warns');
    await say(page, 'And again');
    await replies(page).nth(1).waitFor();
    await finished(page);
    await page.getByText('The budget “Lunch” is used up.').waitFor();
    await tryToSay(page, 'Once more');
    await page.getByRole('alert').filter({ hasText: 'The budget "Lunch" is used up: 2 of 2 messages are spent.' }).waitFor();
    assert.equal(await composer(page).inputValue(), 'Once more');
    assert.equal(await replies(page).count(), 2);
    await audit(page, 'nothing is left');
    await picture(page, 'budget-used-up');
});
