// Prompts: kept in the workspace, changed, brought back, and used behind a slash.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { account, audit } from './page.mjs';
import { composer, enter, picture, stage } from './stage.mjs';

let at;
let page;

before(async () => {
    at = await stage();
    page = at.page;
    await enter(page);
});

after(() => at?.close());

const shown = (name) => page.getByRole('listitem').filter({ hasText: name });

async function look(name) {
    await audit(page, `${name}, light`);
    await picture(page, `${name}-light`);
    await page.emulateMedia({ colorScheme: 'dark' });
    await page.setViewportSize({ width: 360, height: 740 });
    await page.keyboard.press('Control+Shift+S');
    await page.locator('nav .account').waitFor({ state: 'detached' });
    await audit(page, `${name}, dark on a phone`);
    await picture(page, `${name}-dark-phone`);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
    assert.equal(wide, false, `${name}: nothing is wider than a phone`);
    await page.keyboard.press('Control+Shift+S');
    await page.emulateMedia({ colorScheme: 'light' });
    await page.setViewportSize({ width: 1280, height: 800 });
}

test('a prompt is written, found by its tag, and switched off', async () => {
    await account(page, 'Workspace');
    await page.getByRole('link', { name: 'Prompts' }).click();
    await page.getByText('No prompts yet').waitFor();
    await look('prompts-empty');
    await page.getByRole('link', { name: 'New prompt' }).click();
    await page.getByLabel('Name').fill('Translate a text');
    assert.equal(await page.getByLabel('Command').inputValue(), 'translate-a-text');
    await page.getByLabel('Text', { exact: true }).fill('Translate into {{language | select:options=["German","French"]}}:\n\n{{text | textarea:required}}');
    await page.getByText('Asked for when it is used: language, text').waitFor();
    await page.getByLabel('Tags').fill('work, words');
    await page.getByRole('switch', { name: /Everyone/ }).click();
    await page.getByRole('button', { name: 'Create' }).click();
    await shown('Translate a text').getByText('/translate-a-text').waitFor();
    await page.getByRole('combobox', { name: 'Tag' }).selectOption('words');
    await page.getByRole('searchbox', { name: 'Search prompts' }).fill('nothing like it');
    await page.getByText('Nothing matches.').waitFor();
    await page.getByRole('searchbox', { name: 'Search prompts' }).fill('TRANSLATE');
    await shown('Translate a text').waitFor();
    await page.getByRole('switch', { name: 'Use Translate a text' }).click();
    await page.getByRole('switch', { name: 'Use Translate a text', checked: false }).waitFor();
    await page.getByRole('switch', { name: 'Use Translate a text' }).click();
    await page.getByRole('switch', { name: 'Use Translate a text', checked: true }).waitFor();
    await look('prompts-list');
});

test('a command that is taken is refused where it was typed', async () => {
    await page.getByRole('link', { name: 'New prompt' }).click();
    await page.getByLabel('Name').fill('Another');
    await page.getByLabel('Command').fill('translate-a-text');
    await page.getByLabel('Text', { exact: true }).fill('x');
    await page.getByRole('button', { name: 'Create' }).click();
    await page.getByRole('alert').waitFor();
    assert.equal(await page.getByLabel('Name').inputValue(), 'Another');
    await page.getByRole('link', { name: 'Prompts' }).first().click();
});

test('a change is a version that can be compared and undone', async () => {
    await page.getByRole('link', { name: /^Translate a text/ }).click();
    const content = page.getByLabel('Text', { exact: true });
    const first = await content.inputValue();
    await content.fill('Translate this: {{text}}');
    await page.getByLabel(/What changed/).fill('Shorter');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Saved.', { exact: true }).waitFor();
    await shown('Shorter').getByText('in use').waitFor();
    await page.getByRole('button', { name: /^Compare/ }).click();
    await page.getByText('+Translate this: {{text}}').waitFor();
    await look('prompts-history');
    await page.getByRole('button', { name: /^Restore/ }).click();
    await page.waitForFunction((first) => document.querySelector('textarea').value === first, first);
});

test('a slash offers prompts, and what they leave open is asked for', async () => {
    await page.getByRole('link', { name: 'New chat', exact: true }).click();
    await composer(page).fill('Please /');
    await page.getByRole('option', { name: '/translate-a-text' }).waitFor();
    await composer(page).press('Escape');
    await page.getByRole('option').waitFor({ state: 'detached' });
    await composer(page).fill('');
    await composer(page).pressSequentially('/tran');
    await page.getByRole('option', { name: '/translate-a-text', selected: true }).waitFor();
    await look('slash');
    await composer(page).press('Enter');
    const dialog = page.getByRole('dialog', { name: 'Translate a text' });
    await dialog.getByLabel('language').and(page.locator(':focus')).selectOption('French');
    await look('slash-fill');
    await dialog.getByRole('button', { name: 'Insert' }).click();
    await dialog.waitFor();
    await dialog.getByLabel('text').fill('Good night');
    await dialog.getByRole('button', { name: 'Insert' }).click();
    await dialog.waitFor({ state: 'detached' });
    assert.equal(await composer(page).inputValue(), 'Translate into French:\n\nGood night');
    assert.equal(await page.evaluate(() => document.activeElement.tagName), 'TEXTAREA');
    await page.reload();
    await page.waitForFunction(() => document.querySelector('textarea')?.value.endsWith('Good night'));
    await composer(page).fill('');
    // The palette may be slower than the fingers: what was typed for it must not end in the message.
    await page.route(/\/Palette-.*\.js/, (route) => setTimeout(() => route.continue(), 500));
    await page.keyboard.press('Control+K');
    await page.keyboard.type('prompts');
    await page.getByRole('option', { name: /Prompts/, selected: true }).waitFor();
    assert.equal(await composer(page).inputValue(), '');
    await page.keyboard.press('Enter');
    await page.waitForURL('**/workspace/prompts');
    await page.getByRole('link', { name: /^Translate a text/ }).click();
});

test('a prompt is gone once that was confirmed', async () => {
    await page.getByRole('link', { name: 'Prompts' }).first().click();
    await page.getByRole('button', { name: 'Actions for Translate a text' }).click();
    await page.getByRole('menuitem', { name: 'Duplicate' }).click();
    await shown('Translate a text (copy)').getByText('/translate-a-text-2').waitFor();
    await page.getByRole('button', { name: 'Actions for Translate a text (copy)' }).click();
    await page.getByRole('menuitem', { name: 'Delete' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await shown('Translate a text (copy)').waitFor({ state: 'detached' });
});
