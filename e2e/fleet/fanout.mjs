// What a token costs when there are more instances: processor time per token and viewer, bytes on the bus.
import { setTimeout as sleep } from 'node:timers/promises';

import { join } from '../sockets/server.mjs';
import { judge } from './history.mjs';
import { Load, words } from './load.mjs';
import { warm } from './round.mjs';

const LONG = 300;
const SHORT = 20;
const RATE = 50;
/** How many of the people look at their replies in several tabs, and at how many replies. */
const LOOKING = 5;
const LOOKED_AT = 3;
const TABS = 5;

/** Measures one fleet; a row of the table. */
export async function fanout(stand) {
    await warm(stand);
    const idle = await spent(stand, 4_000, () => 0);
    const long = replies(stand, { count: LONG, name: 'long' });
    await long.begun;
    const early = await spent(stand, 6_000, long.read);
    // As late as possible, so that the replies are much longer.
    await sleep(10_000);
    const late = await spent(stand, 5_000, long.read);
    const all = await long.end();
    const short = replies(stand, { count: SHORT, name: 'short' });
    const brief = await spent(stand, (stand.crowd.length / RATE) * 1000 + SHORT * 120, short.read);
    const few = await short.end();
    const some = stand.crowd.slice(0, stand.crowd.length / LOOKING);
    const others = await tabs(some);
    const shown = replies(stand, { count: LONG / 2, name: 'shown', crowd: some, asked: some.length * LOOKED_AT });
    await shown.begun;
    const many = await spent(stand, 6_000, () => shown.read() + others.read());
    const seen = await shown.end();
    others.close();
    const rest = idle.cpu / idle.ms;
    const parts = [early, late, brief, many];
    return {
        cpu: parts.map(({ cpu, ms, tokens }) => ((cpu - rest * ms) * 1000) / tokens),
        bytes: parts.map(({ bytes, tokens }) => (bytes === null ? null : bytes / tokens)),
        tokens: parts.reduce((sum, { tokens }) => sum + tokens, 0), idle: rest * 100, problems: [...all.problems, ...few.problems, ...seen.problems],
    };
}

/** Everybody asks once, one after the other. */
function replies(stand, { count, name, crowd = stand.crowd, asked = crowd.length }) {
    const load = new Load(crowd, words(count, `${name} ${stand.bus}`));
    load.start(RATE);
    const begun = sleep((asked / RATE) * 1000).then(() => load.stop());
    const read = () => load.replies.reduce((sum, { text }) => sum + (text ? text.trim().split(' ').length : 0), 0);
    return { begun, read, end: async () => (await begun, judge(load, stand, {})) };
}

/** More tabs of people, each with a socket; how many tokens these were told. */
async function tabs(crowd) {
    const sockets = await Promise.all(crowd.flatMap(({ token }) => Array.from({ length: TABS - 1 }, () => join(token))));
    let tokens = 0;
    for (const socket of sockets) {
        socket.offAny();
        socket.on('events', (envelope) => (tokens += Number(envelope.data?.data?.type === 'response.output_text.delta')));
    }
    return { read: () => tokens, close: () => sockets.forEach((socket) => socket.disconnect()) };
}

/** Processor time, bytes and tokens of a while. */
async function spent(stand, ms, read) {
    const state = async () => ({ cpu: stand.cpu(), bytes: (await stand.between.traffic?.()) ?? null, tokens: read(), ms: Date.now() });
    const [before, , after] = [await state(), await sleep(ms), await state()];
    return Object.fromEntries(Object.keys(before).map((key) => [key, before[key] === null ? null : after[key] - before[key]]));
}
