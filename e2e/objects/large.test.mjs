// A large file goes through a server into each store of objects, and onto a volume, and comes back, whole and in parts, and never lies in the
// server's memory. The stores are those of scripts/object-stores.sh.
//
//     AIRIS_BINARY=BINARY scripts/object-stores.sh node --test e2e/objects/large.test.mjs
//
// AIRIS_OBJECT_MB says how large it is (64; 1024 takes a minute for each store, 4 GB of disk and as much memory of theirs).
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { createReadStream, existsSync, openAsBlob, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { after, test } from 'node:test';

import { end, endAll, environment, folder, freePort, serve } from '../processes.mjs';
import { azure } from './azure.mjs';

const MB = 1024 * 1024;
const size = Number(process.env.AIRIS_OBJECT_MB ?? 64) * MB + 4711;
/** What an upload or a download may take of the server's memory, however large the file is. */
const MOST = 64 * MB;

const { AIRIS_BINARY: binary, AIRIS_TEST_S3: s3, AIRIS_TEST_GCS: gcs, AIRIS_TEST_AZURE: blobs, AIRIS_TEST_OBJECT_KEY: key } = process.env;
if (!binary || !s3) throw new Error('usage: AIRIS_BINARY=BINARY scripts/object-stores.sh node --test e2e/objects/large.test.mjs');

const volume = folder();
/** Each store: how a server is told about it, how a place in it begins, and the names of what it keeps. */
const stores = {
    volume: { env: { EFS_MOUNT_PATH: volume }, home: `${volume}/uploads/`, kept: async () => readdirSync(join(volume, 'uploads')) },
    s3: {
        env: { STORAGE_PROVIDER: 's3', S3_BUCKET_NAME: 'files', S3_ENDPOINT_URL: s3, S3_ACCESS_KEY_ID: 'airis', S3_SECRET_ACCESS_KEY: key, S3_KEY_PREFIX: 'large' },
        home: 's3://files/large/',
        kept: async () => readdirSync(process.env.AIRIS_TEST_S3_FOLDER, { recursive: true, withFileTypes: true }).filter((one) => one.isFile()).map((one) => one.name),
    },
    gcs: {
        env: { STORAGE_PROVIDER: 'gcs', GCS_BUCKET_NAME: 'files', STORAGE_EMULATOR_HOST: gcs },
        home: 'gs://files/',
        kept: async () => ((await (await fetch(`${gcs}/storage/v1/b/files/o`)).json()).items ?? []).map((one) => one.name),
    },
    azure: {
        env: { STORAGE_PROVIDER: 'azure', AZURE_STORAGE_CONTAINER_NAME: 'files', AZURE_STORAGE_ENDPOINT: blobs, AZURE_STORAGE_KEY: key },
        home: `${blobs}/files/`,
        kept: async () => {
            const answer = await azure('GET', blobs, 'airis', key, 'files', { comp: 'list', restype: 'container' });
            assert.equal(answer.status, 200);
            return [...(await answer.text()).matchAll(/<Name>([^<]+)<\/Name>/g)].map(([, name]) => name);
        },
    },
};

const place = folder();
const path = join(place, 'large.bin');
const sha256 = await write(path);
after(endAll);

/** Bytes of which no two blocks are alike; answers their hash. */
async function write(path) {
    const file = await open(path, 'w');
    const [hash, block] = [createHash('sha256'), Buffer.alloc(MB)];
    for (let i = 0; i < block.length; i += 4) block.writeUInt32LE((i * 2_654_435_761) >>> 0, i);
    for (let at = 0; at < size; at += MB) {
        block.writeBigUInt64LE(BigInt(at), 0);
        const piece = block.subarray(0, Math.min(MB, size - at));
        hash.update(piece);
        await file.write(piece);
    }
    await file.close();
    return hash.digest('hex');
}

/** Bytes `from` to `to`, both with them, as the file on the disk has them. */
async function part(from, to) {
    const pieces = [];
    for await (const piece of createReadStream(path, { start: from, end: to })) pieces.push(piece);
    return Buffer.concat(pieces);
}

/** What a process has in memory now and had at most, in bytes. */
function memory(pid) {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    const field = (name) => Number(status.match(new RegExp(`${name}:\\s+(\\d+) kB`))[1]) * 1024;
    return { now: field('VmRSS'), most: field('VmHWM') };
}

/** Does something; answers what came of it, how long it took, and by how much the process grew meanwhile. */
async function watched(pid, what) {
    // From here on the kernel counts the most anew.
    writeFileSync(`/proc/${pid}/clear_refs`, '5');
    const [before, begin] = [memory(pid).now, performance.now()];
    const outcome = await what();
    const seconds = (performance.now() - begin) / 1000;
    const { most } = memory(pid);
    return { outcome, seconds, most, growth: most - before };
}

for (const [name, store] of Object.entries(stores)) {
    test(`${name} takes a large file and gives it back without its being in memory`, async (t) => {
        const data = folder();
        const env = environment(data, await freePort(), 'http://127.0.0.1:9', store.env);
        const log = join(data, 'server.log');
        t.after(() => {
            if (process.env.AIRIS_SHOW_LOG) console.log(readFileSync(log, 'utf8'));
            rmSync(data, { recursive: true, force: true });
        });
        const first = await serve(binary, env, log);
        const base = `http://127.0.0.1:${env.PORT}`;
        const account = { name: 'Root', email: 'root@example.com', password: 'correct horse battery' };
        const answer = await fetch(`${base}/api/v1/auths/signup`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(account) });
        const headers = { authorization: `Bearer ${(await answer.json()).token}` };
        // Whoever kept the first password needed much memory for it, in which a file could hide.
        await end(first);
        const server = await serve(binary, env, log);
        const ask = (path, more = {}) => fetch(base + path, { ...more, headers: { ...headers, ...more.headers } });
        const told = (what, { seconds, most, growth }) =>
            t.diagnostic(`${name}: ${what} ${Math.round(size / MB)} MB in ${seconds.toFixed(1)} s, memory + ${(growth / MB).toFixed(1)} MB (${(most / MB).toFixed(1)} MB)`);

        const uploaded = await watched(server.pid, async () => {
            const form = new FormData();
            form.append('file', await openAsBlob(path), 'large.bin');
            const answer = await ask('/api/v1/files/?process=false', { method: 'POST', body: form });
            assert.equal(answer.status, 200, await answer.clone().text());
            return answer.json();
        });
        told('uploaded', uploaded);
        const { id, meta } = uploaded.outcome;
        assert.equal(meta.size, size);
        assert.equal(meta.file_hash, sha256);
        assert.deepEqual(await store.kept(), [`${id}_large.bin`], 'it is in the store');
        assert.deepEqual(existsSync(join(data, 'uploads')) ? readdirSync(join(data, 'uploads')) : [], [], 'and not in the folder');
        const { path: at } = await (await ask(`/api/v1/files/${id}`)).json();
        assert.equal(at, `${store.home}${id}_large.bin`);

        const whole = await watched(server.pid, async () => {
            const answer = await ask(`/api/v1/files/${id}/content`);
            assert.equal(answer.status, 200);
            assert.equal(Number(answer.headers.get('content-length')), size);
            const hash = createHash('sha256');
            for await (const piece of answer.body) hash.update(piece);
            return hash.digest('hex');
        });
        told('downloaded', whole);
        assert.equal(whole.outcome, sha256, 'every byte came back');

        const ranges = await watched(server.pid, async () => {
            const last = size - 1;
            for (const [range, from, to] of [
                ['bytes=0-0', 0, 0],
                // Over the border of two parts of an upload.
                [`bytes=${8 * MB - 10}-${8 * MB + 9}`, 8 * MB - 10, 8 * MB + 9],
                [`bytes=${size - 3 * MB}-`, size - 3 * MB, last],
                ['bytes=-1000', size - 1000, last],
                [`bytes=${last}-${size + 5}`, last, last],
            ]) {
                const answer = await ask(`/api/v1/files/${id}/content`, { headers: { range } });
                assert.equal(answer.status, 206, range);
                assert.equal(answer.headers.get('content-range'), `bytes ${from}-${to}/${size}`);
                assert.ok(Buffer.from(await answer.arrayBuffer()).equals(await part(from, to)), range);
            }
            const beyond = await ask(`/api/v1/files/${id}/content`, { headers: { range: `bytes=${size}-` } });
            assert.equal(beyond.status, 416);
            assert.equal(beyond.headers.get('content-range'), `bytes */${size}`);
        });

        // Whoever goes away in the middle leaves nothing behind that the next one misses.
        const left = new AbortController();
        const begun = await ask(`/api/v1/files/${id}/content`, { signal: left.signal });
        await begun.body.getReader().read();
        left.abort();

        const removed = await watched(server.pid, async () => {
            assert.equal((await ask(`/api/v1/files/${id}`, { method: 'DELETE' })).status, 200);
            assert.equal((await ask(`/api/v1/files/${id}/content`)).status, 404);
        });
        assert.deepEqual(await store.kept(), [], 'the store keeps nothing of it');
        for (const [what, { growth }] of Object.entries({ uploaded, whole, ranges, removed })) {
            assert.ok(growth < MOST, `${what}: the server grew by ${(growth / MB).toFixed(1)} MB`);
        }
        await end(server);
    });
}
