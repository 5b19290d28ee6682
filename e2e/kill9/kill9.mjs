#!/usr/bin/env node
// Ends a server with kill -9 at random moments of a streaming reply, starts it again, and looks whether anything that
// was shown is gone and whether the reply comes to an end.
//
//     kill9.mjs BINARY [ROUNDS]        ROUNDS: 20
//
// Every other round the provider goes on behind the text that is there (as llama.cpp does): then the reply must be
// exactly the one that an undisturbed server gives. Otherwise the step is asked again; what was shown stays before it.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { end, environment, folder, freePort, provider, serve } from '../processes.mjs';

const [binary, rounds = '20'] = process.argv.slice(2);
if (!binary) throw new Error('usage: kill9.mjs BINARY [ROUNDS]');
const WORDS = 30;
const WHOLE = Array.from({ length: WORDS }, (_, i) => `w${i}`).join(' ');
/** Milliseconds that the mock's slow answer takes. */
const LASTS = WORDS * 120;
const FINAL_WITHIN = 60_000;

const data = folder();
const log = join(data, 'server.log');
const port = await freePort();
process.env.AIRIS_URL = `http://127.0.0.1:${port}`;
const { account, call, envelopes, join: connect, spoken, turn } = await import('../sockets/server.mjs');
const env = environment(data, port, await provider());
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

let server = await serve(binary, env, log);
const { token } = await account('root');

/** Whether the connection says that it can go on behind a given text. */
async function continues(yes) {
    const { body } = await call('GET', '/openai/config', { token });
    const saved = await call('POST', '/openai/config/update', { token, body: { ...body, OPENAI_API_CONFIGS: { 0: { enable: true, provider: yes ? 'llama.cpp' : '' } } } });
    if (saved.status !== 200) throw new Error(`connection not saved: ${JSON.stringify(saved.body)}`);
}

async function round(number) {
    const exact = number % 2 === 1;
    await continues(exact);
    const socket = await connect(token);
    const body = turn(socket, 'mock-alpha', `slow ${WORDS} round ${number}`);
    const { message_id } = body.message_ids[0];
    const started = await call('POST', '/api/chat/completions', { token, body });
    if (started.status !== 200) return `not started: ${JSON.stringify(started.body)}`;
    const moment = Math.random() * LASTS;
    await sleep(moment);
    await end(server, 'SIGKILL');
    await sleep(20);
    const shown = spoken(envelopes(socket), message_id);
    socket.disconnect();

    server = await serve(binary, env, log);
    const begin = Date.now();
    const path = `/api/v1/chats/${started.body.chat_id}`;
    for (;;) {
        const { body: chat } = await call('GET', path, { token });
        const reply = chat.chat?.history.messages[message_id];
        const { body: tasks } = await call('GET', `/api/tasks/chat/${started.body.chat_id}`, { token });
        if (!reply) return `the message is gone: ${JSON.stringify(chat).slice(0, 300)}`;
        if (!reply.content.startsWith(shown) && !reply.content.trimEnd().startsWith(shown.trimEnd())) {
            return `shown text is gone: "${shown}" but now "${reply.content}"`;
        }
        if (reply.done && tasks.task_ids?.length === 0) {
            if (exact && reply.content !== WHOLE) return `not what an undisturbed server says: "${reply.content}"`;
            if (!reply.content.trimEnd().endsWith(`w${WORDS - 1}`)) return `no end: "${reply.content}"`;
            console.log(`ok ${number}: ended at ${Math.round(moment)} ms with ${shown.split(/\s+/).filter(Boolean).length} words shown, whole ${Date.now() - begin} ms after the restart`);
            return null;
        }
        if (Date.now() - begin > FINAL_WITHIN) return `no final state: done=${reply.done}, tasks=${JSON.stringify(tasks)}, "${reply.content}"`;
        await sleep(100);
    }
}

let failed = 0;
for (let number = 1; number <= Number(rounds); number++) {
    const problem = await round(number).catch((error) => error.stack);
    if (problem) {
        failed++;
        console.log(`FAILED ${number}: ${problem}`);
    }
}
await end(server);
if (failed) console.log(readFileSync(log, 'utf8').slice(-4000));
console.log(`${Number(rounds) - failed} passed, ${failed} failed`);
process.exit(failed ? 1 : 0);
