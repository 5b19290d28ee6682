// The server under test: its address, its accounts, and sockets to it.
import { io } from 'socket.io-client';

export const BASE = process.env.AIRIS_URL ?? 'http://127.0.0.1:8080';
const PASSWORD = 'correct horse battery';

export async function call(method, path, { token, body, signal } = {}) {
    const headers = { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) };
    const response = await fetch(BASE + path, { method, headers, signal, body: body === undefined ? undefined : JSON.stringify(body) });
    const text = await response.text();
    let json;
    try {
        json = JSON.parse(text);
    } catch {
        json = text;
    }
    return { status: response.status, body: json };
}

/** Signs somebody in; the first account of a fresh server is made by signing up, others by that administrator. */
export async function account(name) {
    const admin = { name: 'Root', email: 'root@example.com', password: PASSWORD };
    const config = await call('GET', '/api/config');
    if (config.body.onboarding) await call('POST', '/api/v1/auths/signup', { body: admin });
    const root = await call('POST', '/api/v1/auths/signin', { body: admin });
    if (root.status !== 200) throw new Error(`the administrator cannot sign in: ${JSON.stringify(root.body)}`);
    if (name === 'root') return root.body;
    const person = { name, email: `${name}-${Date.now()}-${Math.random().toString(36).slice(2)}@example.com`, password: PASSWORD, role: 'user' };
    const added = await call('POST', '/api/v1/auths/add', { token: root.body.token, body: person });
    if (added.status !== 200) throw new Error(`cannot add ${name}: ${JSON.stringify(added.body)}`);
    return (await call('POST', '/api/v1/auths/signin', { body: person })).body;
}

/** The transports the server tells its web client to use. */
export async function transports() {
    const { body } = await call('GET', '/api/config');
    return body.features.enable_websocket ? ['websocket'] : ['polling', 'websocket'];
}

/** A connected socket that collects what it hears in `socket.heard`; `at` is another server than ours. */
export async function connect(token, { at = BASE, ...options } = {}) {
    const socket = io(at, { path: '/ws/socket.io', transports: await transports(), auth: { token }, forceNew: true, ...options });
    socket.heard = [];
    socket.onAny((event, ...args) => socket.heard.push({ event, args }));
    await new Promise((resolve, reject) => {
        socket.once('connect', resolve);
        socket.once('connect_error', reject);
    });
    return socket;
}

export async function join(token, options) {
    const socket = await connect(token, options);
    socket.who = await socket.timeout(30_000).emitWithAck('user-join', { auth: { token } });
    return socket;
}

/** Envelopes of `events` heard so far, optionally of one kind. */
export const envelopes = (socket, type) =>
    socket.heard.filter((one) => one.event === 'events').map((one) => one.args[0]).filter((one) => !type || one.data?.type === type);

/** Waits until `find` gives something, at most `seconds`. */
export async function until(find, what, seconds = 60) {
    const end = Date.now() + seconds * 1000;
    for (;;) {
        const found = await find();
        if (found) return found;
        if (Date.now() > end) throw new Error(`waited ${seconds} s for ${what}`);
        await new Promise((resolve) => setTimeout(resolve, 25));
    }
}

/** The body of a first message, as the web client sends it. */
export function turn(socket, model, text, more = {}) {
    const user = crypto.randomUUID();
    const reply = crypto.randomUUID();
    const parentId = more.parent_id ?? null;
    return {
        stream: true,
        model,
        messages: [{ role: 'user', content: text }],
        params: {},
        features: {},
        variables: {},
        session_id: socket.id,
        chat_id: null,
        folder_id: null,
        parent_id: null,
        user_message: { id: user, parentId, childrenIds: [], role: 'user', content: text, timestamp: Math.floor(Date.now() / 1000), models: [model] },
        background_tasks: {},
        message_ids: [{ model_id: model, message_id: reply }],
        ...more,
    };
}

/** Starts a turn and waits for its end; answers ids and the envelopes of the reply. */
export async function converse(socket, token, model, text, more) {
    const body = turn(socket, model, text, more);
    const started = await call('POST', '/api/chat/completions', { token, body });
    if (started.status !== 200) throw new Error(`not started: ${JSON.stringify(started.body)}`);
    const { chat_id } = started.body;
    const over = (one) => one.chat_id === chat_id && one.data.type === 'chat:active' && one.data.data.active === false;
    await until(() => envelopes(socket).find(over), 'the end of the turn');
    const message_id = body.message_ids[0].message_id;
    return { chat_id, message_id, user_id: body.user_message.id, heard: envelopes(socket).filter((one) => one.chat_id === chat_id) };
}

/** The text that the deltas of a reply make. */
export const spoken = (heard, message_id) =>
    heard.filter((one) => one.message_id === message_id && one.data.data?.type === 'response.output_text.delta').map((one) => one.data.data.delta).join('');
