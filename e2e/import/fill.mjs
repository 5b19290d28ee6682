// Fills a server that nobody has used, so that there is something of everything; answers who may sign in.
import { chatOf, EVERYWHERE, line, plainTurn, turn, whole } from './chats.mjs';
import { Person } from './person.mjs';

const WORDS = 'Ein Geheimnis 🗝 with spaces';
const CODE = '"""\ntitle: Weather\nversion: 0.1.0\n"""\nclass Tools:\n    def get_weather(self, city: str) -> str:\n        """\n        Weather of a city.\n        :param city: which\n        """\n        return "Sunny in " + city\n';
const PIPE = 'class Pipe:\n    def pipe(self, body: dict):\n        return "basic: " + body["messages"][-1]["content"]\n';
const anybody = (permission) => ({ principal_type: 'user', principal_id: '*', permission });

/** A PDF of one page with one line. */
function pdf(text) {
    const stream = `BT /F1 24 Tf 72 700 Td (${text}) Tj ET`;
    const objects = [
        '<< /Type /Catalog /Pages 2 0 R >>', '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
        '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>',
        `<< /Length ${stream.length} >>\nstream\n${stream}\nendstream`, '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>',
    ];
    let out = '%PDF-1.4\n';
    const at = objects.map((object, index) => {
        const place = out.length;
        out += `${index + 1} 0 obj\n${object}\nendobj\n`;
        return place;
    });
    const table = at.map((place) => `${String(place).padStart(10, '0')} 00000 n \n`).join('');
    return `${out}xref\n0 6\n0000000000 65535 f \n${table}trailer\n<< /Size 6 /Root 1 0 R >>\nstartxref\n${out.length}\n%%EOF\n`;
}

async function upload(person, name, content, type, query = '') {
    const form = new FormData();
    form.set('file', new Blob([content], { type }), name);
    const file = await person.post(`/api/v1/files/${query}`, form);
    if (!query) await person.until(`/api/v1/files/${file.id}/process/status`, ({ status }) => status !== 'pending' && status !== 'processing');
    return file.id;
}

export async function fill(base) {
    const skipped = [];
    /** What a version does not have is said, and no more. */
    const maybe = async (what, make) => make().catch((error) => void skipped.push(`${what}: ${error.message}`));
    const { token, id: adaId } = await new Person(base).post('/api/v1/auths/signup', { name: 'Ada Λ', email: 'ada@example.com', password: 'Ada-first-1' });
    const ada = new Person(base, token);
    const add = async (name, email, password, role) => (await ada.post('/api/v1/auths/add', { name, email, password, role })).id;
    const bobId = await add('Bob', 'bob@example.com', 'Bob-first-1', 'user');
    const cleoId = await add('Cleo 🦉', 'Cleo@Example.com', 'to be replaced', 'user');
    await add('Eve', 'eve@example.com', 'Eve-first-1', 'pending');
    let bob = await Person.signIn(base, 'bob@example.com', 'Bob-first-1');
    await bob.post('/api/v1/auths/update/password', { password: 'Bob-first-1', new_password: WORDS });
    bob = await Person.signIn(base, 'bob@example.com', WORDS);
    await ada.post(`/api/v1/users/${cleoId}/update`, { role: 'user', name: 'Cleo 🦉', email: 'cleo@example.com', profile_image_url: '/user.png', password: 'x'.repeat(72) });
    const cleo = await Person.signIn(base, 'cleo@example.com', 'x'.repeat(72));
    await settings(ada, maybe);
    const group = await groups(ada, bobId, cleoId, maybe);
    await ada.post('/api/v1/auths/api_key');
    await maybe('key of a user', () => bob.post('/api/v1/auths/api_key'));
    const files = await filesOf(ada, bob);
    const base1 = await knowledge(ada, files, group, maybe);
    await workspace(ada, bob, group, base1, maybe);
    await personal(ada, maybe);
    await personal(bob, maybe);
    await chats(ada, bob, cleo, { adaId, bobId, files, base: base1, group }, maybe);
    await rooms(ada, bob, bobId, maybe);
    const people = [
        { email: 'ada@example.com', password: 'Ada-first-1' }, { email: 'bob@example.com', password: WORDS, wrong: 'Bob-first-1' },
        { email: 'cleo@example.com', password: 'x'.repeat(72), wrong: 'to be replaced' }, { email: 'eve@example.com', password: 'Eve-first-1', pending: true },
    ];
    return { people, skipped };
}

