#!/usr/bin/env node
// Three servers on one PostgreSQL behind a load balancer that never sends two requests to the same one. Whatever happens
// to one of them, people see what a single server would show them.
//
//     scripts/postgres.sh node e2e/fleet/fleet.mjs BINARY [PEOPLE]        60 people
//
// With AIRIS_FLEET_BUS (JSON: more environment, such as {"REDIS_URL": …}) over another bus.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { end, environment, folder, freePort, provider, serve } from '../processes.mjs';
import { balancer } from './balancer.mjs';

const [binary, people = '60'] = process.argv.slice(2);
const { AIRIS_TEST_POSTGRES, AIRIS_TEST_PSQL, AIRIS_FLEET_BUS = '{}' } = process.env;
if (!binary || !AIRIS_TEST_POSTGRES) throw new Error('usage: scripts/postgres.sh node e2e/fleet/fleet.mjs BINARY [PEOPLE]');
/** Long enough that every reply still runs when something happens to it, also where all of them begin slowly. */
const WORDS = 60;
/** Seconds belong to measurements; here a reply ends, or it does not. */
const FINAL_WITHIN = 120_000;

const mock = await provider();
const more = {
    ...JSON.parse(AIRIS_FLEET_BUS), DATABASE_URL: AIRIS_TEST_POSTGRES, BYPASS_MODEL_ACCESS_CONTROL: 'true', SHUTDOWN_GRACE: '6',
    RAG_EMBEDDING_ENGINE: 'openai', RAG_EMBEDDING_MODEL: 'mock-embed', RAG_OPENAI_API_BASE_URL: `${mock}/v1`, RAG_OPENAI_API_KEY: 'sk-mock',
    ...(process.env.AIRIS_FLEET_POLLING && { ENABLE_WEBSOCKET_SUPPORT: 'false' }),
};
const servers = [];
for (let i = 0; i < 3; i++) {
    const data = folder();
    servers.push({ env: environment(data, await freePort(), mock, more), log: join(data, 'server.log'), child: null });
}
const start = async (server) => (server.child = await serve(binary, server.env, server.log));
const base = ({ env }) => `http://127.0.0.1:${env.PORT}`;
const door = await balancer(servers.map(({ env }) => Number(env.PORT)));
process.env.AIRIS_URL = door.url;
const { call, converse, until } = await import('../sockets/server.mjs');
const { administrator, begin, gather, speaks, whole } = await import('./people.mjs');
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const problems = [];
const check = (holds, problem) => holds || problems.push(problem);

/** One statement on the database. */
const sql = (text) => execFileSync(AIRIS_TEST_PSQL ?? 'psql', [AIRIS_TEST_POSTGRES, '-qtAc', text], { encoding: 'utf8' }).trim();

const direct = async (server, path, token, body) => {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const answer = await fetch(base(server) + path, { method: body ? 'POST' : 'GET', headers, body: body && JSON.stringify(body) });
    return { status: answer.status, body: await answer.json().catch(() => null) };
};

// All at once on an empty database. Each knows of the others within two heartbeats.
await Promise.all(servers.map(start));
const root = await administrator();
await sleep(4000);

/** A setting changed on one server is true on all of them when that is answered. */
async function settings() {
    for (let round = 0; round < 6; round++) {
        const provider = round % 2 ? '' : 'llama.cpp';
        await speaks(root.token, provider);
        const read = servers.map((server) => direct(server, '/openai/config', root.token));
        const said = (await Promise.all(read)).map(({ body }) => body.OPENAI_API_CONFIGS[0]?.provider);
        check(said.every((one) => one === provider), `"${provider}" was stored, the servers say "${said.join('", "')}"`);
    }
    console.log('settings: true everywhere at once');
    // From here on the provider goes on behind a given text.
    await speaks(root.token);
}

/** What one server has read all of them find, and none of them any more when another one has deleted it. */
async function documents() {
    const form = { name: 'harbour', content: 'The harbour opens at seven in the morning.', collection_name: 'harbour' };
    const read = await direct(servers[0], '/api/v1/retrieval/process/text', root.token, form);
    check(read.status === 200, `the text was not read: ${read.status} ${JSON.stringify(read.body)}`);
    const question = { collection_names: ['harbour'], query: 'When does the harbour open?', k: 3 };
    const found = async (server) => {
        const { body } = await direct(server, '/api/v1/retrieval/query/collection', root.token, question);
        return JSON.stringify(body ?? '').includes('seven in the morning');
    };
    for (const server of servers) check(await found(server), `server ${servers.indexOf(server)} does not find what another one has read`);
    await direct(servers[1], '/api/v1/retrieval/reset/db', root.token, {});
    for (const server of servers) check(!(await found(server)), `server ${servers.indexOf(server)} finds what another one has deleted`);
    console.log('documents: found and forgotten everywhere');
}

/** Waits for the end of every reply, and says what is wrong with any. */
async function finish(viewers, expected, since, what) {
    await Promise.all(viewers.map(async (viewer) => {
        const { prompt: text } = viewer;
        for (;;) {
            const shown = viewer.text.trimEnd();
            const reply = await viewer.read();
            check(reply?.content.startsWith(shown), `${what}: ${text}: read "${reply?.content}", shown before "${shown}"`);
            if (reply?.done && viewer.done) {
                check(reply.content === expected, `${what}: ${text}: stored "${reply.content}"`);
                check(viewer.text === expected, `${what}: ${text}: shown "${viewer.text}"`);
                break;
            }
            if (Date.now() - since > FINAL_WITHIN) {
                problems.push(`${what}: ${text}: no end: stored done=${reply?.done} "${reply?.content}", shown done=${viewer.done} "${viewer.text}"`);
                break;
            }
            await sleep(100);
        }
        problems.push(...viewer.problems.map((problem) => `${what}: ${text}: ${problem}`));
        viewer.leave();
    }));
    console.log(`${what}: ${viewers.length} replies whole ${Date.now() - since} ms after`);
}

