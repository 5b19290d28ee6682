// Chats that were stored before: hostile ones, endless ones, and those that cannot be read.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { audit, narrow } from './page.mjs';
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

const fenced = (lang, code) => `\`\`\`${lang}\n${code}\n\`\`\``;
const block = (words) => page.locator('figure').filter({ hasText: words });
const act = (words, name) => block(words).getByRole('button', { name, exact: true });
const PAGE = `<!doctype html><title>Tide table</title><style>body { font-family: sans-serif } h1 { color: #2a6655 }</style>
<h1>High water</h1><ul id="told"></ul><input aria-label="Place"><form id="say" action="/api"><button>Say</button></form>
<script>
const say = (words) => told.append(Object.assign(document.createElement('li'), { textContent: words }));
const attempt = (what, get) => { try { say(what + ': ' + get()) } catch (error) { say(what + ': ' + error.name) } };
document.getElementById('say').onsubmit = (event) => { event.preventDefault(); say('form: ' + event.target.id) };
attempt('own', () => (localStorage.setItem('seen', 'yes'), localStorage.getItem('seen') + ' ' + localStorage.getItem('token')));
attempt('above', () => parent.localStorage.getItem('token'));
attempt('cookie', () => document.cookie);
fetch('/api/v1/auths/', { credentials: 'include' }).then((answer) => say('server: ' + answer.status), (error) => say('server: ' + error.name));
</script>`;

test('a page of a reply is looked at beside the chat, and reaches nothing of it', async () => {
    const drawing = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><title>Buoy</title><circle cx="4" cy="4" r="4" fill="teal"/></svg>';
    await openStored(page, 'Page', [
        { role: 'user', content: 'Show me' },
        { role: 'assistant', content: `Here:\n\n${fenced('html', PAGE)}\n\nAnd:\n\n${fenced('xml', drawing)}\n\n${fenced('text', 'plain words')}` },
    ]);
    assert.equal(await act('plain words', 'Preview').count(), 0, 'words are no page');
    await act('High water', 'Preview').click();
    const panel = page.getByRole('region', { name: 'Tide table' });
    const frame = page.frameLocator('iframe[title="Tide table"]');
    const told = (what) => frame.locator('li', { hasText: new RegExp(`^${what}: `) }).innerText();
    await frame.getByRole('heading', { name: 'High water' }).waitFor();
    assert.equal(await told('own'), 'own: yes null', 'what it keeps is its own');
    assert.equal(await told('above'), 'above: SecurityError');
    assert.equal(await told('cookie'), 'cookie: SecurityError');
    assert.match(await told('server'), /^server: (401|403|TypeError)$/, 'the server does not know who asks');
    assert.equal(await page.locator('iframe').getAttribute('sandbox'), 'allow-scripts');
    const served = await fetch(`${at.url}/preview.html`);
    assert.match(served.headers.get('content-security-policy'), /^sandbox allow-scripts; default-src 'none'; .*connect-src data: blob:;/);
    await frame.getByRole('button', { name: 'Say' }).click();
    assert.equal(await told('form'), 'form: say', 'the page learns what its forms are told');
    await audit(page, 'a preview');
    await picture(page, 'preview');

    await panel.getByRole('button', { name: 'Show the source' }).click();
    await panel.getByText('<!doctype html>').waitFor();
    await picture(page, 'preview-source');
    await panel.getByRole('button', { name: 'Show the page' }).click();
    const [file] = await Promise.all([page.waitForEvent('download'), panel.getByRole('button', { name: 'Download' }).click()]);
    assert.equal(file.suggestedFilename(), 'Tide table.html');
    await frame.getByLabel('Place').fill('Cuxhaven');
    await panel.getByRole('button', { name: 'Load it again' }).click();
    await frame.getByLabel('Place').and(frame.locator('[value=""], :not([value])')).waitFor();
    await page.waitForFunction(() => !document.querySelector('iframe').hidden);
    await panel.getByRole('button', { name: 'Full width' }).click();
    await picture(page, 'preview-full');
    await panel.getByRole('button', { name: 'Beside the chat' }).click();

    // Another block takes its place; Escape ends it, also from within.
    await act('circle', 'Preview').click();
    await page.getByRole('region', { name: 'Buoy' }).waitFor();
    await page.frameLocator('iframe[title=Buoy]').locator('circle').waitFor();
    await act('High water', 'Preview').click();
    await frame.getByLabel('Place').click();
    await page.keyboard.press('Escape');
    await panel.waitFor({ state: 'detached' });
    await act('High water', 'Preview').and(page.locator(':focus')).waitFor();
    await page.keyboard.press('Enter');
    await panel.getByRole('button').first().and(page.locator(':focus')).waitFor();
    await page.keyboard.press('Escape');
    await panel.waitFor({ state: 'detached' });
    await narrow(page, async () => {
        await act('High water', 'Preview').click();
        await frame.getByRole('heading', { name: 'High water' }).waitFor();
        await audit(page, 'a preview on a phone', { include: ['dialog[open]'] });
        await picture(page, 'preview-small');
        await page.getByRole('dialog', { name: 'Tide table' }).getByRole('button', { name: 'Close' }).click();
        await act('High water', 'Preview').and(page.locator(':focus')).waitFor();
    });
    await act('High water', 'Preview').click();
    await panel.waitFor();
    await page.locator('nav').getByRole('link', { name: 'Long', exact: true }).click();
    await panel.waitFor({ state: 'detached' });
});

