// Two processes on one database file: the second says so and ends; the first does not notice.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { folder, freePort } from '../processes.mjs';
import { binary, stage } from './stage.mjs';

const data = folder();
mkdirSync(join(data, 'models'));
writeFileSync(join(data, 'models', 'cut.gguf'), Buffer.concat([Buffer.from('GGUF'), Buffer.from([3, 0, 0, 0, 255, 0, 0])]));
const server = await stage(data);
const { account, call, converse, join: connect } = server;
const { token } = await account('root');

test('a second process on the same data ends with one sentence', async () => {
    const second = spawnSync(binary, ['serve'], { env: { ...server.env, PORT: String(await freePort()) }, cwd: data, encoding: 'utf8', timeout: 60_000 });
    assert.notEqual(second.status, 0);
    assert.equal(second.signal, null, 'it must end by itself');
    assert.match(second.stderr + second.stdout, /DATA_DIR|airis\.db/);
    assert.doesNotMatch(second.stderr + second.stdout, /panicked/);
    const socket = await connect(token);
    const { heard, message_id } = await converse(socket, token, 'mock-alpha', 'still here');
    assert.equal(server.spoken(heard, message_id), '[mock-alpha] You said: still here');
    socket.disconnect();
});

test('a model file that is cut off says so when it is asked, and the log says it too', async () => {
    const socket = await connect(token);
    const { chat_id, message_id } = await converse(socket, token, 'cut', 'are you well?');
    const { body } = await call('GET', `/api/v1/chats/${chat_id}`, { token });
    assert.match(JSON.stringify(body.chat.history.messages[message_id].error), /cut\.gguf/);
    assert.match(server.log(), /cut\.gguf/);
    socket.disconnect();
});
