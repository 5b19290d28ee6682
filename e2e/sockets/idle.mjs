// Opens N signed-in sockets and keeps them idle: node idle.mjs N [PID of the server, to print its memory before and after]
import { readFileSync } from 'node:fs';

import WebSocket from 'ws';

import { BASE, account } from './server.mjs';

const [count, pid] = process.argv.slice(2).map(Number);
const { token } = await account('root');
const address = BASE.replace('http', 'ws') + '/ws/socket.io/?EIO=4&transport=websocket';
const resident = () => Number(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8').match(/^Pss_Anon:\s+(\d+)/m)[1]);
const sockets = [];

function open() {
    return new Promise((resolve, reject) => {
        const socket = new WebSocket(address, { perMessageDeflate: false, headers: { 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36', cookie: `token=${token}`, 'accept-language': 'en-US,en;q=0.9' } });
        socket.on('error', reject);
        socket.on('message', (data) => {
            const text = data.toString();
            if (text[0] === '0') socket.send(`40${JSON.stringify({ token })}`);
            else if (text.startsWith('40')) socket.send(`421${JSON.stringify(['user-join', { auth: { token } }])}`);
            else if (text.startsWith('43')) resolve();
            else if (text === '2') socket.send('3');
        });
        sockets.push(socket);
    });
}

async function grow(to) {
    while (sockets.length < to) await Promise.all(Array.from({ length: Math.min(50, to - sockets.length) }, open));
}

await grow(Math.min(count, 100)); // what the first sockets and the sign-in cost the process is not theirs
await new Promise((resolve) => setTimeout(resolve, 5000));
const before = pid ? resident() : 0;
const first = sockets.length;
await grow(count);
await new Promise((resolve) => setTimeout(resolve, 4000));
if (pid) console.log(`${count} sockets: ${((resident() - before) / (count - first)).toFixed(1)} KiB each`);
if (process.env.HOLD) await new Promise((resolve) => setTimeout(resolve, Number(process.env.HOLD) * 1000));
process.exit(0);
