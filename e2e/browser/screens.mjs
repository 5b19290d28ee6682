// Every screen of the client for those who are signed in, and how one gets there.
import { readFileSync } from 'node:fs';
import { opening } from './catalogue.mjs';
import { MODEL } from './world.mjs';

const AREA = /\{\s*id: (?:'([\w-]+)'|MEMORIES),\s*label: '([\w.]+)'/g;
/** The parts of a page as the client lists them: a new one is looked at, too. */
function areas(section) {
    const source = readFileSync(new URL(`../../web/src/${section}/areas.ts`, import.meta.url), 'utf8');
    return [...source.matchAll(AREA)].map(([, id = 'memories', label]) => ({ id, label }));
}
const areaScreens = (section, base) => areas(section).map(({ id, label }) => ({
    name: `${base.slice(1)}-${id}`,
    path: `${base}/${id}`,
    see: (d) => d.page.locator('main a[aria-current=page]', { hasText: d.w(label) }),
}));

/** One chat, not a list of them. */
const STORED = /\/api\/v1\/chats\/[\w-]{30,}(\?|$)/;
const REFUSED = /status of (401|403|404|500)/;
const dialog = (d) => d.page.getByRole('dialog');
const press = (key) => async (d) => {
    await d.button(key).first().click();
    await dialog(d).waitFor();
};
/** Picks a line of the menu of a chat or a folder. */
async function menu(d, title, key) {
    await d.sidebar(true);
    const row = d.page.locator('nav .item', { hasText: title }).first();
    await row.hover();
    await row.getByRole('button', { name: d.w('sidebar.actions', { title }) }).click();
    if (key) await d.page.getByRole('menuitem', { name: d.w(key), exact: true }).click();
}
const overlay = (key) => async (d) => {
    await (await d.palette(d.w(key))).click();
    await d.page.getByRole('dialog', { name: d.w(key) }).waitFor();
};
const composer = (d) => d.page.getByRole('textbox', { name: d.w('composer.placeholder') });
const clear = async (d) => {
    await d.shut();
    await composer(d).fill('');
};
/** Opens the menu of the question. */
async function more(d) {
    const asked = d.page.locator('[data-role=user]');
    await asked.hover();
    await asked.getByRole('button', { name: d.w('message.more'), exact: true }).click();
}
const top = (d) => d.page.locator('.view').evaluate((view) => view.scrollTo(0, 0));
const replies = (d) => d.page.locator('[data-role=assistant]');

/** Holds what is asked for, until the screen is left. */
const held = (pattern) => ({
    async before(d) {
        const waiting = new Promise((resolve) => (d.release = resolve));
        await d.page.route(pattern, async (route) => {
            await waiting;
            // Leaving the screen may have let it go on already.
            await route.continue().catch(() => undefined);
        });
    },
    busy: true,
    async undo(d) {
        d.release();
        await d.page.unroute(pattern);
    },
});
const broken = (pattern) => ({
    before: (d) => d.page.route(pattern, (route) => route.fulfill({ status: 500, json: { detail: 'The database is tired.' } })),
    see: (d) => d.page.getByRole('alert').filter({ hasText: 'The database is tired.' }).first(),
    undo: (d) => d.page.unroute(pattern),
    allow: REFUSED,
});

/** Files that somebody holds over the page, as the browser tells of them. */
const drag = (type) => (d) => d.page.evaluate((type) => {
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(new File(['High water at noon.'], 'tides.txt'));
    document.body.dispatchEvent(new DragEvent(type, { dataTransfer, bubbles: true, cancelable: true }));
}, type);
/** Answers in place of the server. */
const answered = (answers) => ({
    async before(d) {
        for (const [pattern, json] of Object.entries(answers)) await d.page.route(pattern, (route) => route.fulfill({ json }));
    },
    async undo(d) {
        for (const pattern of Object.keys(answers)) await d.page.unroute(pattern);
    },
});
const LEFT = { currency: 'EUR', warn: true, budgets: [{ id: 'left', name: 'Everybody, every day', measure: 'tokens', period: 'day', amount: 100_000, left: 6_400, spent: 93_600, resets_at: 1_800_000_000, by_key: false, shared: false, used_up: false, warn: true, model_id: null }] };
const OLLAMA = { models: [['granite:3b', 2_100_000_000, '3.2B'], ['qwen3-embedding:0.6b-with-a-name-that-is-far-too-long-for-a-telephone', 640_000_000, '0.6B']].map(([name, size, parameter_size]) => ({ name, size, details: { parameter_size, quantization_level: 'Q4_K_M' } })) };
const SKIPPED = JSON.stringify([{ title: 'Tea', create_time: 1_700_000_000, current_node: 'a', mapping: {
    q: { parent: null, children: ['a'], message: { author: { role: 'user' }, content: { content_type: 'text', parts: ['Who invented tea?'] } } },
    a: { parent: 'q', children: [], message: { author: { role: 'assistant' }, content: { content_type: 'text', parts: ['Nobody knows.'] } } },
} }, { title: 'A shopping list' }]);

/** What an empty server shows. */
export const EMPTY = [
    { name: 'empty-chats', path: '/', see: (d) => d.page.getByRole('heading', { level: 1 }), act: (d) => d.sidebar(true) },
    { name: 'empty-models', path: '/workspace/models', see: (d) => d.page.getByText(d.w('presets.empty')) },
    { name: 'empty-prompts', path: '/workspace/prompts', see: (d) => d.page.getByText(d.w('prompts.empty')) },
    { name: 'empty-notes', path: '/notes', see: (d) => d.page.getByText(d.w('notes.empty')) },
    { name: 'empty-tools', path: '/admin/tools', see: (d) => d.page.getByText(d.w('toolServers.empty')) },
    { name: 'empty-files', path: '/settings/files', see: (d) => d.page.getByText(d.w('files.none')) },
    { name: 'empty-memories', path: '/settings/memories', see: (d) => d.page.getByText(d.w('memories.none')) },
    { name: 'empty-groups', path: '/admin/groups', see: (d) => d.page.getByText(d.w('groups.empty')) },
    { name: 'empty-budgets', path: '/admin/budgets', see: (d) => d.page.getByText(d.w('budgets.empty')) },
    { name: 'empty-banners', path: '/admin/banners', see: (d) => d.page.getByText(d.w('banners.empty')) },
    { name: 'offered-closed', path: '/admin/models', see: (d) => d.button('offered.openAll') },
    { name: 'empty-leaderboard', path: '/admin/evaluations', see: (d) => d.page.getByText(d.w('evaluations.noVotes')) },
    { name: 'empty-feedback', path: '/admin/evaluations/feedback', see: (d) => d.page.getByText(d.w('evaluations.none')) },
    { name: 'empty-arena', path: '/admin/evaluations/arena', see: (d) => d.page.getByRole('switch', { name: opening(d.language, 'arena.enable') }) },
    { name: 'empty-analytics', path: '/admin/analytics', see: (d) => d.page.getByText(d.w('analytics.none')) },
    { name: 'empty-archived', path: '/', act: overlay('archived.title'), see: (d) => d.page.getByText(d.w('archived.empty')) },
    { name: 'empty-shared', path: '/', act: overlay('share.list'), see: (d) => d.page.getByText(d.w('share.empty')) },
];

/** What a server shows that is in use; `world` is what `furnish` answered. */
export const used = ({ call, chats, group, note, prompt, knowledge }) => [
    { name: 'chat-empty', path: '/', see: (d) => d.page.getByRole('heading', { level: 1 }) },
    { name: 'chat-temporary', path: '/', act: (d) => d.button('chat.temporary').click(), see: (d) => d.page.getByText(d.w('chat.temporaryHint')), undo: (d) => d.button('chat.temporary').click() },
    { name: 'controls', path: `/c/${chats.rich}`, async act(d) {
        await d.button('controls.title').click();
        await d.page.locator('summary', { hasText: d.w('params.title') }).click();
    }, see: (d) => d.page.getByRole('list', { name: d.w('controls.files') }), async undo(d) {
        if (d.wide) await d.page.keyboard.press('Control+.');
    } },
    { name: 'chat-hints', path: `/c/${chats.rich}`, async act(d) {
        await d.button('hint.title').last().click();
        await d.page.getByRole('menuitem', { name: d.w('hint.own') }).click();
    }, see: (d) => d.page.getByRole('textbox', { name: d.w('hint.ownLabel') }), undo: (d) => d.page.getByRole('button', { name: d.w('app.cancel'), exact: true }).click() },
    { name: 'model-picker', path: '/', act: (d) => d.page.getByRole('button', { name: opening(d.language, 'models.pick') }).first().click(), see: (d) => d.page.getByRole('row').first() },
    { name: 'at', path: '/', act: (d) => composer(d).fill('@'), see: (d) => d.page.getByRole('option', { name: /Lighthouse keeper/ }), undo: clear },
    { name: 'one-question', path: '/', async act(d) {
        await composer(d).fill('@keep');
        await d.page.getByRole('option', { name: /Lighthouse keeper/ }).click();
    }, see: (d) => d.button('composer.notTo', { name: 'Lighthouse keeper' }), undo: (d) => d.button('composer.notTo', { name: 'Lighthouse keeper' }).click() },
    { name: 'slash', path: '/', act: (d) => composer(d).fill('/'), see: (d) => d.page.getByRole('option', { name: '/translate' }), undo: clear },
    { name: 'prompt-fill', path: '/', async act(d) {
        await composer(d).fill('/transl');
        await d.page.getByRole('option', { name: '/translate' }).click();
    }, see: dialog, undo: clear },
    { name: 'hash', path: '/', act: (d) => composer(d).fill('#h'), see: (d) => d.page.getByRole('option', { name: /Harbour/ }), undo: clear },
    { name: 'web-agree', path: '/', act: (d) => d.button('web.use').click(), see: (d) => dialog(d).getByText(d.w('web.agree')) },
    { name: 'drop-zone', path: '/', act: drag('dragover'), see: (d) => d.page.getByText(d.w('files.drop')), undo: drag('dragleave') },
    { name: 'budget-warns', away: '/notes', path: '/', ...answered({ '**/api/v1/budgets/me': LEFT }), see: (d) => d.page.getByRole('status').filter({ hasText: 'Everybody, every day' }) },
    { name: 'composer-file', path: '/', act: (d) => d.page.locator('.foot input[type=file]').setInputFiles({ name: 'tides.txt', mimeType: 'text/plain', buffer: Buffer.from('High water at noon.') }), see: (d) => d.page.getByText('tides.txt'), async undo(d) {
        await d.page.getByRole('button', { name: `${d.w('files.remove')}: tides.txt` }).click();
        await d.page.getByText('tides.txt').waitFor({ state: 'detached' });
    } },
    { name: 'chat', path: `/c/${chats.rich}`, async act(d) {
        await d.page.locator('pre .hljs-keyword').first().waitFor();
        await top(d);
    }, see: (d) => d.page.getByRole('img', { name: 'dusk.png' }) },
    { name: 'chat-report', path: `/c/${chats.rich}`, act: (d) => replies(d).last().locator('table').evaluate((table) => table.scrollIntoView({ block: 'start' })), see: (d) => d.page.locator('.katex').first() },
    { name: 'chat-end', path: `/c/${chats.rich}`, act: (d) => d.page.locator('.view').evaluate((view) => view.scrollTo(0, view.scrollHeight)), see: (d) => d.button('ratings.good').last() },
    { name: 'chat-steps', path: `/c/${chats.rich}`, async act(d) {
        for (const at of [0, 1]) await replies(d).last().locator('summary').nth(at).click();
        await replies(d).last().locator('details').first().evaluate((step) => step.scrollIntoView({ block: 'start' }));
    }, see: (d) => d.page.getByText('Roter Sand, 30.7 m').first() },
    { name: 'source', path: `/c/${chats.rich}`, act: (d) => d.page.getByRole('list', { name: d.w('sources.title') }).getByRole('button').first().click(), see: (d) => dialog(d).getByText('Roter Sand. Fixed white light') },
    { name: 'tool-ask', path: `/c/${chats.asked}`, see: (d) => d.button('tools.allow') },
    { name: 'chat-rating', path: `/c/${chats.rich}`, act: (d) => d.button('ratings.good').last().click(), see: (d) => d.page.getByRole('form', { name: d.w('ratings.details') }) },
    { name: 'picture', path: `/c/${chats.rich}`, act: (d) => d.page.getByRole('button', { name: d.w('files.enlarge', { name: 'dusk.png' }) }).click(), see: dialog },
    { name: 'share', path: `/c/${chats.rich}`, act: press('share.action'), see: (d) => dialog(d).getByText('Grace Hopper') },
    { name: 'export', path: `/c/${chats.rich}`, act: async (d) => (await d.palette(d.w('transfer.this'))).click(), see: (d) => dialog(d).getByRole('button', { name: /^JSON/ }) },
    { name: 'share-new', path: `/c/${chats.other}`, act: press('share.action'), see: (d) => d.button('share.make') },
    { name: 'chat-tags', path: `/c/${chats.other}`, act: (d) => menu(d, 'Weather words', 'workspace.tags'), see: (d) => dialog(d).getByText('wind and rain') },
    { name: 'message-menu', path: `/c/${chats.other}`, act: more, see: (d) => d.page.getByRole('menuitem', { name: d.w('message.fork') }) },
    { name: 'message-delete', path: `/c/${chats.other}`, async act(d) {
        await more(d);
        await d.page.getByRole('menuitem', { name: d.w('app.delete'), exact: true }).click();
    }, see: dialog },
    { name: 'code-output', path: `/c/${chats.page}`, act: (d) => d.button('code.run').click(), see: (d) => d.page.getByRole('region', { name: d.w('code.output') }).getByText('Spring tide') },
    { name: 'code-preview', path: `/c/${chats.page}`, act: (d) => d.button('code.preview').click(), see: (d) => d.page.frameLocator('iframe').getByRole('heading', { name: 'Tides' }) },
    { name: 'chat-edit', path: `/c/${chats.other}`, async act(d) {
        await d.page.locator('[data-role=user]').hover();
        await d.page.locator('[data-role=user]').getByRole('button', { name: d.w('chat.edit') }).click();
    }, see: (d) => d.button('chat.saveSend') },
    { name: 'chat-compared', path: `/c/${chats.compared}`, see: (d) => d.page.getByText('A xenon lamp') },
    { name: 'chat-refused', path: `/c/${chats.failed}`, see: (d) => d.page.getByRole('alert') },
    { name: 'chat-long', path: `/c/${chats.long}`, act: top, see: (d) => d.page.getByText('week 60').first() },
    { name: 'chat-missing', path: '/c/no-such-chat', see: (d) => d.page.getByText(d.w('chat.notFound')), allow: REFUSED },
    { name: 'chat-loading', path: `/c/${chats.unread}`, ...held(STORED), see: (d) => d.page.locator('[aria-busy=true]') },
    { name: 'chat-broken', path: `/c/${chats.letter}`, ...broken(STORED) },
    { name: 'not-found', path: '/nowhere', see: (d) => d.page.getByRole('heading', { name: d.w('app.lost') }) },

    { name: 'sidebar', path: '/', act: (d) => d.sidebar(true), see: (d) => d.page.getByRole('link', { name: 'Recipe for pea soup' }) },
    { name: 'sidebar-chat-menu', path: '/', act: (d) => menu(d, 'Weather words'), see: (d) => d.page.getByRole('menuitem').first() },
    { name: 'sidebar-tagged', path: '/', async act(d) {
        await d.sidebar(true);
        await d.button('tags.filter').click();
        await d.page.getByRole('menuitemradio', { name: 'wind and rain' }).click();
    }, see: (d) => d.page.getByRole('link', { name: 'Weather words' }), undo: (d) => d.button('tags.all').click() },
    { name: 'sidebar-account', path: '/', async act(d) {
        await d.sidebar(true);
        await d.page.getByRole('button', { name: d.w('nav.account', { name: 'Ada' }) }).click();
    }, see: (d) => d.page.getByRole('menuitem').first() },
    { name: 'sidebar-select', path: '/', act: (d) => menu(d, 'Weather words', 'select.start'), see: (d) => d.page.getByRole('toolbar'), undo: (d) => d.button('select.end').click() },
    { name: 'sidebar-undo', path: '/', async act(d) {
        await menu(d, 'Names for a boat', 'sidebar.archive');
        // It is offered for some seconds, and as long as somebody points at it.
        await d.button('sidebar.undo').hover();
    }, see: (d) => d.button('sidebar.undo'), async undo(d) {
        await d.button('sidebar.undo').click();
        await d.page.locator('nav .item', { hasText: 'Names for a boat' }).first().waitFor();
    } },
    { name: 'move', path: '/', act: (d) => menu(d, 'Weather words', 'sidebar.move'), see: dialog },
    { name: 'delete-chat', path: '/', act: (d) => menu(d, 'Weather words', 'app.delete'), see: dialog },
    { name: 'folder-settings', path: '/', act: (d) => menu(d, 'Kitchen', 'folders.settings'), see: (d) => dialog(d).getByText(d.w('folders.noFiles')) },
    { name: 'folder-share', path: '/', act: (d) => menu(d, 'Kitchen', 'share.action'), see: (d) => dialog(d).getByText(d.w('folders.shareHint')) },
    { name: 'folder-shared', path: `/c/${chats.lent}`, async act(d) {
        await d.sidebar(true);
        await d.page.getByRole('button', { name: /^Tides of the west coast/ }).click();
        await d.page.getByRole('link', { name: 'Spring tides' }).waitFor();
    }, see: (d) => d.page.getByText(d.w('folders.readOnly')), undo: (d) => d.page.getByRole('button', { name: /^Tides of the west coast/ }).click() },
    { name: 'palette', path: '/', act: (d) => d.palette(''), see: (d) => d.page.getByRole('option').first() },
    { name: 'palette-found', path: '/', act: (d) => d.palette('light'), see: (d) => d.page.getByRole('option', { name: /lighthouse/i }).first() },
    { name: 'palette-message', path: '/', act: (d) => d.palette('scraped'), see: (d) => d.page.getByRole('option', { name: /scraped/ }).first() },
    { name: 'palette-narrowed', path: '/', act: (d) => d.palette('folder:'), see: (d) => d.page.getByRole('option', { name: 'folder:kitchen' }) },
    { name: 'palette-nothing', path: '/', act: (d) => d.palette('xyzzy'), see: (d) => d.page.getByText(d.w('palette.nothing', { query: 'xyzzy' })) },
    { name: 'keys', path: '/', act: overlay('keys.title'), see: dialog },
    { name: 'archived', path: '/', act: overlay('archived.title'), see: (d) => dialog(d).getByRole('link', { name: 'Old tide tables' }) },
    { name: 'shared-chats', path: '/', act: overlay('share.list'), see: (d) => dialog(d).getByRole('link').first() },

    ...areaScreens('workspace', '/workspace'),
    { name: 'knowledge', path: `/workspace/knowledge/${knowledge}`, see: (d) => d.page.getByText('list-of-lights.md').first() },
    { name: 'knowledge-upload', path: `/workspace/knowledge/${knowledge}`, ...held(/\/api\/v1\/files\/\?/), async act(d) {
        await d.page.getByText('list-of-lights.md').first().waitFor();
        await d.page.locator('main input[type=file]').first().setInputFiles([{ name: 'tides-of-may.csv', mimeType: 'text/csv', buffer: Buffer.from('a,b') }, { name: 'empty.txt', mimeType: 'text/plain', buffer: Buffer.alloc(0) }]);
        await d.page.getByText(d.w('files.empty')).waitFor();
    }, see: (d) => d.page.getByRole('button', { name: `${d.w('app.cancel')}: tides-of-may.csv` }), async undo(d) {
        await d.page.getByRole('button', { name: `${d.w('app.cancel')}: tides-of-may.csv` }).click();
        d.release();
        await d.page.unroute(/\/api\/v1\/files\/\?/);
    } },
    { name: 'prompt-new', path: '/workspace/prompts/new', see: (d) => d.button('workspace.create') },
    { name: 'prompt', path: `/workspace/prompts/${prompt}`, see: (d) => d.page.getByText(d.w('workspace.live')) },
    { name: 'prompt-versions', path: `/workspace/prompts/${prompt}`, async act(d) {
        await d.page.getByRole('button', { name: opening(d.language, 'workspace.compare') }).first().click();
        await d.page.getByText('+Keep the line breaks.').first().evaluate((line) => line.scrollIntoView({ block: 'center' }));
    }, see: (d) => d.page.getByText('+Keep the line breaks.').first() },
    { name: 'model-new', path: '/workspace/models/new', see: (d) => d.button('workspace.create') },
    { name: 'model', path: '/workspace/models/tutor', see: (d) => d.page.getByText(d.w('workspace.live')) },
    { name: 'model-knowledge', path: '/workspace/models/tutor', act: (d) => d.page.getByRole('combobox', { name: d.w('presets.addKnowledge') }).evaluate((field) => field.scrollIntoView({ block: 'center' })), see: (d) => d.page.getByRole('group', { name: d.w('presets.atFirst') }).getByText('List of lights') },
    { name: 'model-end', path: '/workspace/models/tutor', act: (d) => d.page.locator('main').evaluate((main) => main.scrollTo(0, main.scrollHeight)), see: (d) => d.page.getByText(d.w('workspace.live')) },
    { name: 'prompts-loading', path: '/workspace/prompts', ...held('**/api/v1/prompts/**'), see: (d) => d.page.locator('.bones') },
    { name: 'models-broken', path: '/workspace/models', ...broken('**/api/v1/models/list*') },

    { name: 'notes', path: '/notes', see: (d) => d.page.getByRole('link', { name: 'Night watch' }) },
    { name: 'note', path: `/notes/${note}`, see: (d) => d.page.getByRole('textbox', { name: d.w('notes.text') }) },
    { name: 'note-read', path: `/notes/${note}`, act: (d) => d.page.getByRole('button', { name: d.w('notes.read'), exact: true }).click(), see: (d) => d.page.getByRole('heading', { name: 'Before dusk' }), undo: (d) => d.page.getByRole('button', { name: d.w('notes.write'), exact: true }).click() },
    { name: 'note-share', path: `/notes/${note}`, async act(d) {
        await d.page.locator('main header').getByRole('button', { name: d.w('sidebar.actions', { title: 'Night watch' }) }).click();
        await d.page.getByRole('menuitem', { name: d.w('share.action'), exact: true }).click();
    }, see: dialog },
    { name: 'note-missing', path: '/notes/none', see: (d) => d.page.getByText(d.w('notes.missing')), allow: REFUSED },
    { name: 'notes-broken', path: '/notes', away: '/', ...broken('**/api/v1/notes/search*') },

    ...areaScreens('settings', '/settings'),
    { name: 'memory', path: '/settings/memories', act: press('memories.add'), see: dialog },
    { name: 'import-report', path: '/settings/data', ...answered({ '**/api/v1/chats/import': [] }), async act(d) {
        await d.page.locator('main input[type=file]').setInputFiles({ name: 'conversations.json', mimeType: 'application/json', buffer: Buffer.from(SKIPPED) });
        await d.button('transfer.import').click();
        await d.page.getByText(d.w('transfer.stored', { count: 1 })).waitFor();
        await d.page.locator('main summary').last().click();
    }, see: (d) => d.page.getByText('A shopping list') },
    { name: 'settings-delete', path: '/settings/data', act: press('settings.deleteAll'), see: dialog },

    ...areaScreens('admin', '/admin'),
    { name: 'person', path: '/admin/users', act: (d) => d.page.getByRole('button', { name: /Marie-Luise/ }).click(), see: (d) => dialog(d).getByRole('link', { name: 'Keepers' }) },
    { name: 'person-add', path: '/admin/users', act: press('admin.add'), see: dialog },
    { name: 'people-import', path: '/admin/users', act: press('people.import'), see: dialog },
    { name: 'people-loading', path: '/admin/users', away: '/admin/groups', ...held(/\/api\/v1\/users\/\?/), see: (d) => d.page.locator('.bones') },
    { name: 'people-broken', path: '/admin/users', away: '/admin/groups', ...broken(/\/api\/v1\/users\/\?/) },
    { name: 'group', path: `/admin/groups/${group}`, see: (d) => d.page.getByText(d.w('groups.inherited')) },
    { name: 'group-rights', path: `/admin/groups/${group}`, async act(d) {
        const rights = d.page.locator('summary', { hasText: d.w('right.workspace') });
        await rights.click();
        await rights.evaluate((line) => line.scrollIntoView({ block: 'start' }));
    }, see: (d) => d.page.getByRole('switch', { name: d.w('right.workspace.prompts') }) },
    { name: 'group-new', path: '/admin/groups', act: press('groups.new'), see: dialog },
    { name: 'group-everybody', path: '/admin/groups/everybody', see: (d) => d.page.getByText(d.w('groups.everybodyHint')) },
    { name: 'connection', path: '/admin/connections', act: press('connection.add'), see: (d) => dialog(d).getByLabel(d.w('connection.url')) },
    { name: 'offered-one', path: `/admin/models/edit/${MODEL}`, see: (d) => d.page.getByText(d.w('workspace.live')) },
    { name: 'offered-who', path: '/admin/models', act: (d) => d.button('offered.who', { name: 'qwen3-8b' }).click(), see: (d) => dialog(d).getByText('Keepers') },
    { name: 'offered-many', path: '/admin/models', act: (d) => d.page.getByRole('checkbox', { name: opening(d.language, 'offered.pickAll') }).check(), see: (d) => d.page.getByRole('toolbar'), undo: (d) => d.button('select.end').click() },
    { name: 'offered-menu', path: '/admin/models', act: (d) => d.button('sidebar.actions', { title: 'qwen3-8b' }).click(), see: (d) => d.page.getByRole('menuitem').first() },
    { name: 'offered-nothing', path: '/admin/models', act: (d) => d.page.getByRole('searchbox', { name: d.w('presets.search') }).fill('xyzzy'), see: (d) => d.page.getByText(d.w('workspace.nothing')), undo: (d) => d.page.getByRole('searchbox', { name: d.w('presets.search') }).fill('') },
    { name: 'offered-loading', path: '/admin/models', away: '/admin/groups', ...held('**/api/models/base'), see: (d) => d.page.locator('.bones') },
    { name: 'offered-broken', path: '/admin/models', away: '/admin/groups', ...broken('**/api/models/base') },
    { name: 'model-defaults', path: '/admin/models/defaults', see: (d) => d.page.getByRole('group', { name: d.w('modelDefaults.order') }) },
    {
        name: 'ollama-models', away: '/admin/general', path: '/admin/connections',
        ...answered({ '**/ollama/config': { ENABLE_OLLAMA_API: true, OLLAMA_BASE_URLS: ['http://ollama.local:11434'], OLLAMA_API_CONFIGS: {} }, '**/ollama/api/tags/0': OLLAMA }),
        act: (d) => d.page.getByRole('button', { name: d.w('ollama.modelsOf', { url: 'http://ollama.local:11434' }) }).click(), see: (d) => dialog(d).getByText('granite:3b'),
    },
    { name: 'tool-server', path: '/admin/tools', act: press('toolServers.add'), see: (d) => dialog(d).getByLabel(d.w('toolServers.name')) },
    { name: 'tools-menu', path: '/', act: (d) => d.button('tools.none').click(), see: (d) => d.page.getByRole('menuitemcheckbox', { name: 'List of lights' }) },
    { name: 'budget', path: '/admin/budgets', act: press('budgets.new'), see: dialog },
    { name: 'budget-prices', path: '/admin/budgets', act: (d) => d.page.locator('main').evaluate((main) => main.scrollTo(0, main.scrollHeight)), see: (d) => d.page.getByRole('heading', { name: d.w('prices.title') }) },
    { name: 'feedback', path: '/admin/evaluations/feedback', see: (d) => d.page.getByRole('list', { name: d.w('evaluations.feedback') }).getByRole('button').first() },
    { name: 'feedback-one', path: '/admin/evaluations/feedback', act: (d) => d.page.getByRole('list', { name: d.w('evaluations.feedback') }).getByRole('button').first().click(), see: (d) => dialog(d).locator('[data-role], article').first() },
    { name: 'arena', path: '/admin/evaluations/arena', see: (d) => d.page.getByText('Blind tasting') },
    { name: 'arena-form', path: '/admin/evaluations/arena', act: press('arena.add'), see: dialog },
    { name: 'votes', path: '/admin/evaluations', act: (d) => d.page.getByRole('table').getByRole('button').first().click(), see: dialog },
    { name: 'find-setting', path: '/admin/general', act: (d) => d.page.getByRole('searchbox', { name: d.w('frame.find') }).fill(d.w('tasks.title')), see: (d) => d.page.getByRole('list', { name: d.w('palette.found') }), undo: (d) => d.page.getByRole('searchbox', { name: d.w('frame.find') }).fill('') },
    { name: 'banner', path: '/', async before(d) {
        await call('/v1/configs/banners', { banners: [{ id: 'storm', type: 'warning', title: 'Storm tonight', content: 'The server rests from **ten** until midnight.', dismissible: true, timestamp: 1 }] });
        await d.load('/');
    }, see: (d) => d.page.getByRole('region', { name: 'Storm tonight' }), async undo(d) {
        await call('/v1/configs/banners', { banners: [] });
        await d.load('/');
    } },
];

/** Goes to a screen, looks at it, and leaves everything as it was. */
export async function visit(d, { name, path, away, before, act, see, undo, busy, allow }) {
    if (away) await d.show(away);
    await before?.(d);
    if (path) await d.show(path);
    if (!busy) await d.settled();
    await act?.(d);
    await see?.(d).first().waitFor();
    if (!busy) await d.settled();
    await d.look(name, { allow });
    await d.shut();
    await undo?.(d);
    if (!d.wide) await d.sidebar(false);
}
