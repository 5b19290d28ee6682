// What a token costs when there are more instances: processor time per token that a viewer read, bytes on the bus.
import { setTimeout as sleep } from 'node:timers/promises';

import { judge } from './history.mjs';
import { Load, words } from './load.mjs';
import { warm } from './round.mjs';

const PEOPLE = 100;
const LONG = 240;
const SHORT = 20;
const RATE = 50;

/** Measures one fleet; a row of the table. */
export async function fanout(stand) {
    await warm(stand);
    const idle = await spent(stand, 4_000, () => 0);
    const long = replies(stand, LONG, 'long');
    await long.begun;
    const early = await spent(stand, 6_000, long.read);
    // As late as possible, so that the replies are much longer.
    await sleep(10_000);
    const late = await spent(stand, 5_000, long.read);
    const all = await long.end();
    const short = replies(stand, SHORT, 'short');
    const brief = await spent(stand, 2_200 + SHORT * 120, short.read);
    const few = await short.end();
    const rest = idle.cpu / idle.ms;
    return {
        cpu: [early, late, brief].map(({ cpu, ms, tokens }) => ((cpu - rest * ms) * 1000) / tokens),
        bytes: [early, late, brief].map(({ bytes, tokens }) => (bytes === null ? null : bytes / tokens)),
        tokens: early.tokens + late.tokens + brief.tokens, idle: rest * 100, problems: [...all.problems, ...few.problems],
    };
}

/** Everybody asks once, within two seconds. */
function replies(stand, count, name) {
    const load = new Load(stand.crowd, words(count, `${name} ${stand.bus}`));
    load.start(RATE);
    const begun = sleep((PEOPLE / RATE) * 1000).then(() => load.stop());
    const read = () => load.replies.reduce((sum, { text }) => sum + (text ? text.trim().split(' ').length : 0), 0);
    return { begun, read, end: async () => (await begun, judge(load, stand, {})) };
}

/** Processor time, bytes and tokens of a while. */
async function spent(stand, ms, read) {
    const state = async () => ({ cpu: stand.cpu(), bytes: (await stand.between.traffic?.()) ?? null, tokens: read(), ms: Date.now() });
    const [before, , after] = [await state(), await sleep(ms), await state()];
    return Object.fromEntries(Object.keys(before).map((key) => [key, before[key] === null ? null : after[key] - before[key]]));
}
