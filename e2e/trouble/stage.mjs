// A server of its own for each file of tests, with the mock provider behind it.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after } from 'node:test';

import { end, endAll, environment, freePort, provider, serve } from '../processes.mjs';

export const binary = process.env.AIRIS_BINARY;

/** Starts a server on `data`; `restart` ends it and starts it again, `log` is what it has written. */
export async function stage(data, more = {}) {
    const port = await freePort();
    process.env.AIRIS_URL = `http://127.0.0.1:${port}`;
    const env = environment(data, port, await provider(), more);
    const log = join(more.LOGS ?? data, 'server.log');
    let server = await serve(binary, env, log);
    after(async () => {
        await endAll();
        if (process.env.AIRIS_SHOW_LOG) console.log(readFileSync(log, 'utf8'));
    });
    return {
        env,
        log: () => readFileSync(log, 'utf8'),
        restart: async () => {
            await end(server);
            server = await serve(binary, env, log);
        },
        ...(await import('../sockets/server.mjs')),
    };
}