async function settings(ada, maybe) {
    await ada.post('/api/v1/configs/models', { DEFAULT_MODELS: 'mock-beta', DEFAULT_PINNED_MODELS: 'mock-alpha,mock-beta', MODEL_ORDER_LIST: ['mock-beta', 'mock-alpha'], DEFAULT_MODEL_METADATA: { capabilities: { vision: false } }, DEFAULT_MODEL_PARAMS: { temperature: 0.5 } });
    await ada.post('/api/v1/configs/suggestions', { suggestions: [{ title: ['Say', 'hello'], content: EVERYWHERE }] });
    await ada.post('/api/v1/configs/banners', { banners: [{ id: 'b1', type: 'info', title: 'Ünïcode', content: '**Bold** 🎈', dismissible: true, timestamp: 1_700_000_000 }] });
    const permissions = await ada.get('/api/v1/users/default/permissions');
    permissions.chat.delete = false;
    permissions.features.api_keys = true;
    permissions.features.notes = true;
    permissions.workspace.prompts = true;
    permissions.workspace.models = true;
    permissions.sharing.public_chats = true;
    await ada.post('/api/v1/users/default/permissions', permissions);
    const admin = await ada.get('/api/v1/auths/admin/config');
    await ada.post('/api/v1/auths/admin/config', { ...admin, DEFAULT_USER_ROLE: 'user', ENABLE_SIGNUP: true, JWT_EXPIRES_IN: '2w', PENDING_USER_OVERLAY_TITLE: 'Wait', ENABLE_API_KEYS: true });
    const tasks = await ada.get('/api/v1/tasks/config');
    await ada.post('/api/v1/tasks/config/update', { ...tasks, TITLE_GENERATION_PROMPT_TEMPLATE: 'A "title" as JSON of {{MESSAGES:END:2}}', TASK_MODEL_EXTERNAL: 'mock-alpha' });
    await maybe('documents', async () => {
        const rag = await ada.get('/api/v1/retrieval/config');
        await ada.post('/api/v1/retrieval/config/update', { ...rag, TOP_K: 7, CHUNK_SIZE: 800, CHUNK_OVERLAP: 80, ENABLE_RAG_HYBRID_SEARCH: false });
    });
    await maybe('tool servers', () => ada.post('/api/v1/configs/tool_servers', { TOOL_SERVER_CONNECTIONS: [{ url: 'http://127.0.0.1:9', path: 'openapi.json', type: 'openapi', auth_type: 'bearer', key: 'k', config: { enable: false }, info: { id: 's', name: 'S' } }] }));
}

async function groups(ada, bobId, cleoId, maybe) {
    const group = await ada.post('/api/v1/groups/create', { name: 'Readers', description: EVERYWHERE, permissions: { workspace: { knowledge: true } } });
    await ada.post(`/api/v1/groups/id/${group.id}/users/add`, { user_ids: [bobId, cleoId] });
    await maybe('a group in a group', () => ada.post('/api/v1/groups/create', { name: 'Inner', description: '', parent_group_id: group.id }));
    return group.id;
}

async function filesOf(ada, bob) {
    return {
        text: await upload(ada, 'Über uns 🌍.txt', `The sky is blue.\n${EVERYWHERE}\n`, 'text/plain'),
        markdown: await upload(ada, 'plan.md', '# Plan\n\nWater boils at 100 degrees.\n', 'text/markdown'),
        pdf: await upload(ada, 'paper.pdf', pdf('The vault code is 4711'), 'application/pdf'),
        raw: await upload(ada, 'raw.bin', Buffer.from(Array.from({ length: 70_000 }, (_, at) => at % 256)), 'application/octet-stream', '?process=false'),
        empty: await upload(ada, 'one letter.txt', 'x', 'text/plain', '?process=false'),
        own: await upload(bob, 'bobs.csv', 'a,b\n1,2\n', 'text/csv'),
    };
}

