// The official JavaScript client completes turns.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';

import { account, call, connect, converse, envelopes, join, spoken, turn, until } from './server.mjs';

const { token, id } = await account('root');
const socket = await join(token);
after(() => socket.disconnect());

test('user-join is acknowledged with id and name', () => {
    assert.deepEqual(socket.who, { id, name: 'Root' });
});

test('a turn streams its text and ends with the stored message', async () => {
    const { chat_id, message_id, heard } = await converse(socket, token, 'mock-alpha', 'hello socket');
    assert.equal(spoken(heard, message_id), '[mock-alpha] You said: hello socket');
    const chat = await call('GET', `/api/v1/chats/${chat_id}`, { token });
    const stored = chat.body.chat.history.messages[message_id];
    assert.equal(stored.content, '[mock-alpha] You said: hello socket');
    assert.equal(stored.done, true);
});

test('numbers of a reply grow by one, so that a gap can be seen', async () => {
    const { message_id, heard } = await converse(socket, token, 'mock-alpha', 'slow 20');
    const numbers = heard.filter((one) => one.message_id === message_id && one.seq !== undefined).map((one) => one.seq);
    assert.ok(numbers.length > 20, `only ${numbers.length} numbered events`);
    numbers.forEach((seq, i) => assert.equal(seq, numbers[0] + i));
});

test('a second tab of the same person hears the same events in the same order', async () => {
    const other = await join(token);
    const { chat_id, heard } = await converse(socket, token, 'mock-alpha', 'burst 50');
    await until(() => envelopes(other).filter((one) => one.chat_id === chat_id).length >= heard.length, 'the second tab');
    assert.deepEqual(envelopes(other).filter((one) => one.chat_id === chat_id).slice(0, heard.length), heard);
    other.disconnect();
});

test('a reload in the middle resumes without losing or doubling a word', async () => {
    const body = turn(socket, 'mock-alpha', 'slow 60');
    const message_id = body.message_ids[0].message_id;
    const { body: started } = await call('POST', '/api/chat/completions', { token, body });
    await until(() => spoken(envelopes(socket), message_id).length > 12, 'some words');
    const late = await join(token);
    const live = await late.timeout(30_000).emitWithAck('events:chat', { chat_id: started.chat_id, data: { type: 'resume', data: { message_id } } });
    assert.equal(live.done, false);
    assert.ok(live.content.startsWith('w0 w1'), live.content);
    const over = (one) => one.chat_id === started.chat_id && one.data.type === 'chat:active' && !one.data.data.active;
    await until(() => envelopes(late).find(over), 'the end of the turn');
    const rest = envelopes(late).filter((one) => one.message_id === message_id && one.seq > live.seq);
    const words = Array.from({ length: 60 }, (_, i) => `w${i}`).join(' ');
    assert.equal((live.content + spoken(rest, message_id)).trim(), words);
    late.disconnect();
});

test('stop ends a reply and keeps what was shown', async () => {
    const body = turn(socket, 'mock-alpha', 'endless');
    const message_id = body.message_ids[0].message_id;
    const { body: started } = await call('POST', '/api/chat/completions', { token, body });
    await until(() => spoken(envelopes(socket), message_id).length > 20, 'some words');
    const running = await call('GET', `/api/tasks/chat/${started.chat_id}`, { token });
    assert.deepEqual(running.body.task_ids, started.task_ids);
    const stopped = await call('POST', `/api/tasks/chat/${started.chat_id}/stop`, { token });
    assert.equal(stopped.body.status, true);
    await until(() => envelopes(socket, 'chat:tasks:cancel').find((one) => one.chat_id === started.chat_id), 'the cancel event');
    const shown = spoken(envelopes(socket), message_id);
    const stored = await until(async () => {
        const { body: chat } = await call('GET', `/api/v1/chats/${started.chat_id}`, { token });
        const message = chat.chat.history.messages[message_id];
        return message.done && message;
    }, 'the final state');
    assert.equal(stored.content.trim(), shown.trim());
});

test('a temporary chat belongs to its socket and leaves nothing behind', async () => {
    const own = await join(token);
    const before = (await call('GET', '/api/v1/chats/', { token })).body.length;
    const chat_id = `temporary:${own.id}`;
    const { message_id, heard } = await converse(own, token, 'mock-alpha', 'secret', { chat_id });
    assert.equal(spoken(heard, message_id), '[mock-alpha] You said: secret');
    assert.equal((await call('GET', '/api/v1/chats/', { token })).body.length, before);
    own.disconnect();
});

test('a socket without a valid token is accepted and hears nothing', async () => {
    const stranger = await connect('forged');
    const { chat_id } = await converse(socket, token, 'mock-alpha', 'not for strangers');
    assert.ok(chat_id);
    assert.deepEqual(stranger.heard, []);
    stranger.disconnect();
});
