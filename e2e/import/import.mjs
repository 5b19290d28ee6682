#!/usr/bin/env node
// Proves a move from Open WebUI with the published package itself, which is run and asked over HTTP, and never looked into.
//
//     scripts/postgres.sh node e2e/import/import.mjs AIRIS OPEN_WEBUI [FOLDER]
//
// AIRIS is the binary; OPEN_WEBUI the command of the package (`venv/bin/open-webui`, of `pip install open-webui==0.12.4` in a
// virtual environment outside of this repository). It is filled with something of everything; what each person sees there is
// compared with what they see in airis afterwards, on SQLite and on PostgreSQL. Then the SQLite database moves to PostgreSQL
// and back, and must be the same to the last byte. With FOLDER everything is kept there: the databases, logs and reports.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createWriteStream, mkdirSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { basename, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

import { end, endAll, environment, folder, freePort, provider, run, serve } from '../processes.mjs';
import { differences } from './differences.mjs';
import { sorted } from './expected.mjs';
import { fill } from './fill.mjs';
import { record } from './record.mjs';

const [airis, other, kept] = process.argv.slice(2).map((path) => resolve(path));
const { AIRIS_TEST_POSTGRES: postgres, AIRIS_TEST_PSQL: psql } = process.env;
if (!airis || !other || !postgres) {
    console.error('usage: scripts/postgres.sh node e2e/import/import.mjs AIRIS OPEN_WEBUI [FOLDER]');
    process.exit(2);
}
const place = kept ?? folder();
const at = (...names) => join(place, ...names);
const keep = (name, content) => writeFileSync(at(name), JSON.stringify(content, null, 1));

const mock = await provider();
/** What both servers are told alike. */
const alike = {
    RAG_EMBEDDING_ENGINE: 'openai', RAG_EMBEDDING_MODEL: 'mock-embed', RAG_OPENAI_API_BASE_URL: `${mock}/v1`, RAG_OPENAI_API_KEY: 'sk-mock',
    AUDIO_STT_ENGINE: 'openai', AUDIO_TTS_ENGINE: 'openai', ENABLE_API_KEYS: 'true', ENABLE_CHANNELS: 'true', ENABLE_NOTES: 'true',
    ENABLE_CALENDAR: 'true', ENABLE_AUTOMATIONS: 'true', ENABLE_MEMORIES: 'true', ENABLE_VERSION_UPDATE_CHECK: 'false',
    // Only stored; both servers would take their own otherwise.
    WEBUI_URL: 'http://chat.example.com',
};

async function start(data, port) {
    mkdirSync(data, { recursive: true });
    const only = { ENV: 'prod', HF_HUB_OFFLINE: '1', CORS_ALLOW_ORIGIN: '*', ANONYMIZED_TELEMETRY: 'false' };
    const log = createWriteStream(at('other.log'));
    await once(log, 'open');
    const env = environment(data, port, mock, { ...alike, ...only });
    const child = run(other, ['serve', '--host', '127.0.0.1', '--port', String(port)], { env, cwd: data, stdio: ['ignore', log, log] });
    for (const end = Date.now() + 300_000; Date.now() < end; ) {
        if (child.exitCode !== null) throw new Error(`the other server ended (${child.exitCode}), see ${at('other.log')}`);
        if (await fetch(`http://127.0.0.1:${port}/health`).then((answer) => answer.ok, () => false)) return child;
        await new Promise((done) => setTimeout(done, 500));
    }
    throw new Error(`the other server did not start, see ${at('other.log')}`);
}

function database(name) {
    execFileSync(psql, ['-q', '-c', `CREATE DATABASE ${name}`, postgres]);
    return `${postgres.slice(0, postgres.lastIndexOf('/'))}/${name}`;
}

/** Runs a command of airis to its end; answers what it said. */
const command = (env, ...args) => execFileSync(airis, args, { env, cwd: env.DATA_DIR, maxBuffer: 1 << 28, stdio: ['ignore', 'pipe', 'ignore'] }).toString();

/** Brings everything into an airis that nobody has used, and compares what people see. */
async function moveIn(name, from, people, there, more) {
    const data = at(name);
    mkdirSync(data, { recursive: true });
    const port = await freePort();
    const env = environment(data, port, mock, { ...alike, ...more });
    const report = JSON.parse(command(env, 'import', from, '--json'));
    keep(`${name}.import.json`, report);
    console.log(`${name}: ${report.kinds.map(({ kind, brought, skipped }) => `${kind} ${brought}${skipped ? ` (${skipped} stayed)` : ''}`).join(', ')}`);
    assert.deepEqual(report.skipped, [], 'nothing stays behind');
    const server = await serve(airis, env, at(`${name}.log`));
    const here = await record(`http://127.0.0.1:${port}`, people);
    await end(server);
    keep(`${name}.seen.json`, here);
    const { lost, met } = sorted(differences(there, here));
    for (const [reason, times] of met) console.log(`${name}: differs as meant, ${times} times: ${reason}`);
    keep(`${name}.lost.json`, lost);
    const told = lost.slice(0, 30).map(({ at: where, there: one, here: two }) => `${where}\n  there ${JSON.stringify(one)?.slice(0, 200)}\n  here  ${JSON.stringify(two)?.slice(0, 200)}`);
    assert.equal(lost.length, 0, `${name}: lost or changed:\n${told.join('\n')}`);
    const again = JSON.parse(command(env, 'import', from, '--json'));
    assert.equal(again.kinds.reduce((sum, { brought }) => sum + brought, 0), 0, 'once more brings nothing');
}

/** From SQLite to PostgreSQL and back; the dumps of the first and the last must be the same. */
function moveAround(data) {
    const env = environment(data, 1, mock, alike);
    const dump = (file) => execFileSync('python3', [fileURLToPath(new URL('dump.py', import.meta.url)), file], { maxBuffer: 1 << 30 });
    const sum = (bytes) => createHash('sha256').update(bytes).digest('hex');
    const [first, last] = [join(data, 'airis.db'), join(data, 'back.db')];
    const before = dump(first);
    const between = database('moved');
    command(env, 'migrate', '--from', `sqlite:///${first}`, '--to', between);
    command(env, 'migrate', '--from', between, '--to', `sqlite:///${last}`);
    const after = dump(last);
    const rows = before.toString().split('\n').length - 1;
    console.log(`SQLite to PostgreSQL and back: ${rows} rows, ${before.length} bytes, sha256 ${sum(before)} before and ${sum(after)} after`);
    assert.equal(sum(after), sum(before), 'the same to the last byte');
}

const port = await freePort();
const base = `http://127.0.0.1:${port}`;
const server = await start(at('there'), port);
const { people, skipped } = await fill(base);
for (const what of skipped) console.log(`${basename(other)} did not take ${what}`);
const there = await record(base, people);
keep('there.seen.json', there);
await end(server);
const views = Object.values(there).map(({ views }) => views);
const chats = views.flatMap((seen) => [...(seen['/api/v1/chats/all']?.body ?? [])]);
console.log(`there: ${people.length} people, ${chats.length} chats with ${chats.reduce((sum, chat) => sum + Object.keys(chat.chat.history?.messages ?? {}).length, 0)} messages, ${views.reduce((sum, seen) => sum + Object.keys(seen).length, 0)} answers`);
await moveIn('sqlite', at('there'), people, there, {});
await moveIn('postgres', at('there'), people, there, { DATABASE_URL: database('arrived') });
moveAround(at('sqlite'));
console.log('moved in and around: nothing was lost');
await endAll();
process.exit(0);
