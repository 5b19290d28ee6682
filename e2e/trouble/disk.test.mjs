// The disk fills up: what cannot be saved is refused in words, what was saved stays, and all is well when there is room.
import assert from 'node:assert/strict';
import { closeSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { folder } from '../processes.mjs';
import { stage } from './stage.mjs';

const disk = process.env.AIRIS_SMALL_DISK;
const server = await stage(disk, { LOGS: folder() });
const { account, call, converse, join: connect, turn, until } = server;
const { token } = await account('root');
const socket = await connect(token);
const ballast = join(disk, 'ballast');

/** Takes all room that is left. */
function fill() {
    const file = openSync(ballast, 'w');
    for (const size of [1 << 20, 4096, 1]) {
        try {
            for (;;) writeSync(file, Buffer.alloc(size, 1));
        } catch (error) {
            assert.equal(error.code, 'ENOSPC');
        }
    }
    closeSync(file);
}

const save = (text) =>
    call('POST', '/api/v1/chats/new', { token, body: { chat: { title: text.slice(0, 20), history: { messages: { m: { id: 'm', parentId: null, childrenIds: [], role: 'user', content: text } }, currentId: 'm' } } } });

test('a full disk refuses what it cannot keep, loses nothing, and heals', async (t) => {
    const kept = await converse(socket, token, 'mock-alpha', 'before the disk was full');
    const saved = [kept.chat_id];
    fill();

    await t.test('saving is refused with 507 and a sentence', async () => {
        let refused;
        // The log of the database has room of its own; it, too, comes to an end.
        for (let i = 0; i < 400 && !refused; i++) {
            const answer = await save(`${i} ${'full '.repeat(20_000)}`);
            if (answer.status === 200) saved.push(answer.body.id);
            else refused = answer;
        }
        assert.equal(refused?.status, 507, JSON.stringify(refused));
        assert.match(refused.body.detail, /disk space/);
    });

    await t.test('a reply is refused or closed with a sentence; the server goes on', async () => {
        const body = turn(socket, 'mock-alpha', `burst 2000 ${'x'.repeat(100_000)}`);
        const started = await call('POST', '/api/chat/completions', { token, body });
        assert.equal(started.status, 507, JSON.stringify(started.body));
        assert.equal((await call('GET', '/health')).status, 200);
    });

    await t.test('everything saved can be read', async () => {
        for (const id of saved) assert.equal((await call('GET', `/api/v1/chats/${id}`, { token })).status, 200);
    });

    rmSync(ballast);
    await t.test('with room again, everything works, and after a restart everything is there', async () => {
        saved.push((await converse(socket, token, 'mock-alpha', 'after the disk was full')).chat_id);
        await server.restart();
        for (const id of saved) assert.equal((await call('GET', `/api/v1/chats/${id}`, { token })).status, 200);
        const { body } = await call('GET', `/api/v1/chats/${kept.chat_id}`, { token });
        assert.equal(body.chat.history.messages[kept.message_id].content, '[mock-alpha] You said: before the disk was full');
    });
    assert.doesNotMatch(server.log(), /panicked/);
    socket.disconnect();
});

test('a reply that outgrows the disk keeps what was shown and says why it ended', async () => {
    const viewer = await connect(token);
    const body = turn(viewer, 'mock-alpha', 'endless');
    const started = await call('POST', '/api/chat/completions', { token, body });
    assert.equal(started.status, 200);
    const { message_id } = body.message_ids[0];
    await until(() => server.spoken(server.envelopes(viewer), message_id).length > 20, 'some words');
    fill();
    await until(() => server.envelopes(viewer, 'chat:message:error').find((one) => one.message_id === message_id), 'the reason', 60);
    const shown = server.spoken(server.envelopes(viewer), message_id);
    rmSync(ballast);
    const stored = await until(async () => {
        const { body: chat } = await call('GET', `/api/v1/chats/${started.body.chat_id}`, { token });
        const message = chat.chat?.history.messages[message_id];
        return message?.done && message;
    }, 'the end to be stored', 60);
    assert.ok(stored.content.trimEnd().startsWith(shown.trimEnd()), `shown "${shown.slice(-40)}", stored "${stored.content.slice(-40)}"`);
    assert.match(JSON.stringify(stored.error), /disk/);
    viewer.disconnect();
});
