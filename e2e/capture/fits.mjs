// Whether an answer has the shape of a recorded one.

/** Marks of the recordings that stand for numbers. */
const NUMBERS = /^<(seconds|milliseconds|nanoseconds|number)>$/;

/** Fields that airis adds to what it answers, which clients pass over, and one that the contract calls optional. */
const ADDED = new Set(['seq', 'folder_unread_counts']);

const kind = (value) => (value === null ? 'null' : Array.isArray(value) ? 'list' : typeof value);
const recordedKind = (value) => (typeof value === 'string' && NUMBERS.test(value) ? 'number' : kind(value));

/** What does not fit, as sentences; `open`: more fields than recorded are fine. */
export function misfits(ours, recorded, { open = false, path = '' } = {}) {
    const [got, wanted] = [kind(ours), recordedKind(recorded)];
    if (got !== wanted) return [`${path || 'answer'}: ${got} instead of ${wanted}`];
    if (wanted === 'list') {
        if ((ours.length === 0) !== (recorded.length === 0)) return [`${path}: ${ours.length} items instead of ${recorded.length}`];
        return ours.flatMap((item, i) => {
            const tries = recorded.map((one) => misfits(item, one, { open, path: `${path}[${i}]` }));
            return tries.length === 0 || tries.some((list) => list.length === 0) ? [] : tries.sort((a, b) => a.length - b.length)[0];
        });
    }
    if (wanted !== 'object') return [];
    if (Object.keys(recorded).some((key) => key.startsWith('<id-'))) {
        // An object keyed by ids: its values are compared as a list.
        return misfits(Object.values(ours), Object.values(recorded), { open, path: `${path}.*` });
    }
    const missing = Object.keys(recorded).filter((key) => !(key in ours)).map((key) => `${path}.${key}: missing`);
    const more = Object.keys(ours).filter((key) => !(key in recorded) && !ADDED.has(key) && !open).map((key) => `${path}.${key}: not recorded`);
    const inner = Object.keys(recorded).filter((key) => key in ours).flatMap((key) => misfits(ours[key], recorded[key], { open, path: `${path}.${key}` }));
    return [...missing, ...more, ...inner];
}
