// An object store (rclone speaks S3) that can be made to answer 503.
import { once } from 'node:events';
import { createServer, request } from 'node:http';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { end, folder, freePort, run } from '../processes.mjs';

const KEY = { id: 'airis', secret: 'a-key-of-the-tests' };

/** Starts it; `away` says whether it answers at all, `env` is what instances need to know. */
export async function store(rclone) {
    const [place, port] = [folder(), await freePort()];
    mkdirSync(join(place, 'files'));
    const child = run(rclone, ['serve', 's3', '--addr', `127.0.0.1:${port}`, '--auth-key', `${KEY.id},${KEY.secret}`, place], { stdio: 'ignore' });
    const state = { away: false, refused: 0 };
    // Names and bytes go through as they are: they are signed.
    const gate = createServer((asked, answer) => {
        if (state.away) {
            state.refused += 1;
            asked.resume();
            return void answer.writeHead(503, { 'content-type': 'application/xml' }).end('<Error><Code>SlowDown</Code></Error>');
        }
        const there = request({ host: '127.0.0.1', port, method: asked.method, path: asked.url, headers: asked.rawHeaders }, (said) => {
            answer.writeHead(said.statusCode, said.rawHeaders);
            said.pipe(answer);
        });
        there.on('error', () => answer.destroy());
        asked.pipe(there);
    });
    gate.listen(0, '127.0.0.1');
    await once(gate, 'listening');
    const address = `http://127.0.0.1:${gate.address().port}`;
    const up = () => fetch(`http://127.0.0.1:${port}/`).then(() => true, () => false);
    for (let i = 0; !(await up()); i++) {
        if (i > 400) throw new Error('rclone does not start');
        await sleep(25);
    }
    return Object.assign(state, {
        env: {
            STORAGE_PROVIDER: 's3', S3_BUCKET_NAME: 'files', S3_REGION_NAME: 'us-east-1', S3_ENDPOINT_URL: address,
            S3_ACCESS_KEY_ID: KEY.id, S3_SECRET_ACCESS_KEY: KEY.secret,
        },
        close: async () => {
            gate.closeAllConnections();
            gate.close();
            await end(child, 'SIGKILL');
        },
    });
}
