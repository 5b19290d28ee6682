// Two people: who sees what.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';

import { account, call, converse, envelopes, join, until } from './server.mjs';

const admin = await account('root');
const ann = await account('ann');
const bob = await account('bob');
const sockets = { admin: await join(admin.token), ann: await join(ann.token), bob: await join(bob.token) };
after(() => Object.values(sockets).forEach((socket) => socket.disconnect()));

const chatForm = { chat: { title: 'Ann alone', models: ['mock-alpha'], history: { messages: {}, currentId: null } } };
const { body: chat } = await call('POST', '/api/v1/chats/new', { token: ann.token, body: chatForm });
const tell = (who, type, data) => sockets[who].timeout(30_000).emitWithAck('events:chat', { chat_id: chat.id, data: { type, data } });
const presence = (who) => envelopes(sockets[who], 'chat:presence').at(-1)?.data.data.users.map((user) => user.name);

test('the owner joins her chat and is told that she is there', async () => {
    assert.equal(await tell('ann', 'join'), true);
    await until(() => presence('ann'), 'presence');
    assert.deepEqual(presence('ann'), ['ann']);
    const envelope = envelopes(sockets.ann, 'chat:presence')[0];
    assert.deepEqual(Object.keys(envelope).sort(), ['chat_id', 'data', 'shared']);
});

test('a stranger is refused and sees nothing', async () => {
    for (const type of ['join', 'typing', 'last_read_at', 'leave']) assert.equal(await tell('bob', type, { typing: true }), false);
    assert.deepEqual(envelopes(sockets.bob), []);
});

test('an administrator may look, and both learn of each other', async () => {
    assert.equal(await tell('admin', 'join'), true);
    await until(() => presence('ann')?.length === 2 && presence('admin')?.length === 2, 'two people');
    assert.deepEqual([...presence('admin')].sort(), ['Root', 'ann']);
});

test('typing reaches the others in the chat but not its author', async () => {
    assert.equal(await tell('ann', 'typing', { typing: true }), true);
    const heard = await until(() => envelopes(sockets.admin, 'typing')[0], 'typing');
    assert.deepEqual(heard.user, { id: ann.id, name: 'ann' });
    assert.deepEqual(heard.data.data, { typing: true });
    assert.deepEqual(envelopes(sockets.ann, 'typing'), []);
});

test('reading is told to the reader only', async () => {
    assert.equal(await tell('ann', 'last_read_at'), true);
    const heard = await until(() => envelopes(sockets.ann, 'chat:list').at(-1), 'chat:list');
    assert.equal(heard.data.data.chat_id, chat.id);
    assert.ok(Math.abs(heard.data.data.last_read_at - Date.now() / 1000) < 60);
    assert.deepEqual(heard.data.data.folder_unread_counts, {});
    assert.equal(await tell('admin', 'last_read_at'), false);
});

test('leaving and disconnecting are told', async () => {
    assert.equal(await tell('admin', 'leave'), true);
    await until(() => presence('ann')?.length === 1, 'one person');
    await tell('admin', 'join');
    await until(() => presence('ann')?.length === 2 && presence('admin')?.length === 2, 'two people');
    sockets.admin.disconnect();
    // A polling client may be gone before its goodbye is: then it is missed at the next ping.
    await until(() => presence('ann')?.length === 1, 'one person again');
});

test('models in use are counted for three seconds', async () => {
    const usage = await until(async () => {
        sockets.ann.emit('usage', { model: 'mock-alpha' });
        const { body } = await call('GET', '/api/usage', { token: ann.token });
        return body.model_ids.includes('mock-alpha') && body;
    }, 'usage');
    assert.ok(usage.user_count >= 2);
    await until(async () => !(await call('GET', '/api/usage', { token: ann.token })).body.model_ids.includes('mock-alpha'), 'the end of usage');
});

test("a turn is heard by nobody but its owner", async () => {
    await converse(sockets.ann, ann.token, 'mock-alpha', 'only for ann').catch((error) => {
        // Without a grant plain people may not use the model; then there is nothing to overhear either.
        assert.match(String(error), /not started/);
    });
    assert.deepEqual(envelopes(sockets.bob), []);
});
