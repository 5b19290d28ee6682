// Files that are uploaded while the object store answers 503: whatever was acknowledged is there, byte by byte.
import { setTimeout as sleep } from 'node:timers/promises';

const BYTES = 50_000;
const AWAY = 6_000;
const EVERY = 250;

/** Uploads before, while and after the store is away. */
export async function uploads(stand, { problems }) {
    const kept = new Map();
    const counts = { before: 0, away: 0, after: 0 };
    let slowest = 0;
    const base = process.env.AIRIS_URL;
    const [{ token }] = stand.crowd;
    const headers = { authorization: `Bearer ${token}` };
    const upload = async (number, when) => {
        const text = `file ${number} `.repeat(BYTES / 10).slice(0, BYTES);
        const form = new FormData();
        form.append('file', new Blob([text], { type: 'text/plain' }), `file-${number}.txt`);
        const from = Date.now();
        const answer = await fetch(`${base}/api/v1/files/?process=false`, { method: 'POST', headers, body: form });
        slowest = Math.max(slowest, Date.now() - from);
        const body = await answer.json().catch(() => null);
        if (answer.status === 200) {
            kept.set(body.id, text);
            counts[when] += 1;
        } else if (when !== 'away' || answer.status < 500 || !body?.detail) {
            problems.push(`upload ${when}: ${answer.status} ${JSON.stringify(body)}`);
        }
    };
    const send = async (first, ms, when) => {
        const under = [];
        for (let i = 0; i * EVERY < ms; i++, await sleep(EVERY)) under.push(upload(first + i, when));
        return under;
    };
    await Promise.all(await send(0, 2_000, 'before'));
    stand.store.away = true;
    const away = await send(100, AWAY, 'away');
    stand.store.away = false;
    await Promise.all(away);
    await Promise.all(await send(200, 2_000, 'after'));
    if (!stand.store.refused || !counts.before || !counts.after) problems.push(`nothing was tested: ${JSON.stringify(counts)}, ${stand.store.refused} refused`);
    const read = async ([id, text]) => {
        const answer = await fetch(`${base}/api/v1/files/${id}/content`, { headers });
        if (answer.status !== 200 || (await answer.text()) !== text) problems.push(`file ${id}: ${answer.status}, not as it was sent`);
    };
    await Promise.all([...kept].map(read));
    const seconds = (slowest / 1000).toFixed(1);
    return `kept ${Object.values(counts).join('+')} files (before, while, after), slowest ${seconds} s`;
}
