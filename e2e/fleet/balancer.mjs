// The worst load balancer that is still one: every single request and every websocket goes to the next server, whoever
// sent it. Only a server that takes no connection is passed over.
import { once } from 'node:events';
import { createServer, request as ask } from 'node:http';
import { connect } from 'node:net';

/** Listens on a free port, or a given one; `ports` may change while it runs. */
export async function balancer(ports, own = 0) {
    let turn = 0;
    const order = () => {
        turn += 1;
        return ports.map((_, i) => ports[(turn + i) % ports.length]);
    };
    const taken = new Map(ports.map((port) => [port, 0]));
    const count = (port) => taken.set(port, (taken.get(port) ?? 0) + 1);

    const server = createServer(async (request, response) => {
        const pieces = [];
        try {
            for await (const piece of request) pieces.push(piece);
        } catch {
            // Whoever asked has left.
            return;
        }
        const body = Buffer.concat(pieces);
        for (const port of order()) {
            if (await forward(port, request, body, response)) return count(port);
        }
        response.writeHead(502).end('no server');
    });

    server.on('upgrade', async (request, socket, head) => {
        socket.on('error', () => socket.destroy());
        for (const port of order()) {
            const upstream = await dial(port);
            if (!upstream) continue;
            count(port);
            const headers = request.rawHeaders.flatMap((name, i, all) => (i % 2 ? [] : [`${name}: ${all[i + 1]}`]));
            upstream.write([`${request.method} ${request.url} HTTP/1.1`, ...headers, '', ''].join('\r\n'));
            upstream.write(head);
            upstream.on('error', () => socket.destroy());
            upstream.on('close', () => socket.destroy());
            socket.on('close', () => upstream.destroy());
            upstream.pipe(socket);
            socket.pipe(upstream);
            return;
        }
        socket.destroy();
    });

    // A connection that is closed at the moment it is used again is no trouble of the servers.
    server.keepAliveTimeout = 120_000;
    server.listen(own, '127.0.0.1');
    await once(server, 'listening');
    return { url: `http://127.0.0.1:${server.address().port}`, taken, close: () => server.closeAllConnections() ?? server.close() };
}

/** Whether a server took the request; what it answers goes straight on. */
function forward(port, { method, url, headers }, body, response) {
    return new Promise((resolve) => {
        let connected = false;
        const there = ask({ host: '127.0.0.1', port, method, path: url, headers, agent: false }, (answer) => {
            response.writeHead(answer.statusCode, answer.headers);
            answer.on('error', () => response.destroy());
            answer.pipe(response);
            resolve(true);
        });
        there.on('socket', (socket) => socket.once('connect', () => (connected = true)));
        there.on('error', () => {
            // What a server may have begun is not given to another one, unless it only reads. A poll may have taken something.
            const again = !connected || (method === 'GET' && !url.startsWith('/ws/') && !response.headersSent);
            if (!again) response.destroy();
            resolve(!again);
        });
        response.on('close', () => there.destroy());
        there.end(body);
    });
}

function dial(port) {
    return new Promise((resolve) => {
        const socket = connect(port, '127.0.0.1', () => resolve(socket));
        socket.once('error', () => resolve(null));
    });
}
