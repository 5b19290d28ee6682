// Somebody who talks to a server over HTTP, be it airis or another with the same interface.
import { createHash } from 'node:crypto';

/** Where the bytes of a file are, which may be JSON by themselves. */
const UPLOAD = /\/files\/[^/]+\/content$/;

export class Person {
    constructor(base, token) {
        this.base = base;
        this.token = token;
    }

    static async signIn(base, email, password) {
        const { token } = await new Person(base).post('/api/v1/auths/signin', { email, password });
        return new Person(base, token);
    }

    /** What a request answers: its status, and its body as JSON, or as how many bytes with which sum. */
    async ask(method, path, body) {
        const form = body instanceof FormData;
        const headers = { ...(this.token && { authorization: `Bearer ${this.token}` }), ...(body && !form && { 'content-type': 'application/json' }) };
        const sent = form || typeof body === 'string' ? body : body && JSON.stringify(body);
        const answer = await fetch(this.base + path, { method, headers, body: sent });
        const bytes = Buffer.from(await answer.arrayBuffer());
        const type = answer.headers.get('content-type') ?? '';
        if (type.startsWith('application/x-ndjson')) return { status: answer.status, body: bytes.toString().split('\n').filter(Boolean).map((line) => JSON.parse(line)) };
        if (type.startsWith('application/json') && !UPLOAD.test(path)) return { status: answer.status, body: JSON.parse(bytes.toString() || 'null') };
        return { status: answer.status, body: { bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') } };
    }

    /** The body of an answer that must be a good one. */
    async get(path) {
        return this.#good('GET', path);
    }

    async post(path, body) {
        return this.#good('POST', path, body ?? {});
    }

    async #good(method, path, body) {
        const answer = await this.ask(method, path, body);
        if (answer.status >= 300) throw new Error(`${method} ${path} answered ${answer.status}: ${JSON.stringify(answer.body).slice(0, 400)}`);
        return answer.body;
    }

    /** Asks until the answer is as it should be; answers it. */
    async until(path, fits) {
        for (const end = Date.now() + 60_000; Date.now() < end; ) {
            const body = await this.get(path);
            if (fits(body)) return body;
            await new Promise((resolve) => setTimeout(resolve, 100));
        }
        throw new Error(`${path} did not become what was waited for`);
    }
}
