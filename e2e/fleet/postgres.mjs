// The PostgreSQL beside the harness, and what can happen to it. scripts/postgres.sh started it.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

import { family } from './usage.mjs';

const { AIRIS_TEST_POSTGRES: server, AIRIS_TEST_PSQL: psql = 'psql', AIRIS_TEST_PGDATA: data } = process.env;
const execute = promisify(execFile);

/** One statement; answers its rows as text. */
export const sql = async (text, database = server) => (await execute(psql, [database, '-qtAc', text])).stdout.trim();

/** A new database; its address. What it says is stored survives its end, as the real one's would. */
export async function database(name) {
    await sql(`CREATE DATABASE ${name}`);
    await sql(`ALTER DATABASE ${name} SET synchronous_commit = on`);
    return server.replace(/\/[^/]*$/, `/${name}`);
}

/** Ends it and starts it again: `fast` says goodbye, `immediate` is a crash. */
export async function restart(mode) {
    const control = [join(psql, '../pg_ctl'), '-D', data, '-m', mode, '-w', '-l', join(data, 'again.log'), 'restart'];
    const [command, ...args] = process.getuid() === 0 ? ['runuser', '-u', 'postgres', '--', ...control] : control;
    const [code] = await once(spawn(command, args, { cwd: '/', stdio: 'ignore' }), 'exit');
    if (code !== 0) throw new Error(`PostgreSQL did not start again (${code})`);
}

/** All its processes stand still for a while. */
export async function pause(ms) {
    const postmaster = Number(readFileSync(join(data, 'postmaster.pid'), 'utf8').split('\n')[0]);
    // It first: then there are no new ones.
    process.kill(postmaster, 'SIGSTOP');
    const all = family(postmaster);
    const each = (signal) => all.forEach((pid) => {
        try {
            process.kill(pid, signal);
        } catch {
            // Ended by itself.
        }
    });
    try {
        each('SIGSTOP');
        await sleep(ms);
    } finally {
        each('SIGCONT');
    }
}

/** Takes every connection that it has to give for a while, and cuts those of a database, whose owners get no new ones. */
export async function exhaust(address, ms) {
    const { hostname, port, pathname, username } = new URL(address);
    const over = Date.now() + ms;
    const held = new Set();
    const take = () => {
        const socket = connect(Number(port), hostname);
        held.add(socket);
        socket.on('connect', () => socket.write(startup(username, 'postgres')));
        socket.on('error', () => {});
        // Refused: there is none left now; another one may become free.
        socket.on('close', () => held.delete(socket) && Date.now() < over && setTimeout(take, 20));
    };
    const [most, cutter] = [Number(await sql('SHOW max_connections')), client(hostname, port, username)];
    await cutter.ready;
    for (let i = 0; i < most; i++) take();
    await sleep(500);
    cutter.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${pathname.slice(1)}'`);
    await sleep(ms - 500);
    for (const socket of held) socket.destroy();
    cutter.socket.destroy();
}

/** The first message of a connection, in version 3 of the protocol. */
function startup(user, database) {
    const words = Buffer.from(`user\0${user}\0database\0${database}\0\0`);
    const head = Buffer.alloc(8);
    head.writeInt32BE(words.length + 8, 0);
    head.writeInt32BE(196608, 4);
    return Buffer.concat([head, words]);
}

/** A connection that was there before; statements are sent and their answers not looked at. */
function client(host, port, user) {
    const socket = connect(Number(port), host, () => socket.write(startup(user, 'postgres')));
    socket.on('error', () => {});
    const query = (text) => {
        const words = Buffer.from(`${text}\0`);
        const head = Buffer.from('Q\0\0\0\0');
        head.writeInt32BE(words.length + 4, 1);
        socket.write(Buffer.concat([head, words]));
    };
    return { socket, query, ready: once(socket, 'data') };
}
