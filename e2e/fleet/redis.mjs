// Real Redis servers in every shape that a fleet may talk over, and what can happen to them.
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

import { end, folder, keptPort, run } from '../processes.mjs';
import { toxic } from './toxic.mjs';

const execute = promisify(execFile);
const PASSWORD = 'a password for tests only';

/** Waits until `holds` does. */
async function until(holds, what, seconds = 30) {
    for (const over = Date.now() + seconds * 1000; !(await holds()); await sleep(50)) {
        if (Date.now() > over) throw new Error(`waited ${seconds} s for ${what}`);
    }
}

/** One server; `again` starts it with what it was started with, and as empty unless it is told to copy another one. */
export async function node(more = [], options = {}) {
    const place = folder();
    const port = options.port ?? (await keptPort());
    const start = (extra = []) => {
        const own = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', place, '--repl-diskless-sync-delay', '0'];
        return run('redis-server', [...own, ...more, ...extra], { stdio: 'ignore' });
    };
    const one = { port, place, says: (...command) => says(port, command, options.login) };
    const up = () => until(async () => (await one.says('ping').catch(() => '')).includes('PONG'), 'a Redis server');
    one.kill = () => end(one.child, 'SIGKILL');
    one.again = async (extra) => {
        one.child = start(extra);
        await up();
    };
    await one.again();
    return one;
}

async function says(port, command, login = []) {
    const { stdout } = await execute('redis-cli', ['-h', 'localhost', '-p', String(port), ...login, ...command], { timeout: 5_000 });
    return stdout.trim();
}

/** Bytes that servers read and wrote. */
const traffic = async (nodes) => {
    const counts = await Promise.all(nodes.map((one) => one.says('info', 'stats')));
    return counts.flatMap((text) => [...text.matchAll(/total_net_(?:in|out)put_bytes:(\d+)/g)]).reduce((sum, [, count]) => sum + Number(count), 0);
};

/** One server, behind a network that can be made bad. */
async function single() {
    const one = await node();
    const line = await toxic(one.port);
    return {
        env: { REDIS_URL: `redis://127.0.0.1:${line.port}/0` },
        line,
        traffic: () => traffic([one]),
        restart: async (gone) => {
            await one.kill();
            await sleep(gone);
            await one.again();
        },
        flush: async () => void (await one.says('flushall')),
        close: async () => {
            line.close();
            await one.kill();
        },
    };
}

/** A server that encrypts, and wants a password. */
async function tls() {
    const place = folder();
    const make = 'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost -addext subjectAltName=DNS:localhost';
    await execute('openssl', [...make.split(' '), '-addext', 'basicConstraints=critical,CA:FALSE', '-keyout', 'own.key', '-out', 'own.pem'], { cwd: place });
    const [pem, key, port] = [join(place, 'own.pem'), join(place, 'own.key'), await keptPort()];
    const files = ['--tls-cert-file', pem, '--tls-key-file', key, '--tls-ca-cert-file', pem, '--tls-auth-clients', 'no'];
    const login = ['--tls', '--cacert', pem, '-a', PASSWORD, '--no-auth-warning'];
    const one = await node(['--port', '0', '--tls-port', String(port), ...files, '--requirepass', PASSWORD], { port, login });
    return {
        env: { REDIS_URL: `rediss://:${encodeURIComponent(PASSWORD)}@localhost:${port}/0`, SSL_CERT_FILE: pem },
        restart: async (gone) => {
            await one.kill();
            await sleep(gone);
            await one.again();
        },
        close: () => one.kill(),
    };
}

