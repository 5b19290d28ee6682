// People of a fleet: their accounts and sockets, what they ask, and the replies that they look at.
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';

import { call, join, turn } from '../sockets/server.mjs';
import { Viewer } from './viewer.mjs';

const PASSWORD = 'correct horse battery';
/** Accounts made side by side: each costs a password's worth of work. */
const AT_ONCE = 12;

/** What the provider says to `slow N …`. */
export const whole = (words) => Array.from({ length: words }, (_, i) => `w${i}`).join(' ');

/** The first account of a fresh database. */
export async function administrator() {
    const { body } = await call('POST', '/api/v1/auths/signup', { body: { name: 'Root', email: 'root@example.com', password: PASSWORD } });
    if (!body.token) throw new Error(`no administrator: ${JSON.stringify(body)}`);
    return body;
}

/** Says of the provider that it goes on behind a given text, or that it is one of the others (''). */
export async function speaks(token, provider = 'llama.cpp') {
    const { body } = await call('GET', '/openai/config', { token });
    const saved = await call('POST', '/openai/config/update', { token, body: { ...body, OPENAI_API_CONFIGS: { 0: { enable: true, provider } } } });
    if (saved.status !== 200) throw new Error(`connection not saved: ${JSON.stringify(saved.body)}`);
}

async function person(root, number) {
    const body = { name: `P${number}`, email: `p${number}@example.com`, password: PASSWORD, role: 'user' };
    const made = await call('POST', '/api/v1/auths/add', { token: root.token, body });
    if (made.status !== 200) throw new Error(`no account: ${JSON.stringify(made.body)}`);
    const socket = await join(made.body.token);
    // What is heard is kept by who looks at it.
    socket.offAny();
    return { token: made.body.token, socket };
}

/** So many people, each signed in and with a socket. */
export async function gather(root, count) {
    const crowd = [];
    for (let at = 0; at < count; at += AT_ONCE) {
        crowd.push(...(await Promise.all(Array.from({ length: Math.min(AT_ONCE, count - at) }, (_, i) => person(root, at + i)))));
    }
    return crowd;
}

/** Somebody asks; answers the viewer of the reply. `ask` makes the requests. */
export async function begin({ token, socket }, text, ask = call) {
    // On the way to another server a page has no session to ask from.
    if (!socket.connected) await once(socket, 'connect');
    const body = turn(socket, 'mock-alpha', text);
    const { message_id } = body.message_ids[0];
    const viewer = new Viewer(socket, message_id);
    const started = await ask('POST', '/api/chat/completions', { token, body }).catch((error) => ({ status: 0, body: error.message }));
    if (started.status !== 200) {
        viewer.leave();
        throw new Error(`not started: ${started.status} ${JSON.stringify(started.body)}`);
    }
    const { chat_id } = started.body;
    const messages = async () => {
        // Whoever was being answered when a server or the database went away tries again.
        let answer;
        for (let again = 0; again < 50; again++) {
            answer = await got(`/api/v1/chats/${chat_id}`, token, ask);
            if (![502, 503, 504].includes(answer.status)) break;
            await sleep(100);
        }
        if (answer.status !== 200) viewer.problems.push(`not read: ${answer.status} ${JSON.stringify(answer.body)}`);
        return answer.body?.chat?.history.messages;
    };
    const read = async () => (await messages())?.[message_id];
    viewer.began(chat_id, read);
    return Object.assign(viewer, { token, prompt: text, user_id: body.user_message.id, messages });
}

/** What is read; a server that goes away in the middle of its answer is as one that says 503. */
const got = (path, token, ask) => ask('GET', path, { token }).catch(({ message }) => ({ status: 503, body: message }));
