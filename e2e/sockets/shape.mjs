// What stays of a value when ids, times and texts are set aside.

/** Fields whose value is part of the contract, not of one conversation. */
const EXACT = new Set(['type', 'status', 'role', 'object', 'finish_reason', 'active', 'done', 'event', 'start_tag', 'end_tag']);

/** Fields that airis adds. */
const ADDED = new Set(['seq']);

export function shape(value, key = '') {
    if (Array.isArray(value)) return value.map((item) => shape(item, key));
    if (value && typeof value === 'object') {
        const free = Object.keys(value).length > 0 && Object.keys(value).every((name) => /^[0-9a-f-]{36}$/.test(name));
        const entries = Object.entries(value).filter(([name]) => !ADDED.has(name));
        return Object.fromEntries(entries.map(([name, item], i) => [free ? `<id ${i}>` : name, shape(item, name)]).sort(([a], [b]) => (a < b ? -1 : 1)));
    }
    if (EXACT.has(key) || typeof value === 'boolean' || value === null || value === undefined) return value;
    return `<${typeof value}>`;
}

/** Equal neighbours as one: how often a model pauses is not part of the contract. */
export function folded(list) {
    const texts = list.map((item) => JSON.stringify(item));
    return list.filter((_, i) => texts[i] !== texts[i - 1]);
}
