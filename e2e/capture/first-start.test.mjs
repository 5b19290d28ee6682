// The first minutes of a fresh server as the contract recorded them: onboarding, the first account, what it then reads.
// Needs the contract's folder (AIRIS_SHARED, ../shared by default) and a fresh server (AIRIS_URL) with the mock provider.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join as path } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { call } from '../sockets/server.mjs';
import { misfits } from './fits.mjs';

const root = path(dirname(fileURLToPath(import.meta.url)), '../..');
const file = path(process.env.AIRIS_SHARED ?? path(root, '../shared'), 'contract/traces/00-auth-and-config.jsonl');
const skip = existsSync(file) ? false : `no recording at ${file}`;
const lines = skip ? [] : readFileSync(file, 'utf8').trim().split('\n').map((line) => JSON.parse(line));

/** Switches of the recorded server that depend on how it was started, not on the contract. */
const OPEN = new Set(['/api/config', '/manifest.json', '/api/models', '/api/v1/auths/signup']);

test('00-auth-and-config goes as recorded', { skip }, async () => {
    const wrong = [];
    let token;
    for (let i = 0; i < lines.length; i += 2) {
        const [asked, recorded] = [lines[i], lines[i + 1]];
        const { status, body } = await call(asked.method, asked.path, { token, body: asked.body ?? undefined });
        token = body.token ?? token;
        if (status !== recorded.status) wrong.push(`${asked.path}: ${status} instead of ${recorded.status}`);
        else wrong.push(...misfits(body, recorded.body, { open: OPEN.has(asked.path) }).map((text) => `${asked.path}${text}`));
        if (asked.path === '/api/config') assert.equal('onboarding' in body, 'onboarding' in recorded.body, 'onboarding ends with the first account');
    }
    assert.deepEqual(wrong, []);
});