test('JavaScript of a reply runs when it is asked to, apart from the page, and not for ever', async () => {
    const hello = "console.log('from', { the: 'sandbox' })\nconsole.error(typeof localStorage, typeof document)\n6 * 7";
    const after = 'const late = await new Promise((done) => setTimeout(() => done("at last"), 20))\nconsole.log(late)\ndocument.title';
    await openStored(page, 'Code', [
        { role: 'user', content: 'Code' },
        { role: 'assistant', content: [fenced('js', hello), fenced('javascript', after), fenced('js', 'for (;;) console.log("again")'), fenced('python', 'print(1)'), fenced('rust', 'fn main() {}')].join('\n\n') },
    ]);
    assert.equal(await page.getByRole('region', { name: 'Output' }).count(), 0, 'nothing runs unasked');
    const output = (words) => block(words).getByRole('region', { name: 'Output' });
    await act('sandbox', 'Run').click();
    await output('sandbox').getByText("from { the: 'sandbox' }").waitFor();
    await output('sandbox').getByText('undefined undefined').waitFor();
    await output('sandbox').getByText('42', { exact: true }).waitFor();
    await act('sandbox', 'Close the output').waitFor();
    await act('at last', 'Run').click();
    await output('at last').getByText('ReferenceError: document is not defined').waitFor();
    await output('at last').getByText('(line 3)').waitFor();
    await output('at last').getByText('at last', { exact: true }).waitFor();
    await audit(page, 'what code printed');
    await picture(page, 'code-ran');
    await act('sandbox', 'Close the output').click();
    await output('sandbox').waitFor({ state: 'detached' });

    await act('again', 'Run').click();
    await output('again').getByText('There was more than is shown here.').waitFor();
    await act('again', 'Stop the code').click();
    await output('again').getByText('Stopped.', { exact: true }).waitFor();
    await page.clock.install();
    await act('again', 'Run').click();
    await act('again', 'Stop the code').waitFor();
    await page.clock.fastForward(10_000);
    await output('again').getByText('Stopped after 10 seconds.').waitFor();
    assert.equal(await page.locator('iframe').count(), 0, 'nothing is left of it');
    await picture(page, 'code-stopped');
    for (const words of ['print', 'fn main']) assert.equal(await act(words, 'Run').count(), 0, `nothing runs ${words}`);
});

test('Python runs where an administrator connected a notebook server', async () => {
    const call = (path, body) => page.evaluate(async ([path, body]) => {
        const headers = { authorization: `Bearer ${localStorage.getItem('token')}`, 'content-type': 'application/json' };
        return (await fetch(`/api/v1/${path}`, body ? { method: 'POST', headers, body: JSON.stringify(body) } : { headers })).json();
    }, [path, body]);
    const before = await call('configs/code_execution');
    // Nobody listens there: what the server says about it is what the reader gets.
    await call('configs/code_execution', { ...before, CODE_EXECUTION_ENGINE: 'jupyter', CODE_EXECUTION_JUPYTER_URL: 'http://127.0.0.1:9' });
    await page.reload();
    await act('print', 'Run').click();
    const output = block('print').getByRole('region', { name: 'Output' });
    await output.locator('.error').filter({ hasText: 'cannot be reached' }).waitFor();
    const png = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
    await page.route('**/api/v1/utils/code/execute', (route) => route.fulfill({ json: { stdout: `${route.request().postDataJSON().code} ran\n`, stderr: 'careful', result: `data:image/png;base64,${png}` } }));
    await act('print', 'Run').click();
    await output.getByText('print(1) ran').waitFor();
    await output.getByText('careful').waitFor();
    assert.equal(await output.getByRole('img').evaluate((shown) => shown.decode().then(() => shown.naturalWidth)), 1, 'a picture is drawn');
    await page.unroute('**/api/v1/utils/code/execute');
    await call('configs/code_execution', { ...before, ENABLE_CODE_EXECUTION: false });
    await page.reload();
    await act('sandbox', 'Copy code').waitFor();
    assert.equal(await page.getByRole('button', { name: 'Run', exact: true }).count(), 0, 'nothing runs where nothing may');
    await call('configs/code_execution', before);
});
