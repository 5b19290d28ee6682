// One browser, pages in it, and the accessibility check that every screen must pass.
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { chromium } from 'playwright-core';

const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
    '--disable-component-update', '--disable-sync', '--host-resolver-rules=MAP airis.test 127.0.0.1',
    '--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream'];
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
let running;

export function browser() {
    running ??= chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: FLAGS });
    return running;
}

/** A browser as others serve it: the address of its websocket, and what ends it. */
export async function serveBrowser() {
    const server = await chromium.launchServer({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: FLAGS });
    return { url: server.wsEndpoint(), close: () => server.close() };
}

/** A fresh browser profile on the page, or one of another kind; errors of its scripts fail the test that sees them. */
export async function openPage(url, kind = {}) {
    // The page's own policy allows no injected script; the accessibility checker is one.
    const usual = { locale: 'en-US', colorScheme: 'light', viewport: { width: 1280, height: 800 }, bypassCSP: true };
    const context = await (await browser()).newContext({ ...usual, ...kind });
    // A machine that does other things too makes everybody wait.
    context.setDefaultTimeout(60_000);
    const page = await context.newPage();
    page.on('pageerror', (error) => {
        console.error('page error:', error.message);
        process.exitCode = 1;
    });
    await page.goto(url);
    return page;
}

export async function signUp(page) {
    await page.getByLabel('Name').fill('Ada');
    await page.getByLabel('Email').fill('ada@example.com');
    await page.getByLabel('Password').fill('correct-Horse-1');
    await page.getByRole('button', { name: 'Create account' }).click();
}

/** Picks a line of the menu under the person's name. */
export async function account(page, line) {
    await page.getByRole('button', { name: /^Account of/ }).click();
    await page.getByRole('menuitem', { name: line }).click();
}

/** What is looked at on a phone, with the sidebar out of the way. */
export async function narrow(page, look) {
    const before = page.viewportSize();
    await page.setViewportSize({ width: 360, height: 740 });
    await page.getByRole('button', { name: 'Hide the sidebar' }).first().click();
    await look();
    await page.getByRole('button', { name: 'Show the sidebar' }).click();
    await page.setViewportSize(before);
}

/** The code that an authenticator app shows for a key. */
export function totp(key) {
    const bits = [...key.replace(/[^A-Z2-7]/gi, '').toUpperCase()].map((letter) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter).toString(2).padStart(5, '0')).join('');
    const secret = Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)));
    const counter = Buffer.alloc(8);
    counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000)));
    const hash = createHmac('sha1', secret).update(counter).digest();
    return String((hash.readUInt32BE(hash.at(-1) & 15) & 0x7fffffff) % 1_000_000).padStart(6, '0');
}

/** No serious or critical finding of axe on what is shown, or on the part that `context` names. */
export async function audit(page, what, context = null, rules = {}) {
    if (!(await page.evaluate(() => Boolean(window.axe)))) await page.evaluate(axe);
    const { violations } = await page.evaluate(([context, rules]) => window.axe.run(context ?? document, { resultTypes: ['violations'], rules }), [context, rules]);
    const serious = violations.filter((finding) => ['serious', 'critical'].includes(finding.impact));
    const told = serious.map((finding) => `${finding.id}: ${finding.nodes.map((node) => `${node.target} ${node.failureSummary}`).join('; ')}`);
    assert.deepEqual(told, [], what);
}
