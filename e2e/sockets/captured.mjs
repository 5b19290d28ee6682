// Does what a recorded browser did, in its order, and compares what our server answers and tells with what was recorded:
//
//     captured.mjs CAPTURE.json     of a fresh server at AIRIS_URL
//
// Prints what differs, and how many exchanges of those that were recorded agree: status, kind of content, and every value that
// is neither made anew each time nor of what the recorded account did before. Exit status: 1 when something differs.
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

import { BASE, account, connect } from './server.mjs';

const { exchanges } = JSON.parse(await readFile(process.argv[2], 'utf8'));
/** Our ids by the recorded ones. */
const known = new Map();
/** What is made anew: ids, times, hashes, tokens, texts that were cut. */
const MADE = /^(<.*>|.*…)$/s;
/** Names of servers and people, ids of parts of a reply, and what is written beside the reply. */
const OWN = new Set(['name', 'version', 'email', 'item_id', 'title', 'active']);
/** What may be there sooner than it was, or later. */
const MOVES = new Set(['followUps', 'content', 'done']);

/** The recorded value with our ids in place of theirs. */
function ours(value) {
    if (Array.isArray(value)) return value.map(ours);
    if (value && typeof value === 'object') return Object.fromEntries(Object.entries(value).map(([key, inner]) => [String(ours(key)), ours(inner)]));
    if (value === '<seconds>') return Math.floor(Date.now() / 1000);
    if (value === '<milliseconds>') return Date.now();
    if (typeof value !== 'string') return value;
    return value.replace(/<id-\d+>|\{\{\w+\}\}/g, (name) => {
        if (!known.has(name)) known.set(name, crypto.randomUUID());
        return known.get(name);
    });
}

/** What differs, with its place; learns our ids on the way. */
function differences(recorded, got, place = '') {
    if (typeof recorded === 'string' && /^(<id-\d+>|\{\{\w+\}\})$/.test(recorded)) {
        if (!known.has(recorded)) known.set(recorded, got);
        return known.get(recorded) === got ? [] : [`${place}: ${got} is not the ${recorded} of before`];
    }
    if (typeof recorded === 'string' && MADE.test(recorded)) return got === undefined || got === null ? [`${place}: nothing for ${recorded}`] : [];
    if (Array.isArray(recorded)) {
        if (!Array.isArray(got)) return [`${place}: no list`];
        // Lists were cut, and the recorded account had more chats: only what is there on both sides is compared.
        return recorded.slice(0, got.length).flatMap((one, at) => differences(one, got[at], `${place}[${at}]`));
    }
    if (recorded && typeof recorded === 'object') {
        if (!got || typeof got !== 'object') return [`${place}: no object but ${JSON.stringify(got)}`];
        return Object.entries(recorded).flatMap(([key, inner]) => {
            const name = known.get(key) ?? key;
            if (!(name in got)) return MOVES.has(key) ? [] : [`${place}.${key}: missing`];
            if (MOVES.has(key) && (inner === '' || inner === false)) return [];
            return OWN.has(key) || String(got[name]).startsWith('msg_') ? [] : differences(inner, got[name], `${place}.${key}`);
        });
    }
    return recorded === got ? [] : [`${place}: ${JSON.stringify(got)}, recorded ${JSON.stringify(recorded)}`];
}

const root = await account('root');
known.set('{{admin_id}}', root.id);
const socket = await connect(root.token);
const told = [];
let used = [];
for (const event of ['events', 'events:chat', 'events:channel']) socket.on(event, (...args) => told.push({ event, args }));

/** The first event of this kind that was not taken yet. */
async function next({ event, args }) {
    for (let tries = 0; tries < 200; tries++) {
        const at = told.findIndex((one, at) => !used.includes(at) && one.event === event && one.args[0]?.data?.type === args[0]?.data?.type && one.args[0]?.data?.data?.type === args[0]?.data?.data?.type);
        if (at >= 0) {
            used = [...used, at];
            return told[at].args;
        }
        await sleep(50);
    }
    return null;
}

async function request({ method, path, request: body, request_headers: headers, response }) {
    const options = { method, headers: { authorization: `Bearer ${root.token}` } };
    if (headers?.['content-type']?.startsWith('multipart')) {
        options.body = new FormData();
        options.body.append('file', new Blob(['The vault code is 4711. Keep it secret.'], { type: response.meta.content_type }), response.filename);
    } else if (body !== undefined) {
        options.headers['content-type'] = 'application/json';
        options.body = JSON.stringify({ ...ours(body), ...(body.session_id && { session_id: socket.id }) });
    }
    const answer = await fetch(BASE + ours(path), options);
    const text = await answer.text();
    const kind = (answer.headers.get('content-type') ?? '').split(';')[0];
    if (kind === 'text/event-stream') return { status: answer.status, kind, body: text.split('\n').filter((line, at, all) => line && line !== all[at - 2]) };
    return { status: answer.status, kind, body: kind === 'application/json' ? JSON.parse(text) : text };
}

/** What is wrong with one exchange; null for what is no step. */
async function step(one) {
    if (one.kind === 'http') {
        const { status, kind, body } = await request(one);
        if (status !== one.status) return [`status ${status}, recorded ${one.status}`];
        if (kind !== one.content_type) return [`${kind}, recorded ${one.content_type}`];
        // What a fresh account has not, as its settings, is null.
        return one.response === undefined || body === null ? [] : differences(one.response, body);
    }
    if (one.packet === 'event' && one.dir === 'sent') {
        const args = ours(one.args).map((arg) => (arg?.auth ? { auth: { token: root.token } } : arg));
        if (one.ack === undefined) {
            socket.emit(one.event, ...args);
            return [];
        }
        const recorded = exchanges.find((other) => other.packet === 'ack' && other.ack === one.ack);
        return differences(recorded?.args[0], await socket.timeout(5_000).emitWithAck(one.event, ...args));
    }
    if (one.packet === 'event') {
        const args = await next(one);
        // Of many events of one kind in a row the last was recorded.
        if (args && one.folded) return [];
        return args ? differences(one.args, args) : [`${one.event} ${one.args[0]?.data?.type} was not told`];
    }
    return null;
}

let [steps, agree] = [0, 0];
for (const one of exchanges) {
    const problems = await step(one);
    if (!problems) continue;
    steps += 1;
    if (!problems.length) agree += 1;
    else {
        console.log(`${one.n} ${one.method ?? one.dir} ${one.path ?? `${one.event} ${one.args[0]?.data?.type ?? ''}`}`);
        for (const problem of problems.slice(0, 12)) console.log(`    ${problem.slice(0, 300)}`);
    }
}
const extra = told.filter((one, at) => !used.includes(at)).map(({ event, args }) => `${event} ${args[0]?.data?.type} ${args[0]?.data?.data?.type ?? ''}`);
console.log(`told besides: ${[...new Set(extra)].map((name) => `${extra.filter((other) => other === name).length} × ${name.trim()}`).join(', ') || 'nothing'}`);
console.log(`${agree} of ${steps} exchanges agree`);
socket.disconnect();
process.exit(agree === steps ? 0 : 1);
