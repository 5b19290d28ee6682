// One round of a scenario: load, the fault in the middle of it, the end of every reply, and what it cost.
import { setTimeout as sleep } from 'node:timers/promises';

import { judge, lateness, silence } from './history.mjs';
import { Load, words } from './load.mjs';

const DEFAULTS = { rate: 20, words: 50, lead: 3_000, trail: 2_500, running: 0 };
/** After a fault requests may fail for a moment yet: servers look for what they lost. */
const AFTERMATH = 6_000;
/** What instances may hold more than at first: each keeps connections to the provider and the database, and some memory. */
const NEAR = { memory: (mb, instances) => mb + instances * 50, descriptors: (count, instances) => count + instances * 90 };
const RETURNS_WITHIN = 20_000;
const LATE = 10_000;
/** How long it may take until as many replies run as there should. */
const FULL_WITHIN = 20_000;

let number = 0;

export async function round(stand, scenario, options) {
    const { rate, words: count, lead, trail, running } = { ...DEFAULTS, ...scenario };
    await fetch(`${stand.mock}/log/clear`, { method: 'POST' });
    const name = `${scenario.name}${++number}`;
    const load = new Load(stand.crowd, scenario.speech?.(name) ?? words(count, name));
    load.start(rate);
    await sleep(lead);
    for (const over = Date.now() + FULL_WITHIN; load.underway() < running && Date.now() < over; ) await sleep(50);
    const underway = load.underway();
    const from = Date.now();
    const note = await scenario.fault(stand, { ...options, problems: load.problems });
    const to = Date.now();
    await sleep(trail);
    await load.stop();
    const found = await judge(load, stand, scenario);
    await scenario.mend?.(stand);
    const { problems } = found;
    const explained = (failure) => scenario.fails && failure.to >= from && failure.from <= to + AFTERMATH;
    for (const failure of load.failures.filter((one) => !explained(one))) {
        problems.push(`failed request, ${failure.from - from} ms after the beginning of the fault: ${failure.what}`);
    }
    const holds = await settled(stand);
    if (!holds.near) problems.push(`the instances hold ${told(holds)}; before ${told(stand.base)}`);
    const late = lateness(load.replies);
    return {
        ...found, underway, late, silence: silence(load.replies), failed: load.failures.length, requests: load.requests,
        holds: `${told(stand.base)} -> ${told(holds)}`, onTime: late <= LATE, note: typeof note === 'string' ? note : '', failures: load.failures,
    };
}

const told = ({ memory, descriptors }) => `${Math.round(memory)} MB ${descriptors} fds`;

/** What the instances hold as soon as that is near what they held before, or at last. */
async function settled(stand) {
    for (const over = Date.now() + RETURNS_WITHIN; ; await sleep(500)) {
        const holds = stand.holds();
        const near = Object.entries(NEAR).every(([what, most]) => holds[what] <= most(stand.base[what], stand.servers.length));
        if (near || Date.now() > over) return { ...holds, near };
    }
}

/** What an idle fleet holds that has worked before. */
export async function warm(stand) {
    const load = new Load(stand.crowd, words(10, 'warm'));
    load.start(30);
    await sleep(2_000);
    await load.stop();
    const { problems } = await judge(load, stand, {});
    if (problems.length) throw new Error(`the fleet is not well before anything happened: ${problems[0]}`);
    await sleep(500);
    stand.base = stand.holds();
}