/** One that is written to, two copies, and three Sentinels that choose another one when it is gone. */
async function sentinel() {
    const first = await node();
    const copies = [await node(['--replicaof', '127.0.0.1', String(first.port)]), await node(['--replicaof', '127.0.0.1', String(first.port)])];
    const all = [first, ...copies];
    const watchers = [];
    for (let i = 0; i < 3; i++) {
        const [port, place] = [await keptPort(), folder()];
        const file = join(place, 'sentinel.conf');
        const settings = { 'down-after-milliseconds': 1000, 'failover-timeout': 3000, 'parallel-syncs': 1 };
        const lines = [`port ${port}`, 'bind 127.0.0.1', `dir ${place}`, `sentinel monitor mymaster 127.0.0.1 ${first.port} 2`];
        for (const [name, value] of Object.entries(settings)) lines.push(`sentinel ${name} mymaster ${value}`);
        writeFileSync(file, `${lines.join('\n')}\n`);
        watchers.push({ port, child: run('redis-server', [file, '--sentinel'], { stdio: 'ignore' }) });
    }
    const master = async () => Number((await says(watchers[0].port, ['sentinel', 'get-master-addr-by-name', 'mymaster']).catch(() => '')).split('\n')[1]);
    const knows = async ({ port }) => {
        const of = await says(port, ['sentinel', 'master', 'mymaster']).catch(() => '');
        return /num-slaves\n2\n/.test(of) && /num-other-sentinels\n2\n/.test(of);
    };
    await until(async () => (await Promise.all(watchers.map(knows))).every(Boolean), 'Sentinels that know each other');
    let gone;
    return {
        env: { REDIS_URL: 'redis://mymaster/0', REDIS_SENTINEL_HOSTS: watchers.map(({ port }) => `127.0.0.1:${port}`).join(',') },
        /** The one that is written to dies; answers when another one is. */
        failover: async () => {
            const before = await master();
            gone = all.find(({ port }) => port === before);
            const since = Date.now();
            await gone.kill();
            await until(async () => ![before, Number.NaN].includes(await master()), 'another one to write to');
            return writable(since);
        },
        /** It comes back, as a copy. */
        mend: async () => gone.again(['--replicaof', '127.0.0.1', String(await master())]),
        close: async () => {
            for (const { child } of watchers) await end(child, 'SIGKILL');
            for (const one of all) await one.kill();
        },
    };
}

/** How long it took since; a note for the table. */
const writable = (since) => `another one takes writes after ${((Date.now() - since) / 1000).toFixed(1)} s`;

/** Three that share the keys, each with a copy. */
async function cluster() {
    const nodes = [];
    for (let i = 0; i < 6; i++) {
        const own = ['--cluster-enabled', 'yes', '--cluster-config-file', 'nodes.conf', '--cluster-node-timeout', '2000', '--cluster-port', String(await keptPort())];
        nodes.push(await node(own));
    }
    const addresses = nodes.map(({ port }) => `127.0.0.1:${port}`);
    await execute('redis-cli', ['--cluster', 'create', ...addresses, '--cluster-replicas', '1', '--cluster-yes']);
    const well = async () => (await Promise.all(nodes.map((one) => one.says('cluster', 'info').catch(() => '')))).filter((text) => text.includes('cluster_state:ok')).length;
    await until(async () => (await well()) === nodes.length, 'a cluster');
    let gone;
    return {
        env: { REDIS_URL: addresses.map((address) => `redis://${address}`).join(','), REDIS_CLUSTER: 'true' },
        /** One that is written to dies: the first that the instances know of. Answers when its copy has its place. */
        failover: async () => {
            for (const one of nodes) if (!gone && (await one.says('role')).startsWith('master')) gone = one;
            const since = Date.now();
            await gone.kill();
            await until(async () => (await well()) === nodes.length - 1, 'a cluster without one');
            const masters = async () => (await Promise.all(nodes.filter((one) => one !== gone).map((one) => one.says('role')))).filter((role) => role.startsWith('master')).length;
            await until(async () => (await masters()) === 3, 'another one to write to');
            return writable(since);
        },
        mend: async () => {
            await gone.again();
            gone = null;
        },
        close: async () => {
            for (const one of nodes) await one.kill();
        },
    };
}

export const servers = { redis: single, tls, sentinel, cluster };
