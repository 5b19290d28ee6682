// Speaks to Azure Blob Storage, or to what emulates it, with the key of an account.
import { createHmac } from 'node:crypto';

const VERSION = '2021-12-02';

/** Asks for a container or the names in it; answers the response. `query` in the order of its names. */
export async function azure(method, endpoint, account, key, container, query) {
    const date = new Date().toUTCString();
    const pairs = Object.entries(query);
    // What is signed: the method, eleven headers that are not sent, those of Azure, the path and the query.
    const named = pairs.map(([name, value]) => `\n${name}:${value}`).join('');
    const text = `${method}${'\n'.repeat(12)}x-ms-date:${date}\nx-ms-version:${VERSION}\n/${account}/${account}/${container}${named}`;
    const signature = createHmac('sha256', Buffer.from(key, 'base64')).update(text, 'utf8').digest('base64');
    return fetch(`${endpoint}/${container}?${new URLSearchParams(query)}`, {
        method,
        headers: { 'x-ms-date': date, 'x-ms-version': VERSION, authorization: `SharedKey ${account}:${signature}` },
    });
}
