#!/usr/bin/env node
// What a test calls the server, as a fleet: three instances on a database of their own, and at the server's address a load
// balancer that gives every request and every websocket to the next one. With AIRIS_FLEET=postgres or AIRIS_FLEET=redis
// every `serve` of processes.mjs that names no database is one. By itself it serves with the environment that it is given:
//
//     AIRIS_FLEET=redis DATA_DIR=… PORT=… scripts/postgres.sh node e2e/fleet/three.mjs BINARY
import { EventEmitter } from 'node:events';
import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

import { keptPort, serve } from '../processes.mjs';
import { balancer } from './balancer.mjs';
import { database } from './postgres.mjs';
import { node } from './redis.mjs';

const INSTANCES = 3;
/** What fleets have that stay behind when they end, by their data folder: who starts one again finds it as it was. */
const grounds = new Map();

const buses = {
    postgres: async () => ({}),
    redis: async () => {
        const { port, child } = await node();
        // It ends with the test, which does not wait for it.
        child.unref();
        return { REDIS_URL: `redis://127.0.0.1:${port}/0`, REDIS_KEY_PREFIX: 'three' };
    },
};

/** What all instances see, as on a file system that they share: what people upload, and what was read aloud. */
const SEEN_BY_ALL = ['uploads', 'cache'];

/** A database, a bus, and a folder and a port for each instance. */
async function ground(env, bus) {
    if (!buses[bus]) throw new Error(`AIRIS_FLEET is postgres or redis, not ${bus}`);
    if (!process.env.AIRIS_TEST_POSTGRES) throw new Error('a fleet needs scripts/postgres.sh before the command');
    const address = await database(`three_${process.pid}_${grounds.size}`);
    const more = { ...(await buses[bus]()), DATABASE_URL: address };
    for (const name of SEEN_BY_ALL) mkdirSync(join(env.DATA_DIR, name), { recursive: true });
    const instances = [];
    for (let i = 1; i <= INSTANCES; i++) {
        const own = join(env.DATA_DIR, `instance-${i}`);
        mkdirSync(own);
        for (const name of SEEN_BY_ALL) symlinkSync(join(env.DATA_DIR, name), join(own, name));
        instances.push({ ...env, ...more, DATA_DIR: own, PORT: String(await keptPort()) });
    }
    return instances;
}

/** One that ends as a process does: when all its instances are gone, nobody listens at its address any more. */
class Fleet extends EventEmitter {
    exitCode = null;
    signalCode = null;

    constructor(children, door) {
        super();
        this.children = children;
        this.door = door;
        for (const child of children) child.once('exit', (code, signal) => this.#gone(child, code, signal));
    }

    #gone(child, code, signal) {
        if (!child.killed) {
            console.error(`an instance ended by itself (${signal ?? code})`);
            process.exitCode = 1;
        }
        if (this.children.some((one) => one.exitCode === null && one.signalCode === null)) return;
        this.door.close();
        [this.exitCode, this.signalCode] = [code, signal];
        this.emit('exit', code, signal);
    }

    kill(signal) {
        for (const child of this.children) child.kill(signal);
    }
}

/** Starts it and waits until all are well. */
export async function fleet(binary, env, log, bus = process.env.AIRIS_FLEET) {
    if (!grounds.has(env.DATA_DIR)) grounds.set(env.DATA_DIR, await ground(env, bus));
    const instances = grounds.get(env.DATA_DIR);
    const children = await Promise.all(instances.map((one, i) => serve(binary, one, log.replace(/(\.\w+)?$/, `-${i + 1}$1`))));
    return new Fleet(children, await listen(instances.map(({ PORT }) => Number(PORT)), Number(env.PORT)));
}

/** Another connection may have the port for a moment while no fleet listens there. */
async function listen(ports, port) {
    for (let again = 50; ; again--) {
        try {
            return await balancer(ports, port);
        } catch (error) {
            if (error.code !== 'EADDRINUSE' || again === 0) throw error;
            await sleep(100);
        }
    }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
    const { DATA_DIR, PORT } = process.env;
    if (!process.argv[2] || !DATA_DIR || !PORT) throw new Error('usage: AIRIS_FLEET=… DATA_DIR=… PORT=… three.mjs BINARY');
    await fleet(process.argv[2], { ...process.env }, join(DATA_DIR, 'server.log'));
}