async function knowledge(ada, files, group, maybe) {
    const { id } = await ada.post('/api/v1/knowledge/create', { name: 'Handbook 📚', description: EVERYWHERE, access_grants: [{ principal_type: 'group', principal_id: group, permission: 'read' }] });
    await ada.post(`/api/v1/knowledge/${id}/file/add`, { file_id: files.text });
    await ada.post(`/api/v1/knowledge/${id}/file/add`, { file_id: files.pdf });
    await maybe('directories', async () => {
        const above = await ada.post(`/api/v1/knowledge/${id}/dirs/create`, { name: 'Chapter ü' });
        const below = await ada.post(`/api/v1/knowledge/${id}/dirs/create`, { name: 'Section', parent_id: above.id });
        await ada.post(`/api/v1/knowledge/${id}/file/add`, { file_id: files.markdown, directory_id: below.id });
        await ada.post(`/api/v1/knowledge/${id}/file/move`, { file_id: files.pdf, directory_id: above.id });
    });
    await ada.post('/api/v1/knowledge/create', { name: 'Empty', description: '', access_grants: [] });
    return id;
}

async function workspace(ada, bob, group, base, maybe) {
    const model = { id: 'helper', base_model_id: 'mock-alpha', name: 'Helper Ω', is_active: true, access_grants: [anybody('read')],
        meta: { description: EVERYWHERE, profile_image_url: '/static/favicon.png', capabilities: { vision: false, citations: true }, tags: [{ name: 'kind' }], suggestion_prompts: [{ content: 'Hi' }], knowledge: [{ id: base, name: 'Handbook 📚', type: 'collection' }] },
        params: { system: 'You are kind.\n{{CURRENT_DATE}}', temperature: 0.1, stop: ['END'], custom_params: { seed: 42 } } };
    await ada.post('/api/v1/models/create', model);
    await ada.post('/api/v1/models/model/update', { ...model, name: 'Helper Ω 2', commit_message: 'second' });
    await ada.post('/api/v1/models/create', { ...model, id: 'mock-beta', base_model_id: null, name: 'Beta, renamed', access_grants: [{ principal_type: 'group', principal_id: group, permission: 'read' }] });
    await ada.post('/api/v1/models/create', { ...model, id: 'mock-alpha', base_model_id: null, name: 'Alpha for all' });
    await ada.post('/api/v1/models/create', { ...model, id: 'asleep', name: 'Asleep', is_active: false, access_grants: [] });
    await maybe('the model of a user', () => bob.post('/api/v1/models/create', { ...model, id: 'bobs.own/model:1', name: 'Bobs', access_grants: [], meta: { description: null, profile_image_url: '/static/favicon.png' }, params: {} }));
    const prompt = await ada.post('/api/v1/prompts/create', { command: 'greet', name: 'Greet', content: `Say {{word | text}} ${EVERYWHERE}`, tags: ['kind', 'ünï'], access_grants: [anybody('read')], commit_message: 'first' });
    await maybe('a version of a prompt', () => ada.post(`/api/v1/prompts/id/${prompt.id}/update`, { command: 'greet', name: 'Greet 2', content: 'Say it twice', tags: ['kind'], access_grants: [anybody('read')], commit_message: 'second' }));
    await maybe('the prompt of a user', () => bob.post('/api/v1/prompts/create', { command: 'bobs', name: 'Bobs', content: 'Mine', access_grants: [] }));
    await maybe('tools', () => ada.post('/api/v1/tools/create', { id: 'weather', name: 'Weather', content: CODE, meta: { description: 'weather' }, access_grants: [] }));
    await maybe('functions', () => ada.post('/api/v1/functions/create', { id: 'basic_pipe', name: 'Basic', content: PIPE, meta: { description: 'p' } }));
    await maybe('skills', () => ada.post('/api/v1/skills/create', { id: 'a-skill', name: 'a-skill', description: 'a skill', content: '---\nname: a-skill\ndescription: a skill\n---\nDo it well.', meta: { tags: ['t'] }, is_active: true, access_grants: [] }));
}

