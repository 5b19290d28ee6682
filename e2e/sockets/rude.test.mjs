// Clients that break the rules are answered or cut, and nobody else notices.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import WebSocket from 'ws';

import { BASE, account, call, join, transports } from './server.mjs';

const { token } = await account('root');
const websocket = (await transports())[0] === 'websocket';
const address = BASE.replace('http', 'ws') + '/ws/socket.io/?EIO=4&transport=websocket';

/** Sends raw frames and waits for the end of the connection or `wait` ms; answers the first word of the server. */
async function raw(frames, wait) {
    const socket = new WebSocket(address);
    const first = new Promise((resolve) => (socket.onmessage = (event) => resolve(event.data)));
    const closed = new Promise((resolve) => (socket.onclose = () => resolve(true)));
    socket.onerror = () => {};
    await new Promise((resolve) => (socket.onopen = resolve));
    for (const frame of frames) socket.send(frame);
    const opened = await Promise.race([first, closed]);
    await Promise.race([closed, new Promise((resolve) => setTimeout(resolve, wait))]);
    socket.close();
    return opened;
}

const alive = async () => assert.equal((await call('GET', '/health')).status, 200);

test('the open packet is the recorded one', { skip: !websocket }, async () => {
    const opened = await raw([], 0);
    const { sid, ...rest } = JSON.parse(opened.slice(1));
    assert.match(sid, /./);
    assert.deepEqual(rest, { upgrades: [], pingTimeout: 20000, pingInterval: 25000, maxPayload: 16777216 });
});

test('unusable packets end the connection or are passed over', { skip: !websocket }, async () => {
    const packets = ['', '9', '4', '4x', '49', '42', '42[', '42{}', '42[]', '42[1]', '42["a"', '42/nowhere,["a"]', '43', '431', '43x[]', '44', '45', '451-', '451-["a"]', '4599999999999-["a",{"_placeholder":true,"num":0}]', '40[', '40{"token":5}', '6', '1', '2probe', '5', '\u0000'];
    for (const packet of packets) {
        await raw([packet], 60);
        await raw(['40{}', packet], 60);
    }
    await alive();
});

test('binary attachments are taken, wrong placeholders too', { skip: !websocket }, async () => {
    const binary = new Uint8Array([1, 2, 3]);
    await raw(['40{}', '451-["usage",{"model":{"_placeholder":true,"num":0}}]', binary], 100);
    await raw(['40{}', '451-["usage",{"_placeholder":true,"num":7}]', binary], 100);
    await raw(['40{}', '451-["usage",{"_placeholder":true,"num":-1}]', binary], 100);
    await raw(['40{}', binary], 100);
    await raw(['40{}', '452-["usage"]', binary, '42["usage"]'], 100);
    await alive();
});

test('wrong types and unknown events get an answer or none, never harm', async () => {
    const socket = await join(token);
    for (const data of [null, 5, 'x', [], {}, { auth: 5 }, { auth: { token: 5 } }, { auth: { token: 'x'.repeat(100000) } }]) {
        await socket.timeout(30_000).emitWithAck('user-join', data);
    }
    for (const data of [null, 5, 'x', {}, { chat_id: 5 }, { chat_id: 'c', data: 5 }, { chat_id: 'c', data: { type: 'nope' } }, { chat_id: 'c', data: { type: 'join' } }, { chat_id: 'x'.repeat(1e6), data: { type: 'join' } }]) {
        assert.equal(await socket.timeout(30_000).emitWithAck('events:chat', data), false);
    }
    const resume = { chat_id: 'c', data: { type: 'resume', data: { message_id: 'm' } } };
    assert.equal(await socket.timeout(30_000).emitWithAck('events:chat', resume), null);
    socket.emit('usage', { model: ['x'] });
    socket.emit('no such event', { deep: Array.from({ length: 1000 }, () => ({})) });
    socket.emit('a:b:c', 'chunk');
    await socket.timeout(30_000).emitWithAck('heartbeat', {});
    socket.disconnect();
    await alive();
});

test('a message above sixteen megabytes ends the connection only', async () => {
    const socket = await join(token);
    const lost = new Promise((resolve) => socket.once('disconnect', resolve));
    socket.emit('usage', { model: 'x'.repeat(17 * 1024 * 1024) });
    assert.ok(await Promise.race([lost, new Promise((resolve) => setTimeout(() => resolve(false), 60_000))]));
    socket.disconnect();
    await alive();
});

test('a flood of events from one socket does not stop the others', async () => {
    const rude = await join(token);
    const polite = await join(token);
    for (let i = 0; i < 5000; i++) rude.emit('heartbeat', {});
    await polite.timeout(30_000).emitWithAck('heartbeat', {});
    rude.disconnect();
    polite.disconnect();
});

test('a websocket address without an upgrade is refused with 400', async () => {
    const response = await fetch(`${BASE}/ws/socket.io/?EIO=4&transport=websocket`);
    assert.equal(response.status, 400);
});

test('the transport that is switched off is refused with 400', async () => {
    const other = websocket ? 'polling' : 'websocket';
    const response = await fetch(`${BASE}/ws/socket.io/?EIO=4&transport=${other}`);
    assert.equal(response.status, 400);
    assert.equal(await response.text(), '"Invalid transport"');
});
