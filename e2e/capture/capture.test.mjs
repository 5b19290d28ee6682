// What a browser of the original client asked and heard during its first two turns, asked again in the same order.
// Needs the recordings (AIRIS_SHARED, ../shared by default) and a fresh server (AIRIS_URL) with the mock provider.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join as path } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { account, call, envelopes, join, until } from '../sockets/server.mjs';
import { misfits } from './fits.mjs';

const root = path(dirname(fileURLToPath(import.meta.url)), '../..');
const file = path(process.env.AIRIS_SHARED ?? path(root, '../shared'), 'wire/browser-chat-first-turn.json');
const skip = existsSync(file) ? false : `no recording at ${file}`;
const exchanges = skip ? [] : JSON.parse(readFileSync(file, 'utf8')).exchanges;

/** Addresses whose answers may hold more than was recorded: our own name, build and switches. */
const OPEN = [/^\/api\/config/, /^\/api\/version/, /^\/api\/changelog/];

const me = await account('root');
const ids = new Map([['{{admin_id}}', me.id]]);
let socket = await join(me.token);
after(() => socket.disconnect());

/** Recorded ids to ours, both ways of writing them. */
function filled(value) {
    const text = JSON.stringify(value).replace(/<id-\d+>|\{\{admin_id\}\}/g, (mark) => {
        if (!ids.has(mark)) ids.set(mark, crypto.randomUUID());
        return ids.get(mark);
    });
    return JSON.parse(text.replaceAll('"<seconds>"', String(Math.floor(Date.now() / 1000))));
}

/** Learns ids that the server chose from an answer that fits its recording. */
function learn(ours, recorded) {
    if (typeof recorded === 'string' && /^<id-\d+>$/.test(recorded) && !ids.has(recorded)) ids.set(recorded, ours);
    if (recorded && typeof recorded === 'object' && ours && typeof ours === 'object') {
        for (const key of Object.keys(recorded)) learn(ours[key], recorded[key]);
    }
}

/** Plays one HTTP exchange; answers what does not fit. */
async function play(one) {
    const url = filled(one.path);
    const body = one.request === undefined ? undefined : filled(one.request);
    if (body?.session_id) body.session_id = socket.id;
    const { status, body: answer } = await call(one.method, url, { token: me.token, body });
    if (status !== one.status) return [`${one.method} ${one.path}: ${status} instead of ${one.status}`];
    if (one.response === undefined || typeof one.response === 'string') return [];
    learn(answer, one.response);
    const open = OPEN.some((pattern) => pattern.test(one.path));
    return misfits(answer, one.response, { open }).map((text) => `${one.method} ${one.path}${text}`);
}

const chat = (one) => one.kind === 'http' && one.path === '/api/chat/completions';
const begins = exchanges.map((one, i) => (chat(one) ? i : -1)).filter((i) => i >= 0);

test('every call before the first message is answered in its recorded shape', { skip }, async () => {
    const wrong = [];
    for (const one of exchanges.slice(0, begins[0])) if (one.kind === 'http') wrong.push(...(await play(one)));
    assert.deepEqual(wrong, []);
});

for (const [number, begin] of begins.entries()) {
    test(`turn ${number + 1}: the events come in their recorded order and shape`, { skip }, async () => {
        const end = exchanges.findIndex((one, i) => i > begin && one.kind === 'note');
        const part = exchanges.slice(begin, end < 0 ? undefined : end);
        const before = envelopes(socket).length;
        const wrong = await play(part[0]);
        if (number === 0) assert.equal(await socket.timeout(30_000).emitWithAck('events:chat', filled({ chat_id: '<id-1>', data: { type: 'join' } })), true);
        const heard = () => envelopes(socket).slice(before);
        await until(() => heard().find((one) => one.data.type === 'chat:active' && !one.data.data.active), 'the end of the turn');
        socket.emit('events:chat', filled({ chat_id: '<id-1>', data: { type: 'last_read_at' } }));
        await until(() => heard().find((one) => one.data.data?.last_read_at), 'the reading time');

        const recorded = part.filter((one) => one.kind === 'ws' && one.event === 'events' && one.dir === 'received').map((one) => one.args[0]);
        const label = (one) => [one.data.type, one.data.data?.type ?? '', one.data.data?.done === true ? 'done' : ''].join(' ').trim();
        const timed = (one) => ['chat:title', 'chat:presence'].includes(one.data.type);
        const order = (list) => list.filter((one) => !timed(one)).map(label).filter((text, i, all) => text !== all[i - 1]);
        assert.deepEqual(order(heard()), order(recorded));
        assert.deepEqual(heard().filter(timed).map(label).sort(), recorded.filter(timed).map(label).sort());
        for (const one of heard()) {
            const tries = recorded.filter((other) => label(other) === label(one)).map((other) => misfits(one, other));
            if (!tries.some((list) => list.length === 0)) wrong.push(`${label(one)}: ${tries[0]}`);
        }
        for (const one of part.slice(1)) if (one.kind === 'http' && !during(one)) wrong.push(...(await play(one)));
        assert.deepEqual(wrong, []);
    });
}

/** Answers that showed a moment in the middle of the turn. */
function during(one) {
    return JSON.stringify(one.response ?? '').includes('"done": false') || JSON.stringify(one.response ?? '').includes('"done":false') || JSON.stringify(one.response ?? '').includes('"active":true');
}

test('after a reload the chat is there and everything is answered again', { skip }, async () => {
    socket.disconnect();
    socket = await join(me.token);
    const wrong = [];
    for (const one of exchanges.slice(exchanges.findLastIndex((one) => one.kind === 'note'))) {
        if (one.kind === 'http') wrong.push(...(await play(one)));
    }
    assert.equal(await socket.timeout(30_000).emitWithAck('events:chat', filled({ chat_id: '<id-1>', data: { type: 'join' } })), true);
    assert.deepEqual(wrong, []);
});
