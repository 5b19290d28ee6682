// Providers that misbehave, seen from the chat: what was said stays, the reason is told in words, the server goes on.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';

import { folder } from '../processes.mjs';
import { stage } from './stage.mjs';

const server = await stage(folder(), { AIOHTTP_CLIENT_STREAM_IDLE_TIMEOUT: '3' });
const { account, call, envelopes, join: connect, spoken, turn, until } = server;
const { token } = await account('root');
const socket = await connect(token);
after(() => socket.disconnect());

/** Asks and waits for the end of the turn. */
async function ask(text, during = async () => {}) {
    const body = turn(socket, 'mock-alpha', text);
    const { status, body: started } = await call('POST', '/api/chat/completions', { token, body });
    assert.equal(status, 200, JSON.stringify(started));
    const { message_id } = body.message_ids[0];
    await during(started.chat_id, message_id);
    await until(() => envelopes(socket, 'chat:active').find((one) => one.chat_id === started.chat_id && !one.data.data.active), 'the end');
    const { body: chat } = await call('GET', `/api/v1/chats/${started.chat_id}`, { token });
    const message = chat.chat.history.messages[message_id];
    assert.equal(message.done, true);
    return { message, shown: spoken(envelopes(socket), message_id) };
}

for (const [mode, told] of [['error500', /mock server error/], ['error429', /mock rate limit/]]) {
    test(`${mode}: the provider's own words are shown`, async () => {
        const { message } = await ask(mode);
        assert.match(JSON.stringify(message.error), told);
    });
}

test('midfail: words that arrived stay, and the break is told', async () => {
    const { message, shown } = await ask('midfail');
    assert.ok(shown.length > 0);
    assert.ok(message.content.startsWith(shown.trimEnd()), `${message.content} / ${shown}`);
    assert.ok(message.error, 'the message carries a reason');
});

test('stall: silence has an end', async () => {
    const { message, shown } = await ask('stall');
    assert.ok(shown.length > 0);
    assert.match(JSON.stringify(message.error), /silent|second/);
});

test('brokensse: unusable lines do not hide the good ones', async () => {
    const { message } = await ask('brokensse');
    assert.equal(message.content, '[mock-alpha] You said: brokensse');
});

test('bigevent: one event of 10 MB arrives or is refused in words', async () => {
    const { message } = await ask('bigevent');
    assert.ok(message.content.length >= 10_000_000 || message.error, `${message.content.length} characters and no reason`);
});

test('endless: stopping ends it at once and keeps what was shown', async () => {
    const { message, shown } = await ask('endless', async (chat, id) => {
        await until(() => spoken(envelopes(socket), id).length > 40, 'some words');
        assert.equal((await call('POST', `/api/tasks/chat/${chat}/stop`, { token })).status, 200);
    });
    assert.equal(message.content.trim(), shown.trim());
});

test('after all that the server answers, and its log holds no panic and no key', async () => {
    const { message } = await ask('hello');
    assert.equal(message.content, '[mock-alpha] You said: hello');
    assert.doesNotMatch(server.log(), /panicked|sk-mock/);
});
