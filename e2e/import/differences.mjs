// What differs between two records, each as where it is, what was there and what is here.

/** Keys whose values change by themselves: new at every sign-in, or of when somebody was here last. */
const ALIVE = new Set(['token', 'expires_at', 'last_active_at', 'is_active']);

export function differences(there, here) {
    const found = [];
    for (const [email, { refused, views }] of Object.entries(there)) {
        compare(`${email} the former password`, refused, here[email]?.refused, found);
        for (const [path, answer] of Object.entries(views)) view(`${email} ${path}`, answer, here[email]?.views[path], found);
    }
    return found;
}

function view(at, there, here, found) {
    compare(`${at} status`, there.status, here?.status, found);
    // Why something is refused is said in other words.
    if (here && there.status < 300) compare(at, there.body, here.body, found);
}

/** Things are found by their ids: those of one second have no order. What is here besides is no loss, unless it is a thing. */
function compare(at, there, here, found) {
    if (there === here || isNear(there, here) || (typeof there === 'object' && JSON.stringify(there) === JSON.stringify(here))) return;
    const both = there && here && typeof there === 'object' && typeof here === 'object' && Array.isArray(there) === Array.isArray(here);
    if (!both) return void found.push({ at, there, here });
    if (Array.isArray(there)) {
        if (there.length !== here.length) found.push({ at: `${at} length`, there: there.length, here: here.length });
        if (new Set(there.map((one) => one?.id)).size === there.length && there[0]?.id !== undefined) [there, here] = [byId(there), byId(here)];
    } else if (at.endsWith(' messages')) {
        for (const key of Object.keys(here)) if (!(key in there)) found.push({ at: `${at} ${key}`, here: here[key] });
    }
    for (const key of Object.keys(there)) {
        if (!ALIVE.has(key) || at.includes('/models')) compare(`${at} ${key}`, there[key], here[key], found);
    }
}

/** A fraction is read to its last digit but one. */
const isNear = (one, other) => typeof one === 'number' && typeof other === 'number' && !Number.isInteger(one) && Math.abs(one - other) <= Number.EPSILON * Math.abs(one);
const byId = (list) => Object.fromEntries(list.map((one) => [one?.id, one]));
