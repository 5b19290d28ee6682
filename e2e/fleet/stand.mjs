// A whole fleet that stands: a database, a bus, instances, something in front of them, and people who are connected.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { end, environment, folder, keptPort, provider, serve } from '../processes.mjs';
import { BASE } from '../sockets/server.mjs';
import { doors } from './doors.mjs';
import { administrator, gather, speaks } from './people.mjs';
import { database, sql } from './postgres.mjs';
import { servers as buses } from './redis.mjs';
import { cpu, descriptors, memory } from './usage.mjs';

/** Seconds until a silent provider is given up: more than a busy machine makes of an undisturbed one. */
export const PROVIDER_SILENCE = 15;
/** Less than a reply takes: who ends has some to give away. */
const GRACE = 4;

let number = 0;

/** Everything that was said to be needed; `bus` and `door` are names, `more` is environment of every instance. */
export async function stand({ binary, bus = 'postgres', door = 'nginx', instances = 3, people = 100, more = {} }) {
    const address = await database(`fleet_${++number}`);
    const mock = await provider();
    const between = buses[bus] ? await buses[bus]() : { env: {}, close: () => {} };
    const env = {
        ...between.env, DATABASE_URL: address, BYPASS_MODEL_ACCESS_CONTROL: 'true', SHUTDOWN_GRACE: String(GRACE),
        AIOHTTP_CLIENT_STREAM_IDLE_TIMEOUT: String(PROVIDER_SILENCE), ...more,
    };
    const servers = [];
    for (let i = 0; i < instances; i++) {
        const data = folder();
        servers.push({ binary, env: environment(data, await keptPort(), mock, env), log: join(data, 'server.log'), child: null });
    }
    const start = async (server) => (server.child = await serve(server.binary, server.env, server.log));
    await Promise.all(servers.map(start));
    // The door is where people were told that it is; fleets follow each other behind it.
    const front = await doors[door](servers.map((server) => Number(server.env.PORT)), Number(new URL(BASE).port));
    const root = await administrator();
    await speaks(root.token);
    const crowd = await gather(root, people);
    const alive = () => servers.filter(({ child }) => child.exitCode === null && child.signalCode === null);
    const sum = (of) => alive().reduce((total, { child }) => total + of(child.pid), 0);

    return {
        bus, door, between, address, servers, start, root, crowd, mock,
        sql: (text) => sql(text, address),
        cpu: () => sum(cpu),
        /** What all instances hold. */
        holds: () => ({ memory: sum(memory), descriptors: sum(descriptors) }),
        logs: () => servers.map(({ log }) => readFileSync(log, 'utf8')),
        close: async () => {
            for (const { socket } of crowd) socket.disconnect();
            await Promise.all(servers.map(({ child }) => end(child, 'SIGKILL')));
            await front.close();
            await between.close();
        },
    };
}
