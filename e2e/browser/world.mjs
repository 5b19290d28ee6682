// A server that people have used for a while: everything that a screen can show, made through the API.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { once } from 'node:events';

export const PASSWORD = 'correct-Horse-1';
export const MODEL = 'smollm2-135m-instruct';
const DAY = 86_400;
const NOW = Math.floor(Date.now() / 1000);

/** Asks the server as the owner of a token. */
export const caller = (url, token) => async (path, body, method = body === undefined ? 'GET' : 'POST') => {
    const form = body instanceof FormData;
    const headers = { authorization: `Bearer ${token}`, ...(!form && { 'content-type': 'application/json' }) };
    const answer = await fetch(`${url}/api${path}`, { method, headers, body: body === undefined || form ? body : JSON.stringify(body) });
    assert.ok(answer.ok, `${method} ${path}: ${answer.status} ${answer.ok ? '' : await answer.text()}`);
    return answer.json();
};

const LIGHTS = { openapi: '3.1.0', info: { title: 'Lights', version: '1' }, paths: { '/lights': { get: { operationId: 'list_of_lights', summary: 'Lights of a coast' } } } };

/** A server of models that has names only, and of tools that nobody calls. */
export async function shelf() {
    const data = ['qwen3-8b', 'gpt-oss-20b', 'mistral-small-3.2-24b-instruct'].map((id) => ({ id, object: 'model', created: 1, owned_by: 'shelf' }));
    const server = createServer((request, response) => {
        const answer = request.url === '/openapi.json' ? LIGHTS : { object: 'list', data };
        response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const origin = `http://127.0.0.1:${server.address().port}`;
    return { origin, url: `${origin}/v1`, close: () => server.close() };
}

const PEOPLE = [
    ['Grace Hopper', 'grace@example.com', 'user'], ['Konrad Zuse', 'konrad@example.com', 'user'], ['Zoë Ångström', 'zoe@example.com', 'admin'],
    ['Софья Ковалевская', 'sofja@example.com', 'user'], ['Alan Turing', 'alan@example.com', 'pending'],
    ['Marie-Luise Freifrau von Schwarzenberg-Rechtenstein', 'marie-luise.von.schwarzenberg-rechtenstein@department-of-lighthouses.example.com', 'user'],
];

const usage = (read, written) => ({ prompt_tokens: read, completion_tokens: written, input_tokens: read, output_tokens: written, total_tokens: read + written });
const said = (text) => ({ type: 'message', id: `m-${text.length}`, status: 'completed', role: 'assistant', content: [{ type: 'output_text', text }] });

const REPORT = `A Fresnel lens turns the light of one lamp into a beam. It is built of **rings of prisms**, each of which bends the light a little more.[^1]

> [!TIP]
> Two lights are told apart by their *rhythm*, not by their colour.

| Lighthouse | Height | Rhythm | Built |
| --- | ---: | --- | --- |
| Roter Sand | 30.7 m | Fixed white, with a red and a green sector | 1885 |
| Eddystone | 49 m | Two flashes every ten seconds | 1882 |
| Tour de Cordouan | 67.5 m | Occulting, three in twelve seconds | 1611 |

- [x] Measure the height of the lamp
- [ ] Add the height of the eye

From the height $h$ in metres the range in sea miles is about $2.08\\sqrt{h}$, so that for two heights

$$d = 2.08\\,\\left(\\sqrt{h_1} + \\sqrt{h_2}\\right)$$

\`\`\`python
from math import sqrt

def sea_miles(lamp: float, eye: float = 2.0) -> float:
    """How far a light is seen, for heights in metres."""
    return 2.08 * (sqrt(lamp) + sqrt(eye))

print(f"Roter Sand: {sea_miles(30.7):.1f} sea miles, which is a line that is too long for a phone")
\`\`\`

1. Take the chart of the coast.
2. Draw a circle around each light.

See [the list of lights](https://example.com/lights) for the others.

[^1]: Augustin Fresnel, 1822.
`;

const SOURCES = [{
    source: { id: 'lights', name: 'list-of-lights.md', type: 'file' },
    document: ['Roter Sand. Fixed white light with a red and a green sector, 24 m above high water, seen for 18 sea miles.', 'Eddystone. Two white flashes every ten seconds, 41 m above high water.'],
    metadata: [{ name: 'list-of-lights.md', source: 'lights', headings: ['German Bight', 'Weser'], page: 11 }, { name: 'list-of-lights.md', source: 'lights', headings: ['English Channel'], page: 40 }],
    distances: [0.83, 0.61],
}];

const question = (content, more = {}) => ({ role: 'user', content, ...more });
const reply = (content, more = {}) => ({ role: 'assistant', content, model: MODEL, done: true, usage: usage(120, 60), ...more });

/** A chat of one branch as the server stores it. */
function chat(title, messages, days = 0, more = {}) {
    const at = NOW - days * DAY - 600;
    const entries = messages.map((message, i) => [`m${i}`, {
        id: `m${i}`, parentId: i ? `m${i - 1}` : null, childrenIds: i + 1 < messages.length ? [`m${i + 1}`] : [], timestamp: at + i, ...message,
    }]);
    const history = { currentId: `m${messages.length - 1}`, messages: Object.fromEntries(entries) };
    return { chat: { title, models: [MODEL], history }, created_at: at, updated_at: at, ...more };
}

const short = (title, days, more) => chat(title, [question(title), reply('That depends on the weather.')], days, more);

/** Two models that answered one question, the second one shown. */
function compared() {
    const one = chat('Which lamp is the brightest?', [question('Which lamp is the brightest?'), reply('The one with the largest lens.')]);
    const { messages } = one.chat.history;
    messages.m2 = { ...messages.m1, id: 'm2', model: 'qwen3-8b', content: 'A xenon lamp, by far.' };
    messages.m0.childrenIds.push('m2');
    one.chat.history.currentId = 'm2';
    return one;
}

const PAGE = `Here it is, and how to count:

\`\`\`html
<!doctype html><title>Tides of the west pier</title><style>body { font: 1rem sans-serif } td { padding: 0.5rem }</style>
<h1>Tides</h1><table><tr><td>High water</td><td>04:12</td></tr><tr><td>Low water</td><td>10:31</td></tr></table>
\`\`\`

\`\`\`js
const heights = [3.1, 0.4, 3.3, 0.6]
console.log('Range', Math.max(...heights) - Math.min(...heights), { heights })
console.warn('Spring tide')
\`\`\``;
const LONG = Array.from({ length: 60 }, (_, i) => [
    question(`What happened in week ${i + 1} of the restoration?`, { timestamp: NOW - (60 - i) * 40_000 }),
    reply(`In week ${i + 1} the gallery was scraped, primed and painted. The crew went ashore twice because of the swell.`, { timestamp: NOW - (60 - i) * 40_000 }),
]).flat();

async function chats(call, folders, picture) {
    const rich = chat('How far can a lighthouse be seen?', [
        question('What is on this picture?', { files: [picture] }),
        reply('A lighthouse at dusk, with a beam to the left.'),
        question('How far can it be seen? Show me how to compute it.'),
        reply(REPORT, {
            output: [
                { type: 'reasoning', id: 'r', status: 'completed', duration: 4, content: [{ type: 'output_text', text: 'The range follows from the curve of the earth: both heights count.' }] },
                { type: 'function_call', id: 'f', call_id: 'c', name: 'list_of_lights', arguments: '{"coast": "German Bight"}', status: 'completed' },
                { type: 'function_call_output', id: 'o', call_id: 'c', output: [{ type: 'input_text', text: 'Roter Sand, 30.7 m' }] },
                said(REPORT),
            ],
            annotation: { rating: 1 },
            sources: SOURCES,
            followUps: ['And in fog?', 'How is the lens kept clean?', 'Which lighthouse was the first one with electric light on this coast?'],
        }),
    ]);
    const failed = chat('Translate the log book', [question('Translate the log book of 1911.'), reply('', { error: { content: 'The model is not reachable: connection refused.' } })]);
    // A call of a tool that its owner has not allowed yet.
    const asked = chat('Which lights burn tonight?', [
        question('Which lights of this coast burn tonight?'),
        reply('', { output: [{ type: 'function_call', id: 'f', call_id: 'c', name: 'list_of_lights', arguments: '{"coast": "German Bight"}', status: 'pending' }] }),
    ]);
    const page = chat('A table of the tides', [question('Make me a page of the tides.'), reply(PAGE)], 61);
    const list = [
        asked, rich, page, chat('The restoration, week by week', LONG, 1), compared(), failed,
        short('Plan for the night watch', 0, { pinned: true }), short('Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft', 1),
        short('Recipe for pea soup', 2, { folder_id: folders.kitchen }), short('Bread without yeast', 2, { folder_id: folders.kitchen }),
        short('Weather words', 3), short('Names for a boat', 9), short('A letter to the harbour office', 40), short('Old tide tables', 50, { archived: true }),
        short('Rota of the keepers', 60),
    ];
    const made = await call('/v1/chats/import', { chats: list });
    const id = (title) => made.find((one) => one.title === title)?.id;
    await call('/v1/chats/read', {});
    await call(`/v1/chats/${id('Bread without yeast')}/unread`, {});
    for (const name of ['wind and rain', 'words']) await call(`/v1/chats/${id('Weather words')}/tags`, { name });
    return {
        rich: id('How far can a lighthouse be seen?'), long: id('The restoration, week by week'), compared: id('Which lamp is the brightest?'),
        failed: id('Translate the log book'), other: id('Weather words'),
        asked: id('Which lights burn tonight?'), live: id('Rota of the keepers'), page: id('A table of the tides'), unread: id('Bread without yeast'), letter: id('A letter to the harbour office'),
    };
}

async function file(call, name, type, content, how = 'process=false') {
    const form = new FormData();
    form.append('file', new Blob([content], { type }), name);
    return call(`/v1/files/?${how}`, form);
}

const grant = (type, id, permission = 'read') => ({ principal_type: type, principal_id: id, permission });

async function workspace(call, people, group) {
    const everyone = [grant('user', '*')];
    const model = (id, name, description, more = {}) => call('/v1/models/create', {
        id, name, base_model_id: MODEL, params: { system: `You are ${name}.`, temperature: 0.4 }, is_active: true, access_grants: everyone, ...more,
        meta: { description, profile_image_url: '/static/favicon.png', capabilities: { vision: true }, tags: [{ name: 'harbour' }], suggestion_prompts: null, ...more.meta },
    });
    const suggestions = ['Why do lighthouses blink?', 'How does a Fresnel lens work?', 'Write a log entry for a foggy night.'].map((content) => ({ content, title: ['', ''] }));
    await model('keeper', 'Lighthouse keeper', 'Knows every light of the coast, and why it blinks as it does.', { meta: { suggestion_prompts: suggestions } });
    const tables = await call('/v1/knowledge/create', { name: 'Tide tables', description: 'High and low water of every harbour of the coast.', access_grants: everyone });
    const brought = { knowledge: [{ type: 'collection', id: tables.id, name: tables.name, context: 'full' }], toolIds: ['server:lights'] };
    await model('tutor', 'Patient tutor', 'Explains one step at a time.', { access_grants: [grant('user', people.grace.id, 'write'), grant('group', group)], meta: brought });
    await call('/v1/users/user/settings/update', { ui: { pinnedModels: ['keeper'] } });
    await model('letters', 'Letters', 'Writes letters to offices in plain words, and shortens those that offices write to you.', { is_active: false });
    await call('/v1/models/model/access/update', { id: MODEL, access_grants: everyone });
    await call('/v1/models/model/access/update', { id: 'qwen3-8b', access_grants: [grant('user', people.konrad.id), grant('group', group)] });
    const prompt = (command, name, content, more = {}) => call('/v1/prompts/create', { command, name, content, tags: ['writing'], access_grants: everyone, ...more });
    const made = await prompt('translate', 'Translate a text', 'Translate into {{language | select:options=["German","French"]}}:\n\n{{text | textarea:required}}');
    await call(`/v1/prompts/id/${made.id}/update`, { command: 'translate', name: 'Translate a text', content: `${made.content}\n\nKeep the line breaks.`, tags: ['writing'], commit_message: 'Line breaks stay' });
    await prompt('log-entry', 'Log entry', 'Write a log entry for the night of {{date | date}}.', { access_grants: [] });
    await prompt('shorten', 'Shorten, without losing what matters to those who read it for the first time', 'Shorten this: {{CLIPBOARD}}');
    return made.id;
}

/** A knowledge base with a directory and files that can be searched. */
async function knowledge(call, group) {
    const made = await call('/v1/knowledge/create', { name: 'Harbour', description: 'Ships, lights and tides of the west pier.', access_grants: [grant('group', group)] });
    await call(`/v1/knowledge/${made.id}/dirs/create`, { name: 'Log books', parent_id: null });
    for (const [name, text] of [['list-of-lights.md', '# Weser\n\nRoter Sand: fixed white light.'], ['What the harbour master wants to know of every ship that comes in at night.txt', 'Name, length, draught.']]) {
        const { id } = await file(call, name, 'text/plain', text, 'process_in_background=false');
        await call(`/v1/knowledge/${made.id}/file/add`, { file_id: id });
    }
    return made.id;
}

async function notes(call, people) {
    const write = (title, md, more = {}) => call('/v1/notes/create', { title, data: { content: { md } }, ...more });
    const watch = await write('Night watch', '## Before dusk\n\n- [x] Trim the *wick*\n- [ ] Wind the clock\n\n| Hour | Wind |\n| --- | --- |\n| 20 | NW 4 |\n| 24 | NW 6 |\n\nCall the harbour office if the fog signal fails.');
    await call(`/v1/notes/${watch.id}/pin`, {});
    await write('', 'Paint, two tins. Brass polish.');
    await write('What the inspector asked for in May, and what was done about it by those who were on the island then', 'Everything.', { access_grants: [grant('user', people.grace.id)] });
    return watch.id;
}

/** Fills a server; `token` is the administrator's, `drawing` a PNG, `tools` an address of tools. Answers what screens are about. */
export async function furnish(url, token, drawing, tools) {
    const call = caller(url, token);
    const people = {};
    for (const [name, email, role] of PEOPLE) people[email.split(/[@.]/)[0]] = await call('/v1/auths/add', { name, email, role, password: PASSWORD });
    const group = await call('/v1/groups/create', { name: 'Keepers', description: 'Those who look after the lights at night.' });
    await call(`/v1/groups/id/${group.id}/users/add`, { user_ids: [people.grace.id, people.konrad.id, people['marie-luise'].id] });
    const crew = await call('/v1/groups/create', { name: 'Crew of the tender “Roter Sand”', description: '' });
    await call(`/v1/groups/id/${crew.id}/update`, { name: crew.name, description: '', parent_group_id: group.id });
    await call(`/v1/groups/id/${crew.id}/users/add`, { user_ids: [people.zoe.id] });

    const kitchen = await call('/v1/folders/', { name: 'Kitchen', data: { system_prompt: 'You are a cook. Answer briefly.' } });
    await call(`/v1/folders/${kitchen.id}/update/expanded`, { is_expanded: true });
    await call('/v1/folders/', { name: 'Empty so far' });
    const image = await file(call, 'dusk.png', 'image/png', drawing);
    await file(call, 'log-1911.txt', 'text/plain', 'Wind from the north-west, all night.');
    await file(call, 'An inventory of everything in the lamp room, with prices and the names of those who sold it.csv', 'text/csv', 'a,b\n1,2\n');
    const picture = { type: 'image', id: image.id, url: image.id, name: 'dusk.png', status: 'uploaded', size: drawing.length, content_type: 'image/png', file: image };
    const made = await chats(call, { kitchen: kitchen.id }, picture);

    for (const [name, days] of [['grace', 4], ['konrad', 11], ['zoe', 20]]) {
        const other = caller(url, people[name].token);
        const list = Array.from({ length: 6 }, (_, i) => short(`Question ${i + 1} of ${name}`, days + i, {}));
        for (const [i, one] of list.entries()) one.chat.history.messages.m1.model = i % 2 ? 'qwen3-8b' : MODEL;
        await other('/v1/chats/import', { chats: list });
        await other('/v1/evaluations/feedback', {
            type: 'rating',
            data: { rating: name === 'zoe' ? -1 : 1, model_id: name === 'zoe' ? 'qwen3-8b' : MODEL, sibling_model_ids: [name === 'zoe' ? MODEL : 'qwen3-8b'], reason: name === 'zoe' ? 'too_long' : 'clear', comment: name === 'konrad' ? 'Short, and with the numbers that I needed.' : '', tags: ['sea'] },
            meta: { arena: false, model_id: MODEL, chat_id: 'none', message_id: 'm1', message_index: 1, tags: ['sea'] },
            snapshot: { chat: { chat: list[0].chat, title: list[0].chat.title } },
        });
    }
    for (const content of ['I keep the lighthouse on the west pier.', 'My boat is called “Möwe”; it is nine metres long and has no engine worth the name.', 'Answers in metric units, please.']) await call('/v1/memories/add', { content });
    const prompt = await workspace(call, people, group.id);

    const zoe = caller(url, people.zoe.token);
    const lent = await zoe('/v1/folders/', { name: 'Tides of the west coast' });
    await zoe(`/v1/folders/${lent.id}/access/update`, { access_grants: [grant('user', '*')] });
    const [told] = await zoe('/v1/chats/import', { chats: [short('Spring tides', 3, { folder_id: lent.id })] });
    made.lent = told.id;

    const note = await notes(call, people);
    const harbour = await knowledge(call, group.id);
    await call('/v1/retrieval/config/update', { web: { ENABLE_WEB_SEARCH: true, WEB_SEARCH_ENGINE: 'searxng', SEARXNG_QUERY_URL: `${tools}/search`, ENABLE_WEB_SEARCH_CONFIRMATION: true } });
    const server = { url: tools, path: 'openapi.json', auth_type: 'none', key: '', info: { id: 'lights', name: 'List of lights', description: 'Lights of every coast' }, config: { enable: true, access_grants: [grant('user', '*')] } };
    await call('/v1/configs/tool_servers', { TOOL_SERVER_CONNECTIONS: [server] });

    await call('/v1/budgets', { name: 'Everybody, every day', subject: 'everyone', subject_id: null, model_id: null, shared: false, measure: 'tokens', period: 'day', amount: 100_000, warn_percent: 80 });
    await call('/v1/budgets', { name: 'Keepers, together', subject: 'group', subject_id: group.id, model_id: MODEL, shared: true, measure: 'money', period: 'month', amount: 25.5, warn_percent: 50 });
    await call('/v1/budgets/prices', { currency: 'EUR', prices: [{ model_id: MODEL, input: 0.1, output: 0.4, shown: true }, { model_id: 'mistral-small-3.2-24b-instruct', input: 1.25, output: 10, shown: false }] });
    await call('/v1/evaluations/config', {
        ENABLE_EVALUATION_ARENA_MODELS: true,
        EVALUATION_ARENA_MODELS: [{ id: 'blind', name: 'Blind tasting', meta: { description: 'Draws one of two.', profile_image_url: '/favicon.png', model_ids: [MODEL, 'qwen3-8b'], filter_mode: 'include', access_grants: [grant('user', '*')] } }],
    });
    const starters = [['Why do lighthouses blink?', 'Blinking lights', 'and what they say'], ['Plan a night watch for three people.', 'Night watch', 'for three people'], ['Explain tides to a child.', 'Tides', 'for a child of six']];
    await call('/v1/configs/suggestions', { suggestions: starters.map(([content, ...title]) => ({ content, title })), i18n: {} });
    const link = await call(`/v1/chats/${made.rich}/share`, {});
    await call(`/v1/chats/shared/${made.rich}/access/update`, { access_grants: [grant('anyone', '*'), grant('user', people.grace.id), grant('group', group.id)] });
    const live = await call(`/v1/chats/${made.live}/share`, { share_mode: 'continue' });
    await call(`/v1/chats/shared/${made.live}/access/update`, { access_grants: [grant('user', people.grace.id), grant('user', people.grace.id, 'write')] });
    const config = await call('/v1/auths/admin/config');
    const overlay = { PENDING_USER_OVERLAY_TITLE: 'Welcome to the pier', PENDING_USER_OVERLAY_CONTENT: 'A keeper **reads** your name soon.' };
    await call('/v1/auths/admin/config', { ...config, ENABLE_SIGNUP: true, ENABLE_API_KEYS: true, DEFAULT_USER_ROLE: 'pending', SHOW_ADMIN_DETAILS: true, ...overlay });
    await call('/v1/auths/api_key', {});
    return { call, people, group: group.id, chats: made, note, prompt, knowledge: harbour, link: link.share_id, live: live.share_id };
}
