// Models that people make: written in the workspace, taken along in a file, and their questions to begin with.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { account, audit, openPage } from './page.mjs';
import { composer, enter, picture, stage } from './stage.mjs';
import { folder } from '../processes.mjs';

const files = folder();
let at;
let page;

before(async () => {
    at = await stage();
    page = at.page;
    await enter(page);
});

after(() => at?.close());

const shown = (name) => page.getByRole('listitem').filter({ hasText: name });
const actions = async (name, line) => {
    await page.getByRole('button', { name: `Actions for ${name}`, exact: true }).click();
    await page.getByRole('menuitem', { name: line }).click();
};

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

test('a model is made over a base and listed', async () => {
    await account(page, 'Workspace');
    await page.getByText('No models of your own yet').waitFor();
    await page.getByRole('link', { name: 'New model' }).click();
    await page.getByLabel('Name', { exact: true }).fill('Patient tutor');
    assert.equal(await page.getByLabel('Id', { exact: true }).inputValue(), 'patient-tutor');
    await page.getByLabel('Description').fill('Explains step by step.');
    await page.getByLabel('System prompt').fill('You are a patient tutor.');
    await page.getByText('Parameters').click();
    await page.getByLabel('Temperature').fill('0.35');
    await page.getByLabel('Stop at').fill('END, STOP');
    const focused = (name) => page.getByLabel(name, { exact: true }).and(page.locator(':focus')).waitFor();
    await page.getByRole('button', { name: 'Add a suggestion' }).click();
    await focused('Suggestion 1');
    await page.keyboard.type('Why is the sky blue?');
    await page.keyboard.press('Enter');
    await focused('Suggestion 2');
    await page.keyboard.type('How do magnets work?');
    await page.getByLabel('Look at images').uncheck();
    await page.getByLabel('Tags').fill('school');
    await page.getByRole('switch', { name: /Everyone/ }).click();
    await look('model-form');
    await page.getByRole('button', { name: 'Create' }).click();
    await shown('Patient tutor').getByText('Explains step by step.').waitFor();
    await look('models-list');
});

test('what was written is there again, and a change is kept', async () => {
    await page.getByRole('link', { name: /^Patient tutor/ }).click();
    await page.getByText('Parameters').click();
    assert.equal(await page.getByLabel('Temperature').inputValue(), '0.35');
    assert.equal(await page.getByLabel('Stop at').inputValue(), 'END, STOP');
    assert.equal(await page.getByLabel('Look at images').isChecked(), false);
    assert.equal(await page.getByLabel('Suggestion 2', { exact: true }).inputValue(), 'How do magnets work?');
    const pixel = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
    await page.locator('input[type=file]').setInputFiles({ name: 'dot.png', mimeType: 'image/png', buffer: Buffer.from(pixel, 'base64') });
    await page.locator('form img[src^="data:image/"]').waitFor();
    await page.getByLabel('Name', { exact: true }).fill('Kind tutor');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Saved.', { exact: true }).waitFor();
    await page.reload();
    await page.getByRole('heading', { name: 'Kind tutor' }).waitFor();
    await page.locator('form img[src^="data:image/"]').waitFor();
    await page.getByRole('link', { name: 'Models' }).last().click();
});

test('a change is a version that can be compared and undone', async () => {
    await page.getByRole('link', { name: /^Kind tutor/ }).click();
    await page.getByLabel('Description').fill('Explains it twice.');
    await page.getByLabel(/What changed/).fill('Twice');
    await page.getByRole('button', { name: 'Save' }).click();
    await shown('Twice').getByText('in use').waitFor();
    await page.getByRole('button', { name: /^Compare/ }).first().click();
    await page.getByText('+meta.description: Explains it twice.').waitFor();
    await look('model-history');
    await page.getByRole('button', { name: /^Restore/ }).first().click();
    await page.waitForFunction(() => [...document.querySelectorAll('textarea')].some((area) => area.value === 'Explains step by step.'));
    await page.getByRole('link', { name: 'Models' }).last().click();
});

