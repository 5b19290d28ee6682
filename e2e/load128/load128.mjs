#!/usr/bin/env node
// Many people of the web client stream at once on SQLite, without a pause between tokens: every reply must come whole,
// in order and without an error.
//
//     load128.mjs BINARY [PEOPLE] [WORDS]        128 people, 200 words each
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { end, environment, folder, freePort, provider, serve } from '../processes.mjs';

const [binary, people = '128', words = '200'] = process.argv.slice(2);
if (!binary) throw new Error('usage: load128.mjs BINARY [PEOPLE] [WORDS]');
const WHOLE = Array.from({ length: Number(words) }, (_, i) => `w${i}`).join(' ');

const data = folder();
const log = join(data, 'server.log');
const port = await freePort();
process.env.AIRIS_URL = `http://127.0.0.1:${port}`;
const { call, envelopes, join: connect, spoken, turn, until } = await import('../sockets/server.mjs');
const env = environment(data, port, await provider(), { BYPASS_MODEL_ACCESS_CONTROL: 'true' });
const server = await serve(binary, env, log);

const administrator = await call('POST', '/api/v1/auths/signup', { body: { name: 'Root', email: 'root@example.com', password: 'correct horse battery' } });

async function person(number) {
    const body = { name: `P${number}`, email: `p${number}@example.com`, password: 'correct horse battery', role: 'user' };
    const made = await call('POST', '/api/v1/auths/add', { token: administrator.body.token, body });
    if (made.status !== 200) throw new Error(`no account: ${JSON.stringify(made.body)}`);
    return { token: made.body.token, socket: await connect(made.body.token) };
}

/** One conversation; answers what is wrong with it, or null. */
async function converse({ token, socket }, number) {
    const body = turn(socket, 'mock-alpha', `burst ${words} from ${number}`);
    const { message_id } = body.message_ids[0];
    const started = await call('POST', '/api/chat/completions', { token, body });
    if (started.status !== 200) return `${number}: not started: ${JSON.stringify(started.body)}`;
    const { chat_id } = started.body;
    const over = (one) => one.chat_id === chat_id && one.data.type === 'chat:active' && one.data.data.active === false;
    await until(() => envelopes(socket).find(over), `the end of turn ${number}`, 300);
    const heard = envelopes(socket).filter((one) => one.chat_id === chat_id && one.message_id === message_id);
    if (spoken(heard, message_id) !== WHOLE) return `${number}: heard "${spoken(heard, message_id).slice(0, 200)}"`;
    const numbers = heard.map((one) => one.seq).filter((seq) => seq !== undefined);
    if (numbers.some((seq, i) => i > 0 && seq <= numbers[i - 1])) return `${number}: events out of order: ${numbers}`;
    const errors = heard.filter((one) => one.data.type === 'chat:message:error' || one.data.data?.error);
    if (errors.length) return `${number}: ${JSON.stringify(errors[0])}`;
    const { body: chat } = await call('GET', `/api/v1/chats/${chat_id}`, { token });
    const reply = chat.chat?.history.messages[message_id];
    return reply?.content === WHOLE && reply.done ? null : `${number}: stored ${JSON.stringify(reply)?.slice(0, 300)}`;
}

const crowd = [];
for (let at = 0; at < Number(people); at += 16) {
    const some = Array.from({ length: Math.min(16, Number(people) - at) }, (_, i) => person(at + i));
    crowd.push(...(await Promise.all(some)));
}
console.log(`${crowd.length} people are connected`);
const begin = Date.now();
const problems = (await Promise.all(crowd.map((one, i) => converse(one, i).catch((error) => `${i}: ${error.message}`)))).filter(Boolean);
const seconds = (Date.now() - begin) / 1000;
for (const problem of problems.slice(0, 10)) console.log('FAILED', problem);
for (const { socket } of crowd) socket.disconnect();
await end(server);
const errors = readFileSync(log, 'utf8').split('\n').filter((line) => / ERROR | WARN /.test(line));
for (const line of errors.slice(0, 10)) console.log(line);
console.log(`${crowd.length} replies of ${words} words in ${seconds.toFixed(1)} s`);
console.log(`${crowd.length - problems.length} passed, ${problems.length} failed`);
process.exit(problems.length ? 1 : 0);
