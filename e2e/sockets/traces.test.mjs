// The recorded turns of the contract, asked again: the same events in the same order, ids and texts aside.
// Needs the contract's folder (AIRIS_SHARED, ../shared by default) and the mock provider with --recorded.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join as path } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { account, call, envelopes, join, until } from './server.mjs';
import { folded, shape } from './shape.mjs';

const root = path(dirname(fileURLToPath(import.meta.url)), '../..');
const folder = path(process.env.AIRIS_SHARED ?? path(root, '../shared'), 'contract/traces');
const skip = existsSync(folder) ? false : `no recordings at ${folder}`;

const { token } = await account('root');
const socket = await join(token);
after(() => socket.disconnect());

const read = (name) => readFileSync(path(folder, `${name}.jsonl`), 'utf8').trim().split('\n').map((line) => JSON.parse(line));
const asked = (lines) => lines.find((line) => line.kind === 'http.request' && line.path === '/api/chat/completions').body;
const told = (lines) => lines.filter((line) => line.kind === 'socket.recv').map((line) => line.args[0]);

/** Ids of one conversation to ids of ours. */
const ids = new Map();
const ours = (value) => JSON.parse(JSON.stringify(value).replace(/[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}/g, (id) => {
    if (!ids.has(id)) ids.set(id, crypto.randomUUID());
    return ids.get(id);
}));

async function replay(name, during = async () => {}) {
    const lines = read(name);
    const body = ours(asked(lines));
    const temporary = typeof body.chat_id === 'string' && body.chat_id.startsWith('temporary:');
    if (temporary) body.chat_id = `temporary:${socket.id}`;
    body.session_id = socket.id;
    const before = envelopes(socket).length;
    const started = await call('POST', '/api/chat/completions', { token, body });
    const answer = lines.find((line) => line.kind === 'http.response');
    assert.equal(started.status, answer.status, JSON.stringify(started.body));
    assert.deepEqual(shape(started.body), shape(answer.body));
    ids.set(answer.body.chat_id, started.body.chat_id);
    await during(started.body.chat_id, body.message_ids[0].message_id);
    const heard = () => envelopes(socket).slice(before).filter((one) => one.chat_id === started.body.chat_id);
    await until(() => heard().find((one) => one.data.type === 'chat:active' && !one.data.data.active), 'the end of the turn');
    return { lines, chat: started.body.chat_id, heard: heard() };
}

/** Events of one kind of timing: titles come when they come. */
const free = (one) => one.data.type === 'chat:title';

function same(heard, recorded) {
    assert.deepEqual(folded(heard.filter((one) => !free(one)).map((one) => shape(one))), folded(recorded.filter((one) => !free(one)).map((one) => shape(one))));
    assert.deepEqual(heard.filter(free).map((one) => shape(one)), recorded.filter(free).map((one) => shape(one)));
}

async function stored(lines, chat) {
    const last = lines.findLast((line) => line.kind === 'http.response' && line.path.startsWith('/api/v1/chats/'));
    const { status, body } = await call('GET', `/api/v1/chats/${chat}`, { token });
    assert.equal(status, last.status);
    assert.deepEqual(shape(body), shape(last.body));
}

for (const name of ['01-plain-new-chat', '02-followup-same-chat', '03-think-tags', '04-reasoning-content', '05-native-tool-loop', '07-error', '12-system-prompt-and-params']) {
    test(`${name} goes as recorded`, { skip }, async () => {
        const { lines, chat, heard } = await replay(name);
        same(heard, told(lines));
        await stored(lines, chat);
    });
}

test('06-stop goes as recorded', { skip }, async () => {
    const { lines, chat, heard } = await replay('06-stop', async (chat, message) => {
        await until(() => envelopes(socket).filter((one) => one.message_id === message).length > 5, 'some words');
        const running = await call('GET', `/api/tasks/chat/${chat}`, { token });
        assert.equal(running.body.task_ids.length, 1);
        const stop = await call('POST', `/api/tasks/chat/${chat}/stop`, { token, body: {} });
        assert.deepEqual(shape(stop.body), shape({ status: true, message: 'text' }));
    });
    same(heard, told(lines));
    await stored(lines, chat);
});

test('08-multi-model goes as recorded, each model by itself', { skip }, async () => {
    const { lines, chat, heard } = await replay('08-multi-model');
    const recorded = told(lines);
    const speakers = (list) => [...new Set(list.map((one) => one.message_id))];
    assert.equal(speakers(heard).length, speakers(recorded).length);
    const order = (list) => asked(lines).message_ids.map(({ message_id }) => list === recorded ? message_id : ids.get(message_id));
    const [mine, theirs] = [order(heard), order(recorded)];
    mine.forEach((message, i) => {
        const of = (list, id) => list.filter((one) => one.message_id === id && one.data.type !== 'chat:active');
        same(of(heard, message), of(recorded, theirs[i]));
    });
    assert.equal(heard.filter((one) => one.data.type === 'chat:active').length, 2);
    await stored(lines, chat);
});

test('09-temporary goes as recorded', { skip }, async () => {
    const { lines, heard } = await replay('09-temporary');
    same(heard, told(lines));
});
