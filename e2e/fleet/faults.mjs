#!/usr/bin/env node
// The whole fault harness: fleets behind nginx and haproxy, on PostgreSQL alone and on Redis in every shape, under a load that
// does not wait, while things break. Prints a line for each round, and what is wrong.
//
//     scripts/fleet.sh [--binary BINARY] [--only NAMES] [--on PLACES] [--rounds N] [--previous BINARY] [--list]
//
// NAMES and PLACES with commas between: scenarios (or `fanout`), and fleets such as `redis` or `postgres+haproxy`.
// With --previous, a binary of an earlier version, the fleet is upgraded under load, too.
import { existsSync } from 'node:fs';
import { availableParallelism, loadavg } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { fanout } from './fanout.mjs';
import { round, warm } from './round.mjs';
import { scenarios } from './scenarios.mjs';
import { stand } from './stand.mjs';
import { store } from './store.mjs';

const options = { only: { type: 'string' }, on: { type: 'string' }, rounds: { type: 'string' }, previous: { type: 'string' }, list: { type: 'boolean' } };
const { values, positionals: [binary] } = parseArgs({ options, allowPositionals: true });
const list = (names) => names?.split(',').map((name) => name.trim());
const [only, on] = [list(values.only), list(values.on)];
const RCLONE = join(process.env.AIRIS_OBJECTS ?? '', '.venv/bin/rclone');
/** The same people on more instances, few and many, and as many more people as there are instances. */
const FANOUT = ['postgres', 'redis'].flatMap((bus) =>
    [() => 100, () => 400, (instances) => instances * 50].flatMap((people, load) => [1, 2, 4].map((instances) => ({ bus, instances, load, people: people(instances) }))));

const wanted = (name, place) => (!only || only.includes(name)) && (!on || on.includes(place));
/** Scenarios by where they run: a fleet is started once for all of them. */
const places = new Map();
for (const scenario of scenarios) {
    if (scenario.previous && !values.previous) continue;
    for (const place of scenario.on.filter((place) => wanted(scenario.name, place))) places.set(place, [...(places.get(place) ?? []), scenario]);
}
for (const name of only ?? []) if (name !== 'fanout' && !scenarios.some((one) => one.name === name)) throw new Error(`there is no scenario ${name}; --list shows them`);
if (values.list) {
    for (const { name, on: where } of scenarios) console.log(`${name}: ${where.join(', ')}`);
    console.log('fanout: postgres, redis');
    process.exit(0);
}
if (!binary || !process.env.AIRIS_TEST_PGDATA || !process.env.AIRIS_URL) throw new Error('this is started by scripts/fleet.sh');

const columns = [['scenario', 17], ['fleet', 17], ['replies', 8], ['at once', 8], ['lost', 5], ['twice', 6], ['moved', 6], ['late s', 7], ['quiet s', 8], ['failed', 12], ['held by the instances', 34], ['', 0]];
const line = (cells) => console.log(cells.map((cell, i) => String(cell).padEnd(columns[i][1])).join(' ').trimEnd());
const seconds = (ms) => (ms / 1000).toFixed(1);
let [well, bad] = [0, 0];

/** One line, and the first problems below it. */
function show(name, place, row) {
    const { replies, underway, lost, duplicated, taken, late, silence, failed, requests, holds, problems, onTime, note, failures } = row;
    const verdict = problems.length ? 'NOT OK' : onTime ? 'ok' : 'ok, over 10 s';
    line([name, place, replies, underway, lost, duplicated, taken, seconds(late), seconds(silence), `${failed}/${requests}`, holds, note ? `${verdict}; ${note}` : verdict]);
    for (const problem of problems.slice(0, 8)) console.log(`    ${problem.slice(0, 400)}`);
    if (problems.length > 8) console.log(`    and ${problems.length - 8} more`);
    if (process.env.AIRIS_FLEET_FAILURES) for (const { what } of failures) console.log(`    failed: ${what}`);
    if (problems.length) bad += 1;
    else well += 1;
}

async function run(place, all) {
    const [bus, door = 'nginx'] = place.split('+');
    const objects = all.some(({ name }) => name === 'store-503') && existsSync(RCLONE) ? await store(RCLONE) : null;
    const upgraded = all.every(({ previous }) => previous);
    const fleet = await stand({ binary: upgraded ? values.previous : binary, bus, door, more: objects?.env });
    fleet.store = objects;
    let problems = 0;
    try {
        await warm(fleet);
        for (const scenario of all) {
            if (scenario.name === 'store-503' && !objects) {
                console.log(`store-503: left out, there is no rclone in ${RCLONE}`);
                continue;
            }
            for (let i = 0; i < Number(values.rounds ?? scenario.rounds ?? 1); i++) {
                const row = await round(fleet, scenario, { binary, previous: values.previous });
                show(scenario.name, place, row);
                problems += row.problems.length;
            }
        }
    } catch (error) {
        bad += 1;
        problems += 1;
        console.log(`    ${place}: ${error.stack}`);
    }
    if (problems || process.env.AIRIS_SHOW_LOG) for (const log of fleet.logs()) console.log(`--- the end of an instance's log\n${log.slice(-2500)}`);
    await fleet.close();
    await objects?.close();
}

async function fanouts() {
    const rows = [];
    for (const { bus, instances, load, people } of FANOUT.filter(({ bus }) => wanted('fanout', bus))) {
        const fleet = await stand({ binary, bus, instances, people });
        const { cpu, bytes, idle, tokens, problems } = await fanout(fleet);
        rows.push({ bus, load, instances, cpu });
        await fleet.close();
        const one = rows.find((row) => row.bus === bus && row.load === load && row.instances === 1);
        const more = (at) => (instances > 1 && one ? ` (${Math.round((cpu[at] / one.cpu[at] - 1) * 100)} %)` : '');
        const sent = bytes[0] === null ? '' : `; bytes on the bus per token ${bytes.map(Math.round).join(' / ')}`;
        const costs = cpu.map((each, at) => `${Math.round(each)}${more(at)}`).join(' / ');
        console.log(`fanout ${bus} ${instances}, ${people} people: µs per token and viewer ${costs} (long replies early / late / short ones / five viewers each)${sent}; idle ${idle.toFixed(1)} % of a core; ${tokens} tokens`);
        for (const problem of problems.slice(0, 5)) console.log(`    ${problem}`);
        if (problems.length) bad += 1;
        else well += 1;
    }
}

const begun = Date.now();
line(columns.map(([name]) => name));
for (const [place, all] of places) {
    // What is upgraded begins as another version.
    const [later, now] = [all.filter(({ previous }) => previous), all.filter(({ previous }) => !previous)];
    if (now.length) await run(place, now);
    if (later.length) await run(place, later);
}
if (FANOUT.some(({ bus }) => wanted('fanout', bus))) await fanouts();
console.log(`${well} passed, ${bad} failed; ${Math.round((Date.now() - begun) / 1000)} s on ${availableParallelism()} cores, load ${loadavg().map((load) => load.toFixed(1)).join(' ')}`);
process.exit(bad ? 1 : 0);