test('a model is copied, taken along in a file, deleted, and brought back', async () => {
    await actions('Kind tutor', 'Duplicate');
    await shown('Kind tutor (copy)').waitFor();
    await page.getByRole('button', { name: 'Import and export' }).click();
    const download = page.waitForEvent('download');
    await page.getByRole('menuitem', { name: 'Export all' }).click();
    await (await download).saveAs(`${files}/models.json`);
    const saved = JSON.parse(readFileSync(`${files}/models.json`, 'utf8'));
    assert.deepEqual(saved.map((model) => model.id).sort(), ['patient-tutor', 'patient-tutor-2']);
    assert.deepEqual(saved[0].params, { system: 'You are a patient tutor.', temperature: 0.35, stop: ['END', 'STOP'] });
    await actions('Kind tutor (copy)', 'Delete');
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await shown('Kind tutor (copy)').waitFor({ state: 'detached' });
    writeFileSync(`${files}/broken.json`, 'no json');
    await page.locator('input[type=file]').setInputFiles(`${files}/broken.json`);
    await page.getByText('nothing that can be imported').waitFor();
    await page.locator('input[type=file]').setInputFiles(`${files}/models.json`);
    await page.getByRole('dialog').getByRole('button', { name: 'Import' }).click();
    await shown('Kind tutor (copy)').waitFor();
    await page.getByRole('switch', { name: 'Use Kind tutor (copy)' }).click();
    await page.getByRole('switch', { name: 'Use Kind tutor (copy)', checked: false }).waitFor();
});

test('a chat with it begins with its questions', async () => {
    await actions('Kind tutor', 'Chat with it');
    await page.getByRole('button', { name: 'Pick a model: Kind tutor' }).waitFor();
    await page.getByText('Explains step by step.').waitFor();
    await look('suggestions');
    await page.getByRole('button', { name: 'How do magnets work?' }).click();
    assert.equal(await composer(page).inputValue(), 'How do magnets work?');
    await page.getByRole('button', { name: /^Pick a model/ }).click();
    await page.getByRole('option', { name: 'Kind tutor', exact: true }).waitFor();
    // One that is switched off is not offered.
    await page.getByRole('option', { name: 'Kind tutor (copy)' }).waitFor({ state: 'detached' });
    await page.keyboard.press('Escape');
});

test('a model is shared with a person, who may change it', async () => {
    await page.evaluate(async () => {
        const headers = { authorization: `Bearer ${localStorage.getItem('token')}`, 'content-type': 'application/json' };
        const body = JSON.stringify({ name: 'Grace', email: 'grace@example.com', password: 'correct-Horse-2', role: 'user', profile_image_url: '/user.png' });
        await fetch('/api/v1/auths/add', { method: 'POST', headers, body });
    });
    await account(page, 'Workspace');
    await page.getByRole('link', { name: /^Kind tutor \(copy\)/ }).click();
    await page.getByRole('combobox', { name: 'Share with people or groups' }).fill('grac');
    await page.getByRole('option', { name: /Grace/ }).click();
    await page.getByRole('combobox', { name: 'What Grace may do' }).selectOption('write');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Saved.', { exact: true }).waitFor();
    await page.reload();
    await page.waitForFunction(() => document.querySelector('select[aria-label="What Grace may do"]')?.value === 'write');
    await look('model-access');
});

test('others use what is for everyone, and see no workspace without being allowed to', async () => {
    const other = await openPage(at.url);
    await other.getByLabel('Email').fill('grace@example.com');
    await other.getByLabel('Password').fill('correct-Horse-2');
    await other.getByRole('button', { name: 'Sign in' }).click();
    await other.getByRole('button', { name: 'Why is the sky blue?' }).waitFor();
    await other.getByRole('button', { name: /^Account of/ }).click();
    await other.getByRole('menuitem', { name: 'Settings' }).waitFor();
    assert.equal(await other.getByRole('menuitem', { name: 'Workspace' }).count(), 0);
    await other.goto(`${at.url}/workspace/models`);
    await other.getByText('Nothing here is open to you').waitFor();
});
