// A stand-in for an Ollama server: it has models on a disk that is none, and fetches one as slowly as a test wants.
import { once } from 'node:events';
import { createServer } from 'node:http';

const TOTAL = 4_000_000_000;
const made = (name, size) => ({ name, model: name, size, modified_at: '2026-01-01T00:00:00Z', digest: 'd'.repeat(64), details: { parameter_size: '3.2B', quantization_level: 'Q4_K_M' } });

/** `finish` ends what is being fetched at half of it. */
export async function ollama() {
    let models = [made('granite:3b', 2_100_000_000), made('a-model-with-a-name-that-is-far-too-long-for-any-telephone:latest', 400_000_000)];
    const waiting = [];
    const json = (response, value, status = 200) => response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));

    async function pull({ model }, response) {
        response.writeHead(200, { 'content-type': 'application/x-ndjson' });
        const line = (value) => response.write(`${JSON.stringify(value)}\n`);
        line({ status: 'pulling manifest' });
        if (model === 'nothing') return response.end('{"error":"pull model manifest: file does not exist"}\n');
        line({ status: 'pulling dddd', digest: 'sha256:dddd', total: TOTAL, completed: TOTAL / 2 });
        await Promise.race([new Promise((done) => waiting.push(done)), once(response, 'close')]);
        if (response.destroyed) return undefined;
        models = [...models, made(model, TOTAL)];
        line({ status: 'pulling dddd', digest: 'sha256:dddd', total: TOTAL, completed: TOTAL });
        return response.end('{"status":"success"}\n');
    }

    const server = createServer(async (request, response) => {
        const parts = [];
        for await (const part of request) parts.push(part);
        const body = parts.length ? JSON.parse(Buffer.concat(parts)) : {};
        if (request.url === '/api/tags') return json(response, { models });
        if (request.url === '/api/version') return json(response, { version: '0.12.0' });
        if (request.url === '/api/pull') return pull(body, response);
        if (request.url === '/api/delete') {
            models = models.filter(({ name }) => name !== body.model);
            return response.writeHead(200).end();
        }
        return json(response, { error: 'not found' }, 404);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return {
        url: `http://127.0.0.1:${server.address().port}`,
        finish: () => waiting.splice(0).forEach((done) => done()),
        close() {
            server.closeAllConnections();
            server.close();
        },
    };
}
