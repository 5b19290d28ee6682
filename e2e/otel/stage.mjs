// A server with the mock provider behind it and a collector beside it.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after } from 'node:test';
import { fileURLToPath } from 'node:url';

import { end, endAll, environment, folder, freePort, program, provider, serve } from '../processes.mjs';

/** A collector; `seen` asks what it got. Options are those of its program: `login`, `certificate` and `key`. */
export async function receiver(options = {}) {
    const script = fileURLToPath(new URL('receiver.py', import.meta.url));
    const given = Object.entries(options).flatMap(([name, value]) => [`--${name}`, value]);
    const addresses = JSON.parse(await program(script, given, process.env.AIRIS_RECEIVER_PYTHON));
    const seen = async () => (await fetch(`${addresses.http}/seen`)).json();
    return { ...addresses, seen };
}

/** Files of a certificate for this machine, which is its own authority. */
export function certificate() {
    const place = folder();
    const [key, certificate] = [join(place, 'key.pem'), join(place, 'certificate.pem')];
    const names = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1', '-addext', 'basicConstraints=critical,CA:FALSE'];
    const kind = ['-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
    execFileSync('openssl', ['req', ...kind, ...names, '-keyout', key, '-out', certificate], { stdio: 'ignore' });
    return { key, certificate };
}

/** Starts a server; `stop` ends it as an operator does, `log` is what it has written. */
export async function stage(more) {
    const [data, port, mock] = [folder(), await freePort(), await provider()];
    process.env.AIRIS_URL = `http://127.0.0.1:${port}`;
    const log = join(data, 'server.log');
    const env = environment(data, port, mock, { GLOBAL_LOG_LEVEL: 'info', LOG_FORMAT: 'json', ...more });
    const child = await serve(process.env.AIRIS_BINARY, env, log);
    after(async () => {
        await endAll();
        if (process.env.AIRIS_SHOW_LOG) console.log(readFileSync(log, 'utf8'));
    });
    const server = await import('../sockets/server.mjs');
    const asked = async () => (await fetch(`${mock}/log`)).json();
    return { ...server, asked, base: `http://127.0.0.1:${port}`, stop: () => end(child), log: () => readFileSync(log, 'utf8') };
}

/** A tool server that is not there: the log says so when somebody picks it. */
const AWAY = { url: 'http://127.0.0.1:1', path: 'openapi.json', auth_type: 'none', key: '', config: { enable: true }, info: { id: 'away', name: 'Away' } };

/** The same with everything sent to a collector, its metrics twice a second. */
export const exporting = (more) =>
    stage({
        TOOL_SERVER_CONNECTIONS: JSON.stringify([AWAY]),
        ENABLE_OTEL: 'true', ENABLE_OTEL_TRACES: 'true', ENABLE_OTEL_METRICS: 'true', ENABLE_OTEL_LOGS: 'true',
        OTEL_METRICS_EXPORT_INTERVAL_MILLIS: '500', OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=test', ...more,
    });

/** One question, asked at `server.BASE` with these headers, and its reply. */
export async function ask(server, token, question, headers, more) {
    const socket = await server.join(token);
    const body = server.turn(socket, 'mock-alpha', question, more);
    const started = await fetch(`${server.BASE}/api/chat/completions`, {
        method: 'POST', body: JSON.stringify(body),
        headers: { 'content-type': 'application/json', authorization: `Bearer ${token}`, ...headers },
    });
    const { chat_id } = await started.json();
    const over = (one) => one.chat_id === chat_id && one.data.type === 'chat:active' && one.data.data.active === false;
    await server.until(() => server.envelopes(socket).find(over), 'the end of the turn');
    const message_id = body.message_ids[0].message_id;
    const text = server.spoken(server.envelopes(socket).filter((one) => one.chat_id === chat_id), message_id);
    socket.disconnect();
    return { chat_id, text };
}
