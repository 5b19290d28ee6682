// What a model calls runs on the server and comes back to it.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';

import { account, call, converse, join, spoken } from './server.mjs';

const { token } = await account('root');
const socket = await join(token);
after(() => socket.disconnect());

/** One question to the end; the reply as it is stored. */
async function reply(question) {
    const { chat_id, message_id, heard } = await converse(socket, token, 'mock-alpha', question);
    const { body } = await call('GET', `/api/v1/chats/${chat_id}`, { token });
    return { message: body.chat.history.messages[message_id], said: spoken(heard, message_id) };
}

const result = (message) => message.output.find((item) => item.type === 'function_call_output').output[0].text;

test('the time of a year ago is computed and told to the model', async () => {
    const { message, said } = await reply('tool:calculate_timestamp {"years_ago": 1}');
    const { current_timestamp, calculated_timestamp } = JSON.parse(result(message));
    const days = (current_timestamp - calculated_timestamp) / 86_400;
    assert.ok(days === 365 || days === 366, `${days} days`);
    assert.ok(said.includes(String(calculated_timestamp)), said);
});

test('a call of an unknown tool and one with unusable arguments tell the model so; the reply goes on', async () => {
    for (const [question, told] of [['tool:open_the_door', 'open_the_door'], ['tool:calculate_timestamp {"days_ago": "x"}', 'days_ago']]) {
        const { message, said } = await reply(question);
        assert.equal(message.done, true);
        assert.equal(message.error, undefined);
        assert.ok(result(message).includes(told), result(message));
        assert.ok(said.includes('tool said'), said);
    }
});

test('a model that can call no tools answers without them', async () => {
    const { message, said } = await reply('notools please');
    assert.equal(message.error, undefined);
    assert.equal(said, '[mock-alpha] You said: notools please');
});
