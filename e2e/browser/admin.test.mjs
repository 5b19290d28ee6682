// What administrators set: every page is found, changed, saved and there again; and what people see of it.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ollama } from './ollama.mjs';
import { account, audit, openPage } from './page.mjs';
import { composer, enter, picture, stage } from './stage.mjs';
import { provider } from '../processes.mjs';

const PASSWORD = 'correct-Horse-1';
let at;
let page;
let shelf;

before(async () => {
    at = await stage();
    page = at.page;
    await enter(page);
});

after(async () => {
    shelf?.close();
    await at?.close();
});

const nav = () => page.getByRole('navigation', { name: 'Administration' });
const heading = (name) => page.getByRole('main').getByRole('heading', { name, level: 2, exact: true }).first();
const field = (name) => page.getByLabel(name, { exact: true });
const toggle = (name) => page.getByRole('switch', { name });
const save = async () => {
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByRole('status').getByText('Saved.', { exact: true }).waitFor();
};
const small = () => page.setViewportSize({ width: 360, height: 740 });
const large = () => page.setViewportSize({ width: 1280, height: 800 });

/** Opens a page of settings by the words of the palette. */
async function find(words, name = words) {
    await page.keyboard.press('Control+k');
    const palette = page.getByRole('combobox', { name: 'Search chats, models and settings' });
    await palette.fill(`${words} administration`);
    await page.getByRole('option', { name: new RegExp(`^${words}`) }).first().click();
    await heading(name).waitFor();
}

async function look(name) {
    await audit(page, name);
    await picture(page, `admin-${name}`);
    await small();
    const wide = await page.evaluate(() => document.scrollingElement.scrollWidth > innerWidth || [...document.querySelectorAll('main')].some((one) => one.scrollWidth > one.clientWidth + 1));
    assert.equal(wide, false, `${name} fits a phone`);
    await picture(page, `admin-${name}-phone`);
    await large();
}

async function reopened(name) {
    await page.reload();
    await heading(name).waitFor();
}

test('general settings are stored, and what is wrong is said at the field', async () => {
    await account(page, 'Administration');
    await nav().getByRole('link', { name: 'General' }).click();
    await field('Sessions last').fill('4 weeks');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByText('Write a duration such as').waitFor();
    assert.equal(await field('Sessions last').evaluate((input) => input === document.activeElement), true, 'the field is shown');
    await audit(page, 'a wrong field');
    await picture(page, 'admin-wrong');
    await field('Sessions last').fill('2w');
    await toggle('People may create accounts themselves').check();
    await page.getByLabel('Role of new accounts').selectOption('pending');
    await field('Heading').fill('Welcome to the lighthouse');
    await field('Text').fill('Somebody **reads** your name soon.');
    await toggle('Rate replies').uncheck();
    await toggle('Notes').uncheck();
    await toggle('People may say what they are doing').uncheck();
    await field('Most files of one folder').fill('7');
    await field('Interface that people start from').fill('[]');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByText('Write a JSON object').waitFor();
    await field('Interface that people start from').fill('{"widescreenMode": true}');
    await save();
    await reopened('General');
    assert.equal(await field('Sessions last').inputValue(), '2w');
    assert.equal(await field('Heading').inputValue(), 'Welcome to the lighthouse');
    assert.equal(await toggle('People may create accounts themselves').isChecked(), true);
    for (const name of ['Rate replies', 'Notes', 'People may say what they are doing']) assert.equal(await toggle(name).isChecked(), false, name);
    assert.equal(await field('Most files of one folder').inputValue(), '7');
    assert.match(await field('Interface that people start from').inputValue(), /"widescreenMode": true/);
    await look('general');
    const shown = await page.evaluate(async () => {
        const headers = { authorization: `Bearer ${localStorage.getItem('token')}` };
        return (await (await fetch('/api/config', { headers })).json()).features;
    });
    assert.deepEqual([shown.enable_message_rating, shown.enable_notes, shown.enable_user_status, shown.folder_max_file_count], [false, false, false, 7]);
});

test('who waits to be let in reads what administrators wrote', async () => {
    const grace = await openPage(at.url);
    await grace.getByRole('button', { name: 'No account yet? Create one' }).click();
    await grace.getByLabel('Name').fill('Grace Hopper');
    await grace.getByLabel('Email').fill('grace@example.com');
    await grace.getByLabel('Password').fill(PASSWORD);
    await grace.getByRole('button', { name: 'Create account' }).click();
    await grace.getByRole('heading', { name: 'Welcome to the lighthouse' }).waitFor();
    await grace.locator('strong', { hasText: 'reads' }).waitFor();
    await grace.getByRole('link', { name: 'ada@example.com' }).waitFor();
    await audit(grace, 'waiting');
    await picture(grace, 'admin-pending');
    await grace.context().close();
});

