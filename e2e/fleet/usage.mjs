// What a process uses, as the kernel counts it.
import { readFileSync, readdirSync } from 'node:fs';

/** Milliseconds of a clock tick; Linux counts in hundredths of a second everywhere. */
const TICK = 10;

/** Milliseconds of processor time so far. */
export function cpu(pid) {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1).split(' ');
    return (Number(fields[11]) + Number(fields[12])) * TICK;
}

/** Resident memory in MB. */
export const memory = (pid) => Number(readFileSync(`/proc/${pid}/status`, 'utf8').match(/VmRSS:\s+(\d+)/)[1]) / 1024;

export const descriptors = (pid) => readdirSync(`/proc/${pid}/fd`).length;

/** A process and all its children. */
export function family(pid) {
    const children = readdirSync('/proc').filter((name) => /^\d+$/.test(name)).filter((name) => {
        try {
            return Number(readFileSync(`/proc/${name}/stat`, 'utf8').split(') ').at(-1).split(' ')[1]) === pid;
        } catch {
            // Gone by now.
            return false;
        }
    });
    return [pid, ...children.map(Number)];
}