async function personal(person, maybe) {
    await person.post('/api/v1/users/user/settings/update', { ui: { theme: 'dark', system: EVERYWHERE, models: ['mock-alpha'], params: { temperature: 0.3 }, notifications: { webhook_url: '' } } });
    await maybe('variables', () => person.post('/api/v1/users/user/variables/update', { variables: { city: 'Zürich' } }));
    await maybe('a profile', async () => {
        const { name } = await person.get('/api/v1/auths/');
        await person.post('/api/v1/auths/update/profile', { name, profile_image_url: '/user.png', bio: EVERYWHERE, gender: 'x', date_of_birth: '1990-02-28' });
    });
    await maybe('a status', () => person.post('/api/v1/users/user/status/update', { status_emoji: '🌴', status_message: 'away' }));
    await person.post('/api/v1/memories/add', { content: 'Has two cats 🐈' });
    await maybe('a memory of a person', () => person.post('/api/v1/memories/add', { content: EVERYWHERE, type: 'user' }));
    const note = await person.post('/api/v1/notes/create', { title: `Note ${EVERYWHERE}`, data: { content: { json: null, html: '<p>hi</p>', md: 'hi 🎈' } }, meta: null, access_grants: [anybody('read')] });
    await maybe('a pinned note', () => person.post(`/api/v1/notes/${note.id}/pin`));
}

