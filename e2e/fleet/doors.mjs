// What stands in front of a fleet: nginx as it is shipped, or haproxy. Both send every request to the next server.
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { end, folder, run } from '../processes.mjs';

export const doors = { nginx, haproxy };

/** Our own configuration, with the servers and folders of this machine in it, and one worker, so that turns are strict. */
async function nginx(ports, port) {
    const place = folder();
    const root = process.getuid() === 0 ? 'user root;\n' : '';
    const folders = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((one) => `    ${one}_temp_path ${join(place, one)};\n`);
    const shipped = readFileSync(new URL('../../deploy/nginx.conf', import.meta.url), 'utf8');
    const servers = ports.map((one) => `$1server 127.0.0.1:${one} $2`).join('\n');
    const conf = shipped
        .replace(/^worker_processes.*$/m, `worker_processes 1;\ndaemon off;\n${root}`)
        .replace(/error_log \S+/, `error_log ${join(place, 'nginx.log')}`)
        .replace(/pid \S+;/, `pid ${join(place, 'nginx.pid')};`)
        // Names of containers are looked up there, and by a newer nginx than some have.
        .replace(/^ *resolver.*\n/gm, '')
        .replace(/^( *)server airis-1:8080 resolve (.*)$/m, servers)
        .replace(/^ *server airis-\d.*\n/gm, '')
        .replace(/^http \{$/m, `http {\n${folders.join('')}`)
        .replace('listen 8080;', `listen 127.0.0.1:${port};`);
    if (!conf.includes(`127.0.0.1:${port};`) || !ports.every((one) => conf.includes(`127.0.0.1:${one} `))) throw new Error(`deploy/nginx.conf is not as it was:\n${conf}`);
    writeFileSync(join(place, 'nginx.conf'), conf);
    return opened(run('nginx', ['-p', place, '-c', join(place, 'nginx.conf')], { stdio: ['ignore', 'inherit', 'inherit'] }), port);
}

async function haproxy(ports, port) {
    const place = folder();
    const conf = `global
    maxconn 4096
defaults
    mode http
    timeout connect 2s
    timeout client 1h
    timeout server 1h
    timeout tunnel 1h
    retries 3
    option redispatch 1
frontend door
    bind 127.0.0.1:${port}
    default_backend airis
backend airis
    balance roundrobin
    option httpchk GET /ready
    default-server check inter 500ms fall 1 rise 1
${ports.map((one, i) => `    server airis-${i + 1} 127.0.0.1:${one}`).join('\n')}
`;
    writeFileSync(join(place, 'haproxy.cfg'), conf);
    return opened(run('haproxy', ['-db', '-q', '-f', join(place, 'haproxy.cfg')], { stdio: 'ignore' }), port);
}

/** Waits until it takes connections. */
async function opened(child, port) {
    for (let i = 0; i < 400; i++) {
        if (child.exitCode !== null) throw new Error(`the load balancer ended (${child.exitCode})`);
        const socket = connect(port, '127.0.0.1');
        const up = await Promise.race([once(socket, 'connect').then(() => true), once(socket, 'close').then(() => false)]).catch(() => false);
        socket.destroy();
        if (up) return { close: () => end(child, 'SIGTERM') };
        await sleep(25);
    }
    throw new Error('the load balancer does not listen');
}