test('a setting is found by its words, and nothing unsaved is lost unasked', async () => {
    await page.getByRole('searchbox', { name: 'Find a setting' }).fill('name new chats');
    await page.getByRole('list', { name: 'Results' }).getByRole('button').first().waitFor();
    await audit(page, 'found settings');
    await picture(page, 'admin-found');
    await page.keyboard.press('Enter');
    await heading('Tasks').waitFor();
    await page.waitForFunction(() => document.activeElement?.closest('[data-setting="tasks.do.title"]'));
    await toggle('Name new chats').uncheck();
    await nav().getByRole('link', { name: 'Banners' }).click();
    const question = page.getByRole('dialog', { name: 'Leave without saving?' });
    await question.waitFor();
    await picture(page, 'admin-leave');
    await question.getByRole('button', { name: 'Cancel' }).click();
    await heading('Tasks').waitFor();
    await page.goBack();
    await question.getByRole('button', { name: 'Cancel' }).click();
    await heading('Tasks').waitFor();
    await page.getByRole('button', { name: 'Discard' }).click();
    assert.equal(await toggle('Name new chats').isChecked(), true);
    await nav().getByRole('link', { name: 'Banners' }).click();
    await heading('Banners').waitFor();
});

test('tasks get a model and an instruction of their own', async () => {
    await find('Tasks');
    await page.getByLabel('For chats with a local model').selectOption({ index: 1 });
    await page.getByText('Own instruction').first().click();
    await field('Instruction for titles').fill('A title in two words for: {{MESSAGES:END:2}}');
    await toggle('Suggest what to ask next').uncheck();
    await page.locator('[data-setting="tasks.params"] summary').click();
    await field('Temperature').fill('0.3');
    await save();
    // The models are known later than the settings: what was chosen stays chosen when it gets its name.
    const list = page.locator('[data-setting="tasks.model"] select');
    await page.route('**/api/models*', (route) => list.waitFor().then(() => route.continue()));
    await reopened('Tasks');
    await page.waitForFunction(() => {
        const select = document.querySelector('[data-setting="tasks.model"] select');
        return select?.value && select.selectedOptions[0].text !== select.value;
    });
    await page.unroute('**/api/models*');
    assert.match(await field('Instruction for titles').inputValue(), /two words/);
    assert.equal(await toggle('Suggest what to ask next').isChecked(), false);
    assert.equal(await field('Temperature').inputValue(), '0.3');
    await look('tasks');
});

test('models get an order and what they start from', async () => {
    await find('Models');
    await page.getByRole('link', { name: 'Defaults', exact: true }).click();
    const order = page.getByRole('group', { name: 'Order' });
    await order.getByRole('combobox').selectOption({ index: 1 });
    await order.getByRole('listitem').waitFor();
    await field('System prompt for every model').fill('Answer like a keeper of a lighthouse.');
    await page.getByLabel('Make images').uncheck();
    await save();
    await reopened('Models');
    await page.getByRole('group', { name: 'Order' }).getByRole('listitem').waitFor();
    assert.match(await field('System prompt for every model').inputValue(), /lighthouse/);
    assert.equal(await page.getByLabel('Make images').isChecked(), false);
    await look('models');
});

test('banners stand above the page, until they are put away', async () => {
    await find('Banners');
    await page.getByText('No banner yet.').waitFor();
    await page.getByRole('button', { name: 'New banner' }).click();
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByText('This must not be empty.').waitFor();
    await field('Kind').selectOption('warning');
    await field('Heading').fill('Storm tonight');
    await field('Text').fill('The server rests at **ten**.');
    await save();
    const notice = page.getByRole('region', { name: 'Storm tonight' });
    await notice.getByRole('button', { name: 'Put this notice away' }).waitFor();
    await look('banners');
    await page.getByRole('link', { name: 'New chat', exact: true }).click();
    await composer(page).waitFor();
    await notice.waitFor();
    await audit(page, 'a banner above a chat');
    await picture(page, 'banner');
    await notice.getByRole('button', { name: 'Put this notice away' }).click();
    await notice.waitFor({ state: 'detached' });
    await page.reload();
    await composer(page).waitFor();
    await page.getByRole('heading', { name: /What would you like to know/ }).waitFor();
    assert.equal(await notice.count(), 0);
});