async function chats(ada, bob, cleo, known, maybe) {
    const make = async (person, chat, more = {}) => (await person.post('/api/v1/chats/new', { chat, ...more })).id;
    const folder = await ada.post('/api/v1/folders/', { name: 'Work 💼', data: { system_prompt: 'Be formal.', files: [{ type: 'collection', id: known.base }] }, meta: { icon: 'briefcase' } });
    const inner = await ada.post('/api/v1/folders/', { name: 'Inner', parent_id: folder.id });
    await ada.post(`/api/v1/folders/${folder.id}/update/expanded`, { is_expanded: true });
    await bob.post('/api/v1/folders/', { name: 'Work 💼' });

    // Models are known from when somebody looked at them.
    await ada.get('/api/models');
    const first = await turn(ada, 'Tell me a story');
    await turn(ada, `And then? ${EVERYWHERE}`, { chat: first.id, parent: first.replied });
    await turn(ada, 'reason about it');
    await turn(ada, 'think about it');
    await turn(ada, 'error500 please');
    await turn(ada, 'midfail please');
    await plainTurn(ada, 'Who asks?');
    await turn(ada, 'tool:get_weather {"city": "Zürich"}', { tool_ids: ['weather'] });
    const attached = [{ type: 'file', id: known.files.pdf, name: 'paper.pdf', file: { id: known.files.pdf } }, { type: 'collection', id: known.base, name: 'Handbook 📚' }];
    await turn(ada, 'What is the vault code?', { files: attached, message: { files: attached } });
    await turn(ada, 'Be kind', { model: 'helper' });
    await turn(bob, 'Hello from Bob', { model: 'helper' });
    const { id: folded } = await turn(cleo, 'Hello from Cleo', { model: 'helper' });
    await maybe('a fork', () => ada.post(`/api/v1/chats/${first.id}/fork`));
    await ada.post(`/api/v1/chats/${first.id}/clone`, { title: 'A clone' });

    const ids = {};
    for (const [name, chat] of Object.entries(whole())) await maybe(`chat ${name}`, async () => (ids[name] = await make(ada, chat)));
    for (const [name, chat] of Object.entries(whole())) await maybe(`chat ${name} of another`, () => make(bob, chat));
    await make(ada, chatOf('In a folder', line(2, 'in')), { folder_id: inner.id });
    await ada.post(`/api/v1/chats/${ids.ways}/folder`, { folder_id: folder.id });
    for (const name of ['Läden', 'two words', 'kind']) await ada.post(`/api/v1/chats/${ids.ways}/tags`, { name });
    await ada.post(`/api/v1/chats/${ids.everywhere}/pin`);
    await ada.post(`/api/v1/chats/${ids.long}/archive`);
    await cleo.post(`/api/v1/chats/${folded}/archive`);
    await maybe('an unread chat', () => ada.post(`/api/v1/chats/${ids.parts}/unread`));
    await maybe('parameters of a chat', () => ada.ask('PATCH', `/api/v1/chats/${ids.parts}/params`, { temperature: 0.9 }));
    await ada.post('/api/v1/chats/import', { chats: [{ chat: chatOf('From elsewhere', line(3, 'old')), meta: { tags: ['imported'] }, pinned: true, archived: false, created_at: 1_500_000_000, updated_at: 1_500_000_100 }] });

    await ada.post(`/api/v1/chats/${first.id}/share`, null);
    await maybe('a link for one', () => ada.post(`/api/v1/chats/shared/${first.id}/access/update`, { access_grants: [{ principal_type: 'user', principal_id: known.bobId, permission: 'read' }] }));
    await turn(ada, 'Said after the link was made', { chat: first.id, parent: first.replied });
    await maybe('a link to the chat itself', async () => {
        await ada.post(`/api/v1/chats/${ids.ways}/share`, { share_mode: 'continue' });
        await ada.post(`/api/v1/chats/shared/${ids.ways}/access/update`, { access_grants: [{ principal_type: 'group', principal_id: known.group, permission: 'write' }], share_mode: 'continue' });
    });
    await maybe('a shared folder', () => ada.post(`/api/v1/folders/${folder.id}/access/update`, { access_grants: [{ principal_type: 'user', principal_id: known.bobId, permission: 'read' }] }));
    for (const [rating, comment] of [[1, EVERYWHERE], [-1, '']]) {
        const meta = { arena: false, chat_id: first.id, message_id: first.replied, model_id: 'mock-alpha', tags: ['science'] };
        await ada.post('/api/v1/evaluations/feedback', { type: 'rating', data: { rating, model_id: 'mock-alpha', sibling_model_ids: ['mock-beta'], reason: 'accurate_information', comment }, meta, snapshot: { chat: await ada.get(`/api/v1/chats/${first.id}`) } });
    }
}

async function rooms(ada, bob, bobId, maybe) {
    await maybe('channels', async () => {
        const { id } = await ada.post('/api/v1/channels/create', { name: 'lobby', description: 'd', access_grants: [anybody('read'), anybody('write')] });
        const said = await ada.post(`/api/v1/channels/${id}/messages/post`, { content: EVERYWHERE });
        await bob.post(`/api/v1/channels/${id}/messages/post`, { content: 'in a thread', parent_id: said.id });
        await bob.post(`/api/v1/channels/${id}/messages/${said.id}/reactions/add`, { name: 'thumbs_up' });
    });
    await maybe('calendars', async () => {
        const { id } = await ada.post('/api/v1/calendars/create', { name: 'Days', color: '#ff0000' });
        await ada.post('/api/v1/calendars/events/create', { calendar_id: id, title: 'Meet', start_at: 1.9e18, end_at: 1.90001e18, attendees: [{ user_id: bobId }] });
    });
    await maybe('automations', () => ada.post('/api/v1/automations/create', { name: 'Weekly', data: { prompt: 'Say hi', model_id: 'mock-alpha', rrule: 'DTSTART:20300101T090000\nRRULE:FREQ=WEEKLY;BYDAY=MO' }, is_active: false }));
}

if (process.argv[1] === new URL(import.meta.url).pathname) console.log(JSON.stringify(await fill(process.argv[2]), null, 1));
