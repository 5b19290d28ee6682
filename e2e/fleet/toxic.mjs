// A network between a server and what it depends on that can be made slow, or dead without a word.
import { once } from 'node:events';
import { connect, createServer } from 'node:net';

/** Listens in front of `port`; `delay` (ms, each way) may change at any time, `bytes` counts what went through. */
export async function toxic(port) {
    const proxy = { delay: 0, bytes: 0 };
    const pairs = new Set();

    function pass(from, to, pair) {
        const queue = [];
        let timer = null;
        const send = () => {
            timer = null;
            while (queue.length && queue[0].due <= Date.now()) to.write(queue.shift().chunk);
            if (queue.length) timer = setTimeout(send, queue[0].due - Date.now() + 1);
        };
        from.on('data', (chunk) => {
            proxy.bytes += chunk.length;
            if (pair.dead) return;
            if (!proxy.delay && !queue.length) return void to.write(chunk);
            queue.push({ chunk, due: Math.max(Date.now() + proxy.delay, queue.at(-1)?.due ?? 0) });
            timer ??= setTimeout(send, proxy.delay);
        });
        // On a dead line nobody hears that the other one has hung up.
        for (const event of ['close', 'error']) from.on(event, () => pair.dead || to.destroy());
        from.on('close', () => clearTimeout(timer));
    }

    const server = createServer((client) => {
        const there = connect(port, '127.0.0.1');
        const pair = { client, there, dead: false };
        pairs.add(pair);
        for (const socket of [client, there]) socket.setNoDelay(true);
        pass(client, there, pair);
        pass(there, client, pair);
        client.on('close', () => pair.dead || pairs.delete(pair));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return Object.assign(proxy, {
        port: server.address().port,
        /** Every connection of now stays open and carries nothing any more; new ones work. Answers how many there were. */
        die: () => {
            for (const pair of pairs) pair.dead = true;
            return pairs.size;
        },
        close: () => {
            for (const { client, there } of pairs) [client, there].forEach((socket) => socket.destroy());
            server.close();
        },
    });
}