test('suggestions stand on an empty chat', async () => {
    await find('Suggestions');
    await page.getByRole('button', { name: 'New suggestion' }).click();
    await field('What is asked').last().fill('Why do lighthouses blink?');
    await field('Shown as').last().fill('Blinking lights');
    await save();
    await look('suggestions');
    await page.getByRole('link', { name: 'New chat', exact: true }).click();
    await page.getByRole('button', { name: 'Blinking lights' }).click();
    assert.equal(await composer(page).inputValue(), 'Why do lighthouses blink?');
    await composer(page).fill('');
});

test('a directory and an identity provider are set up, and what could never work is said', async () => {
    await find('Sign-in');
    await toggle('People of a directory may sign in').check();
    await field('Host').fill('');
    await field('Filter that people must match').fill('uid=*');
    await page.getByLabel('Address of its description').fill('https://id.example.com/.well-known/openid-configuration');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByText('Write the filter in brackets').waitFor();
    assert.equal(await field('Host').getAttribute('aria-invalid'), 'true');
    assert.equal(await field('Id of this server there').getAttribute('aria-invalid'), 'true');
    await field('Host').fill('ldap.example.com');
    await field('Where people are').fill('ou=people,dc=example,dc=com');
    await field('Filter that people must match').fill('(objectClass=person)');
    await field('Id of this server there').fill('airis');
    await toggle('The provider says who is in which group').check();
    await field('Groups that it never changes').fill('Keepers\nCrew');
    await save();
    await reopened('Sign-in');
    assert.equal(await field('Host').inputValue(), 'ldap.example.com');
    assert.equal(await field('Groups that it never changes').inputValue(), 'Keepers\nCrew');
    await look('sign-in');
    const ways = await openPage(at.url);
    await ways.getByRole('button', { name: 'Sign in with an account of the directory' }).click();
    await ways.getByLabel('User name').waitFor();
    await audit(ways, 'signing in with a directory');
    await picture(ways, 'sign-in-directory');
    await ways.context().close();
    await toggle('People of a directory may sign in').uncheck();
    await toggle('People may sign in with an identity provider').uncheck();
    await save();
});

test('code runs in the browser or on a notebook server', async () => {
    await find('Code');
    await field('Where it runs').selectOption('jupyter');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByText('This must not be empty.').waitFor();
    await field('Address of the notebook server').fill('http://localhost:8888');
    await field('How to sign in there').selectOption('token');
    await field('Token').fill('secret');
    await field('Longest run in seconds').fill('30');
    await save();
    await reopened('Code');
    assert.equal(await field('Token').inputValue(), 'secret');
    assert.equal(await field('Longest run in seconds').inputValue(), '30');
    await look('code');
});