/** How often the provider was asked for each text: a turn that has one owner asks once, and once more when it is taken over. */
async function asked(texts) {
    const log = await (await fetch(`${mock}/log`)).json();
    return texts.map((text) => log.filter(({ body }) => JSON.stringify(body.messages ?? '').includes(`"${text}"`)).length);
}

/** A server dies in the middle of everybody's replies. */
async function killed(crowd) {
    await fetch(`${mock}/log/clear`, { method: 'POST' });
    const viewers = await Promise.all(crowd.map((one, i) => begin(one, `slow ${WORDS} killed ${i}.`)));
    await sleep(2000);
    const victim = servers[1];
    // Wherever they were asked for: what is shown need not be carried.
    const [near, all] = sql(`SELECT count(*) FILTER (WHERE owner LIKE '%' || left(checkpoint::json->>'session', 8)), count(*) FROM turn WHERE state = 'running'`).split('|');
    check(all > 0 && near === all, `of ${all} replies ${near} run where those who asked are connected`);
    const owned = Number(sql(`SELECT count(*) FROM turn WHERE state = 'running' AND owner LIKE '%' || (SELECT max(instance) FROM fleet_instance)`) || 0);
    await end(victim.child, 'SIGKILL');
    await finish(viewers, whole(WORDS), Date.now(), `kill -9 (another had ${owned} turns)`);
    const times = await asked(viewers.map(({ prompt }) => prompt));
    check(times.every((count) => count === 1 || count === 2), `the provider was asked ${times} times`);
    check(times.filter((count) => count === 2).length <= viewers.length / 2, `more turns began anew than one server can have had: ${times}`);
    check(times.some((count) => count === 2), 'the killed server had no turn: nothing was tested');
    const { body } = await call('GET', '/api/tasks', { token: root.token });
    check(body.tasks.length === 0, `turns are left: ${body.tasks}`);
    await start(victim);
}

/** A server is asked to end: its turns end here or go on elsewhere, and what is asked meanwhile is answered. */
async function drained(crowd) {
    const some = crowd.slice(0, 20);
    const viewers = await Promise.all(some.map((one, i) => begin(one, `slow 70 drained ${i}.`)));
    await sleep(500);
    const since = Date.now();
    const gone = end(servers[2].child, 'SIGTERM');
    const late = [];
    for (let i = 20; i < Math.min(30, crowd.length); i++) {
        late.push(await begin(crowd[i], `slow ${WORDS} late ${i}.`));
        await sleep(100);
    }
    await finish(late, whole(WORDS), Date.now(), 'asked while a server ends');
    await finish(viewers, whole(70), since + 5000, 'SIGTERM');
    await gone;
    await start(servers[2]);
}

/** Every connection to the database is cut at once, twice. */
async function cut(crowd) {
    const some = crowd.slice(0, 20);
    const viewers = await Promise.all(some.map((one, i) => begin(one, `slow ${WORDS} cut ${i}.`)));
    for (let i = 0; i < 2; i++) {
        await sleep(1200);
        sql('SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()');
    }
    await finish(viewers, whole(WORDS), Date.now(), 'cut connections');
    for (const server of servers) check((await until(async () => (await direct(server, '/ready')).status === 200, 'ready', 60)) === true, 'not ready');
}

/** Stopping works from any server, and the end is told to everybody. */
async function stopped(crowd) {
    const some = crowd.slice(0, 9);
    const viewers = await Promise.all(some.map((one, i) => begin(one, `endless stopped ${i}.`)));
    await sleep(1000);
    for (const viewer of viewers) {
        const { chat_id, token, prompt: text, read } = viewer;
        const answer = await call('POST', `/api/tasks/chat/${chat_id}/stop`, { token });
        check(answer.status === 200, `${text}: stopped with ${answer.status}`);
        const { body } = await call('GET', `/api/tasks/chat/${chat_id}`, { token });
        check(body.task_ids?.length === 0, `${text}: still runs: ${JSON.stringify(body)}`);
        check((await read()).done, `${text}: stopped, not done`);
        viewer.leave();
    }
    console.log(`stop: ${viewers.length} replies stopped`);
}

/** One request, one server: what each server counts is nearly the same. */
function spread() {
    const counts = [...door.taken.values()];
    check(Math.min(...counts) > 10, `the balancer did not spread: ${counts}`);
    console.log(`requests and sockets by server: ${counts.join(', ')}`);
}

await settings();
await documents();
const crowd = await gather(root, Number(people));
console.log(`${crowd.length} people are connected`);
for (const part of [killed, drained, cut, stopped]) {
    await part(crowd).catch((error) => problems.push(error.stack));
}
// The smallest thing still works.
const { socket, token } = crowd[0];
socket.heard = [];
socket.onAny((event, ...args) => socket.heard.push({ event, args }));
await converse(socket, token, 'mock-alpha', 'hello').catch((error) => problems.push(error.stack));
spread();
for (const one of crowd) one.socket.disconnect();
door.close();
await Promise.all(servers.map(({ child }) => end(child)));
for (const problem of problems.slice(0, 20)) console.log('FAILED', problem);
if (problems.length) for (const { log } of servers) console.log(`--- ${log}\n${readFileSync(log, 'utf8').slice(-3000)}`);
console.log(problems.length ? `${problems.length} problems` : 'passed');
process.exit(problems.length ? 1 : 0);
