// Writes down all that a server shows to people: the same before and after a move, or something was lost.
import { Person } from './person.mjs';

/** Where lists come from in pages; all of them are asked for. */
const PAGED = ['/api/v1/chats/list?include_pinned=true&include_folders=true', '/api/v1/chats/archived', '/api/v1/chats/shared', '/api/v1/notes/', '/api/v1/knowledge/', '/api/v1/knowledge/search', '/api/v1/files/?content=false', '/api/v1/models/list', '/api/v1/prompts/list', '/api/v1/users/', '/api/v1/evaluations/feedbacks/list'];
const LISTS = [
    '/api/v1/auths/', '/api/v1/chats/all', '/api/v1/chats/all/archived', '/api/v1/chats/all/tags', '/api/v1/chats/pinned', '/api/v1/folders/', '/api/v1/folders/shared',
    '/api/v1/prompts/', '/api/v1/prompts/tags', '/api/v1/models/tags', '/api/v1/memories/', '/api/v1/notes/pinned', '/api/v1/auths/api_key',
    '/api/v1/users/user/settings', '/api/v1/users/user/info', '/api/v1/users/user/variables', '/api/v1/users/user/status', '/api/v1/users/groups', '/api/v1/users/permissions',
    '/api/v1/configs/banners', '/api/v1/configs/models/defaults', '/api/v1/evaluations/feedbacks/user', '/api/models', '/api/config',
];
const OF_ADMINS = [
    '/api/v1/users/all', '/api/v1/groups/', '/api/v1/users/default/permissions', '/api/v1/auths/admin/config', '/api/v1/auths/admin/details', '/api/v1/configs/models', '/api/v1/configs/export',
    '/api/v1/configs/tool_servers', '/api/v1/configs/connections', '/api/v1/tasks/config', '/api/v1/retrieval/config', '/api/v1/retrieval/embedding', '/openai/config', '/api/v1/models/all', '/api/v1/models/base', '/api/v1/models/export',
    '/api/v1/evaluations/config', '/api/v1/evaluations/feedbacks/all/export', '/api/v1/chats/all/db', '/api/v1/channels/list', '/api/v1/tools/', '/api/v1/functions/', '/api/v1/skills/',
];
/** What there is of each thing of a list: the list, where a thing's name is, and the addresses of it. */
const THINGS = [
    ['/api/v1/chats/all', 'id', (id) => [`/api/v1/chats/${id}`, `/api/v1/chats/${id}/tags`, `/api/v1/chats/${id}/pinned`, `/api/v1/chats/shared/${id}/access`]],
    ['/api/v1/chats/all/archived', 'id', (id) => [`/api/v1/chats/${id}`, `/api/v1/chats/${id}/tags`]],
    ['/api/v1/folders/', 'id', (id) => [`/api/v1/folders/${id}`, `/api/v1/chats/folder/${id}`, `/api/v1/folders/${id}/shared/chats`]],
    ['/api/v1/folders/shared', 'id', (id) => [`/api/v1/folders/${id}/shared/chats`]],
    ['/api/v1/files/?content=false', 'id', (id) => [`/api/v1/files/${id}`, `/api/v1/files/${id}/content`, `/api/v1/files/${id}/data/content`]],
    ['/api/v1/knowledge/', 'id', (id) => [`/api/v1/knowledge/${id}`, `/api/v1/knowledge/${id}/files`, `/api/v1/knowledge/${id}/files?page=1`]],
    ['/api/v1/notes/', 'id', (id) => [`/api/v1/notes/${id}`]],
    ['/api/v1/prompts/', 'id', (id) => [`/api/v1/prompts/id/${id}`, `/api/v1/prompts/id/${id}/history`]],
    ['/api/v1/models/list', 'id', (id) => [`/api/v1/models/model?id=${encodeURIComponent(id)}`, `/api/v1/models/model/history?id=${encodeURIComponent(id)}`]],
    ['/api/v1/groups/', 'id', (id) => [`/api/v1/groups/id/${id}`, `/api/v1/groups/id/${id}/users`]],
];

const listOf = (body) => (Array.isArray(body) ? body : (body?.items ?? body?.data ?? body?.users ?? []));

/** All pages of a list as one. */
async function all(person, path) {
    const first = await person.ask('GET', path);
    if (first.status !== 200) return first;
    const things = [...listOf(first.body)];
    const seen = new Set(things.map((one) => JSON.stringify(one)));
    for (let page = 2; things.length; page++) {
        const next = await person.ask('GET', `${path}${path.includes('?') ? '&' : '?'}page=${page}`);
        const fresh = next.status === 200 ? listOf(next.body).filter((one) => !seen.has(JSON.stringify(one))) : [];
        if (!fresh.length) break;
        for (const one of fresh) seen.add(JSON.stringify(one)), things.push(one);
    }
    return { status: 200, body: things };
}

/** What one person sees, by address. Posts are asked for nothing but lists. */
async function seen(person, admin) {
    const views = {};
    for (const path of PAGED) views[path] = await all(person, path);
    for (const path of admin ? [...LISTS, ...OF_ADMINS] : LISTS) views[path] = await person.ask('GET', path);
    for (const [list, name, paths] of THINGS) {
        for (const thing of listOf(views[list]?.body)) {
            for (const path of paths(thing[name])) views[path] ??= await person.ask(path.endsWith('/users') ? 'POST' : 'GET', path);
        }
    }
    const share = listOf(views['/api/v1/chats/all'].body).map((chat) => chat.share_id).filter(Boolean);
    for (const id of share) views[`/api/v1/chats/share/${id}`] = await person.ask('GET', `/api/v1/chats/share/${id}`);
    return views;
}

/** What everybody sees, by their addresses; `people` as `fill` answers them. */
export async function record(base, people) {
    const seenBy = {};
    const shared = new Set();
    for (const { email, password, wrong, pending } of people) {
        const refused = wrong && (await new Person(base).ask('POST', '/api/v1/auths/signin', { email, password: wrong })).status;
        const person = await Person.signIn(base, email, password);
        const me = await person.get('/api/v1/auths/');
        seenBy[email] = { refused: refused ?? null, views: pending ? { '/api/v1/auths/': { status: 200, body: me } } : await seen(person, me.role === 'admin') };
        for (const path of Object.keys(seenBy[email].views)) if (path.startsWith('/api/v1/chats/share/')) shared.add(path);
        for (const path of pending ? [] : shared) seenBy[email].views[path] ??= await person.ask('GET', path);
    }
    return seenBy;
}