test('a connection is tried, gets a prefix and a header, and is switched off and removed', async () => {
    const mock = await provider();
    await find('Connections');
    await toggle('Use OpenAI-compatible servers').check();
    await page.getByRole('button', { name: 'Add connection' }).first().click();
    const dialog = page.getByRole('dialog', { name: 'Add connection' });
    await dialog.getByLabel('Address').fill('lighthouse');
    await dialog.getByRole('button', { name: 'Test' }).click();
    await dialog.getByText('begins with http').waitFor();
    await dialog.getByLabel('Address').fill(`${mock}/v1`);
    await dialog.getByLabel('API key').fill('sk-mock');
    await dialog.getByRole('button', { name: 'Test' }).click();
    await dialog.getByText(/It works: \d+ models/).waitFor();
    await dialog.getByText('More', { exact: true }).click();
    await dialog.getByLabel('Prefix of model names').fill('work');
    await dialog.getByLabel('Additional headers').fill('X-Team: lighthouse');
    await audit(page, 'a connection');
    await picture(page, 'admin-connection');
    await small();
    await picture(page, 'admin-connection-phone');
    await large();
    await dialog.getByRole('button', { name: 'Save' }).click();
    await dialog.waitFor({ state: 'detached' });
    await page.getByText('work.…').waitFor();
    await reopened('Connections');
    await page.getByRole('button', { name: `Change ${mock}/v1` }).click();
    assert.equal(await page.getByLabel('Additional headers').inputValue(), 'X-Team: lighthouse');
    await page.keyboard.press('Escape');
    await look('connections');
    const offered = () => page.evaluate(async () => {
        const headers = { authorization: `Bearer ${localStorage.getItem('token')}` };
        return (await (await fetch('/api/models', { headers })).json()).data.filter((model) => model.id.startsWith('work.')).length;
    });
    assert.ok(await offered() > 0, 'its models are offered under the prefix');
    await toggle(`Use ${mock}/v1`).uncheck();
    await page.waitForFunction((name) => !document.querySelector(`[aria-label="${name}"]`)?.disabled, `Use ${mock}/v1`);
    assert.equal(await offered(), 0);
    await page.getByRole('button', { name: `Remove ${mock}/v1` }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await page.getByRole('button', { name: `Change ${mock}/v1` }).waitFor({ state: 'detached' });
});

test('models of an Ollama server are fetched with progress, listed and deleted', async () => {
    shelf = await ollama();
    await find('Connections');
    await toggle('People may connect model servers of their own').check();
    await toggle('Use Ollama servers').check();
    await page.locator('[data-setting="connection.ollama"]').getByRole('button', { name: 'Add connection' }).click();
    const form = page.getByRole('dialog', { name: 'Add connection' });
    await form.getByLabel('Address').fill(shelf.url);
    await form.getByRole('button', { name: 'Save' }).click();
    await form.waitFor({ state: 'detached' });
    await page.getByRole('button', { name: `Models on ${shelf.url}` }).click();
    const dialog = page.getByRole('dialog', { name: `Models on ${shelf.url}` });
    const list = dialog.getByRole('list', { name: 'Models on this server' });
    await list.getByText('granite:3b').waitFor();
    await dialog.getByLabel('Name of a model').fill('nothing');
    await dialog.getByRole('button', { name: 'Fetch' }).click();
    await dialog.getByRole('alert').filter({ hasText: 'file does not exist' }).waitFor();
    await dialog.getByLabel('Name of a model').fill('qwen3:8b');
    await dialog.getByRole('button', { name: 'Fetch' }).click();
    await dialog.getByText('2 GB of 4 GB').waitFor();
    assert.equal(await dialog.getByRole('progressbar').evaluate((bar) => bar.value / bar.max), 0.5);
    await audit(page, 'models of an Ollama server');
    await picture(page, 'admin-ollama');
    await small();
    assert.equal(await dialog.evaluate((box) => box.scrollWidth > box.clientWidth + 1), false, 'it fits a phone');
    await picture(page, 'admin-ollama-phone');
    await large();
    // It goes on while the window is closed.
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    await page.getByRole('button', { name: `Models on ${shelf.url}` }).click();
    await dialog.getByText('2 GB of 4 GB').waitFor();
    shelf.finish();
    await dialog.getByText('It is there.').waitFor();
    await list.getByText('qwen3:8b').waitFor();
    await dialog.getByRole('button', { name: 'Delete granite:3b' }).click();
    await page.getByRole('dialog', { name: 'Delete this model?' }).getByRole('button', { name: 'Delete' }).click();
    await list.getByText('granite:3b').waitFor({ state: 'detached' });
    await dialog.getByLabel('Name of a model').fill('slow:1b');
    await dialog.getByRole('button', { name: 'Fetch' }).click();
    await dialog.getByRole('button', { name: 'Stop fetching slow:1b' }).click();
    await dialog.getByRole('button', { name: 'Stop fetching slow:1b' }).waitFor({ state: 'detached' });
    await page.keyboard.press('Escape');
    await page.reload();
    await toggle('People may connect model servers of their own').waitFor();
    assert.equal(await toggle('People may connect model servers of their own').isChecked(), true);
});

test('settings leave as a file and come back; the database and all chats can be taken along', async () => {
    await find('Database');
    await look('database');
    const given = async (name) => {
        const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name }).click()]);
        return download;
    };
    const config = await given('Export settings');
    assert.match(config.suggestedFilename(), /^config-.*\.json$/);
    if (process.env.AIRIS_FLEET) {
        await page.getByRole('button', { name: 'Download the database' }).click();
        await page.getByText('The data is not in a file').waitFor();
    } else {
        assert.match((await given('Download the database')).suggestedFilename(), /\.db$/);
    }
    assert.match((await given('Export everybody’s chats')).suggestedFilename(), /^all-chats-.*\.json$/);
    const file = page.locator('input[type=file]');
    await file.setInputFiles({ name: 'no.json', mimeType: 'application/json', buffer: Buffer.from('[1]') });
    await page.getByText('no.json holds no settings').waitFor();
    await file.setInputFiles({ name: 'some.json', mimeType: 'application/json', buffer: Buffer.from('{"ui.watermark":"By a machine"}') });
    await page.getByRole('dialog').getByRole('button', { name: 'Import' }).click();
    await page.getByText('Settings imported: 1').waitFor();
    await find('General');
    await page.waitForFunction(() => document.querySelector('[data-setting="admin.watermark"] input')?.value === 'By a machine');
});
