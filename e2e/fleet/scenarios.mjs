// What happens to a fleet under load. A scenario is a row: on what it runs, what is done, and what it may cost.
import { setTimeout as sleep } from 'node:timers/promises';

import { end } from '../processes.mjs';
import { words } from './load.mjs';
import { exhaust, pause, restart } from './postgres.mjs';
import { PROVIDER_SILENCE } from './stand.mjs';
import { uploads } from './uploads.mjs';

const any = (all) => all[Math.floor(Math.random() * all.length)];

/** One instance is gone at once; it is started again when all is over. */
async function kill(stand) {
    stand.gone = any(stand.servers);
    await end(stand.gone.child, 'SIGKILL');
}
const revive = (stand) => stand.start(stand.gone);

async function stopped(stand) {
    const { child } = any(stand.servers);
    child.kill('SIGSTOP');
    await sleep(10_000);
    child.kill('SIGCONT');
}

async function asked(stand) {
    const server = any(stand.servers);
    await end(server.child, 'SIGTERM');
    await stand.start(server);
}

/** Every instance in turn ends and starts, perhaps as another version. */
async function roll(stand, binary) {
    for (const server of stand.servers) {
        await end(server.child, 'SIGTERM');
        server.binary = binary ?? server.binary;
        await stand.start(server);
    }
}

async function slow({ between }) {
    between.line.delay = 1_000;
    await sleep(8_000);
    between.line.delay = 0;
}

/** Connections are there and carry nothing, as behind a firewall that has forgotten them. */
async function halfOpen({ between }) {
    between.line.die();
    await sleep(5_000);
}

/** Every other reply is one at which the provider fails; those beside it must not notice. */
const failing = (mode, shown, lasts = 0) => (name) => (i) =>
    i % 2 ? words(50, name)(i) : { text: `${mode} ${name} ${i}.`, expected: shown, lasts, fails: true };

/** A load under which 300 replies run at the same time, also on a busy machine. */
const CROWD = { rate: 40, words: 100, running: 300 };
/** `asks`: how often the provider may be asked for one reply; `owners`: by how many at the same time. */
const TAKEN = { asks: 2 };

/**
 * `fault` gets the stand; `mend` undoes it after all replies have ended. `fails`: requests may fail while the fault lasts.
 * `rounds` is how often it is done by default; `on` is where: a bus, and a door where that is not nginx. `running`: so many
 * replies have to run before.
 */
export const scenarios = [
    { name: 'kill9', on: ['postgres'], rounds: 10, ...CROWD, ...TAKEN, fails: true, fault: kill, mend: revive },
    { name: 'kill9', on: ['postgres+haproxy', 'redis', 'tls', 'sentinel', 'cluster'], ...CROWD, ...TAKEN, fails: true, fault: kill, mend: revive },
    { name: 'stop', on: ['postgres', 'redis'], ...TAKEN, owners: 2, fault: stopped },
    { name: 'term', on: ['postgres', 'postgres+haproxy', 'redis'], ...TAKEN, fault: asked },
    { name: 'roll', on: ['postgres', 'postgres+haproxy', 'redis', 'cluster'], asks: 4, fault: (stand) => roll(stand) },
    { name: 'postgres-restart', on: ['postgres', 'redis'], ...TAKEN, owners: 2, fails: true, fault: () => restart('fast') },
    { name: 'postgres-crash', on: ['postgres', 'redis'], ...TAKEN, owners: 2, fails: true, fault: () => restart('immediate') },
    { name: 'postgres-pause', on: ['postgres', 'redis'], ...TAKEN, owners: 2, fails: true, fault: () => pause(8_000) },
    { name: 'postgres-full', on: ['postgres'], ...TAKEN, owners: 2, fails: true, fault: ({ address }) => exhaust(address, 6_000) },
    { name: 'redis-kill', on: ['redis', 'tls'], fault: ({ between }) => between.restart(5_000) },
    { name: 'redis-flush', on: ['redis'], fault: ({ between }) => between.flush() },
    { name: 'redis-slow', on: ['redis'], fault: slow },
    { name: 'redis-half-open', on: ['redis'], fault: halfOpen },
    { name: 'redis-failover', on: ['sentinel', 'cluster'], rounds: 2, fault: ({ between }) => between.failover(), mend: ({ between }) => between.mend() },
    { name: 'provider-429', on: ['postgres'], speech: failing('error429', ''), fault: () => sleep(4_000) },
    { name: 'provider-500', on: ['postgres'], speech: failing('miderror', 'w0 w1 w2 w3'), fault: () => sleep(4_000) },
    { name: 'provider-reset', on: ['postgres'], speech: failing('midfail', 'w0 w1 w2 w3'), fault: () => sleep(4_000) },
    { name: 'provider-stall', on: ['postgres'], speech: failing('stall', 'w0 w1 w2', PROVIDER_SILENCE * 1_000), fault: () => sleep(4_000) },
    { name: 'store-503', on: ['postgres'], fails: true, fault: uploads },
    { name: 'upgrade', on: ['postgres'], previous: true, asks: 7, fault: async (stand, { binary, previous }) => {
        await roll(stand, binary);
        await roll(stand, previous);
        await roll(stand, binary);
    } },
];
