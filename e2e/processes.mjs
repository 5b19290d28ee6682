// Real processes for tests: the mock provider and airis servers, each ended by its own id.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const children = new Set();
const folders = [];

process.on('exit', () => {
    for (const child of children) child.kill('SIGKILL');
    for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(1));

export function folder() {
    const made = mkdtempSync(join(tmpdir(), 'airis-e2e-'));
    folders.push(made);
    return made;
}

export async function freePort() {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address();
    server.close();
    await once(server, 'close');
    return port;
}

/** A free port of those that the kernel gives to nobody by itself: a server may leave it for a while and come back. */
export async function keptPort() {
    for (;;) {
        const port = 12_000 + Math.floor(Math.random() * 20_000);
        const server = createServer().listen(port, '127.0.0.1');
        const free = await new Promise((resolve) => server.once('listening', () => resolve(true)).once('error', () => resolve(false)));
        if (!free) continue;
        server.close();
        await once(server, 'close');
        return port;
    }
}

/** Starts a program that ends with this one. */
export function run(command, args, options) {
    const child = spawn(command, args, options);
    children.add(child);
    child.once('exit', () => children.delete(child));
    return child;
}

/** Starts a script and waits for its first words, which are answered. */
export async function program(script, args, interpreter = process.execPath) {
    const child = run(interpreter, [script, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
    const ended = once(child, 'exit').then(([code]) => {
        throw new Error(`${script} ended (${code})`);
    });
    ended.catch(() => {});
    const [line] = await Promise.race([once(child.stdout, 'data'), ended]);
    return String(line).trim();
}

/** The mock provider; answers its base address. */
export const provider = () => program(fileURLToPath(new URL('mock/provider.mjs', import.meta.url)), ['0']);

/** Environment of a server that knows only the mock provider. */
export function environment(data, port, mock, more = {}) {
    return {
        PATH: process.env.PATH, HOME: data, DATA_DIR: data, HOST: '127.0.0.1', PORT: String(port), WEBUI_SECRET_KEY: 'a secret for tests only',
        OPENAI_API_BASE_URLS: `${mock}/v1`, OPENAI_API_KEYS: 'sk-mock', ENABLE_OLLAMA_API: 'false', OFFLINE_MODE: 'true',
        WEBUI_AUTH_COOKIE_SECURE: 'false', GLOBAL_LOG_LEVEL: process.env.GLOBAL_LOG_LEVEL ?? 'warning', ...more,
    };
}

/** Starts a server and waits until it is well; answers the process. Its log goes to `log`. With AIRIS_FLEET it is a fleet. */
export async function serve(binary, env, log) {
    if (process.env.AIRIS_FLEET && !env.DATABASE_URL) {
        const { fleet } = await import('./fleet/three.mjs');
        return fleet(binary, env, log);
    }
    const out = createWriteStream(log, { flags: 'a' });
    await once(out, 'open');
    const child = run(binary, ['serve'], { env, cwd: env.DATA_DIR, stdio: ['ignore', out, out] });
    const base = `http://127.0.0.1:${env.PORT}`;
    for (let i = 0; i < 2400; i++) {
        if (child.exitCode !== null) throw new Error(`the server ended (${child.exitCode}), see ${log}`);
        if (await fetch(`${base}/health`).then((answer) => answer.ok, () => false)) return child;
        await new Promise((resolve) => setTimeout(resolve, 25));
    }
    throw new Error(`the server did not start, see ${log}`);
}

/** Ends everything that was started. */
export const endAll = () => Promise.all([...children].map((child) => end(child)));

/** Ends a process and waits until it is gone. */
export async function end(child, signal = 'SIGTERM') {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill(signal);
    await gone;
}
