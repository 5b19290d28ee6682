// The page for signing in with another provider, in a real browser.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { audit, browser, openPage, signUp } from '../browser/page.mjs';
import { endAll, environment, folder, freePort, program, serve } from '../processes.mjs';

let page;
let base;

before(async () => {
    const [here, there] = [await freePort(), await freePort()];
    base = `http://127.0.0.1:${here}`;
    await program(fileURLToPath(new URL('provider.mjs', import.meta.url)), [String(there), base]);
    const data = folder();
    const env = environment(data, here, 'http://127.0.0.1:9', {
        ENABLE_OPENAI_API: 'false', OAUTH_CLIENT_ID: 'airis', OAUTH_CLIENT_SECRET: 'a secret of the tests: +/&', OAUTH_PROVIDER_NAME: 'Example',
        OPENID_PROVIDER_URL: `http://127.0.0.1:${there}`, ENABLE_OAUTH_SIGNUP: 'true', OAUTH_ALLOWED_DOMAINS: 'example.com',
        DEFAULT_USER_ROLE: 'user', WEBUI_AUTH_SIGNOUT_REDIRECT_URL: `${base}/auth`,
    });
    await serve(process.env.AIRIS_BINARY, env, `${data}/server.log`);
    page = await openPage(base);
});

after(async () => {
    await (await browser()).close();
    await endAll();
});

const look = (name) => process.env.AIRIS_PICTURES && page.screenshot({ path: `${process.env.AIRIS_PICTURES}/${name}.png` });
const other = () => page.getByRole('link', { name: 'Continue with Example' });

async function be(name) {
    await other().click();
    await page.getByLabel('Who are you?').fill(name);
    await page.getByRole('button', { name: 'Sign in at Example' }).click();
}

test('somebody of a provider comes in, and out again', async () => {
    await signUp(page);
    await page.getByRole('button', { name: 'Start chatting' }).click();
    await page.getByRole('button', { name: /^Account of/ }).click();
    // The page is loaded anew, so that nothing of a person is left in it.
    await Promise.all([page.waitForEvent('load'), page.getByRole('menuitem', { name: 'Sign out' }).click()]);
    await other().waitFor();
    await audit(page, 'sign-in with a provider');
    await look('providers');
    await be('bob');
    await page.getByRole('button', { name: /^Account of Bob/ }).waitFor();
    assert.equal(await page.evaluate(() => document.cookie.includes('token=')), false, 'the session is hidden from scripts again');
    await page.getByRole('button', { name: /^Account of/ }).click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    await page.waitForURL(/session\/end/);
    await page.goto(base);
    await other().waitFor();
});

test('why somebody may not come is told on the page, in every look', async () => {
    await page.context().clearCookies();
    await be('eve');
    await page.getByRole('alert').getByText('domain').waitFor();
    assert.equal(new URL(page.url()).search, '');
    await look('provider-refused');
    await page.emulateMedia({ colorScheme: 'dark' });
    await page.setViewportSize({ width: 360, height: 740 });
    await audit(page, 'a refused sign-in on a phone, in the dark');
    await look('provider-refused-phone');
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth > innerWidth), false);
});
