// Sign-in with accounts of another provider, end to end: both are real processes, and only the browser is ours.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { endAll, environment, folder, freePort, program, serve } from '../processes.mjs';
import { Browser } from './browser.mjs';

const [here, there] = [await freePort(), await freePort()];
const [BASE, PROVIDER] = [`http://127.0.0.1:${here}`, `http://127.0.0.1:${there}`];
const data = folder();
await program(fileURLToPath(new URL('provider.mjs', import.meta.url)), [String(there), BASE]);
const env = environment(data, here, 'http://127.0.0.1:9', {
    OAUTH_CLIENT_ID: 'airis', OAUTH_CLIENT_SECRET: 'a secret of the tests: +/&', OAUTH_PROVIDER_NAME: 'Example',
    OPENID_PROVIDER_URL: `${PROVIDER}/.well-known/openid-configuration`, ENABLE_OAUTH_SIGNUP: 'true',
    ENABLE_OAUTH_BACKCHANNEL_LOGOUT: 'true', OAUTH_ALLOWED_DOMAINS: 'example.com', DEFAULT_USER_ROLE: 'user',
    ENABLE_OAUTH_ROLE_MANAGEMENT: 'true', OAUTH_ALLOWED_ROLES: 'staff', OAUTH_ADMIN_ROLES: 'root',
    ENABLE_OAUTH_GROUP_MANAGEMENT: 'true', ENABLE_OAUTH_GROUP_CREATION: 'true',
    WEBUI_AUTH_SIGNOUT_REDIRECT_URL: `${BASE}/auth`,
});
await serve(process.env.AIRIS_BINARY, env, `${data}/server.log`);
after(endAll);

/** Asks airis as a program does. */
async function call(method, path, { token, body } = {}) {
    const headers = { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) };
    const answer = await fetch(BASE + path, { method, headers, body: JSON.stringify(body) });
    return { status: answer.status, body: await answer.json() };
}

const { body: root } = await call('POST', '/api/v1/auths/signup', { body: { name: 'Root', email: 'root@example.com', password: 'correct horse battery' } });

const FORM = { 'content-type': 'application/x-www-form-urlencoded' };
const isBack = (url) => url.startsWith(`${BASE}/oauth/oidc/login/callback`);
const isPage = (url) => url.startsWith(`${BASE}/auth`);
const told = (url) => new URL(url).searchParams.get('error') ?? '';

/** Goes to the provider, is `login` there, and comes back as far as `stop` says; `change` meddles with the way there. */
async function signIn(browser, login, { stop = isPage, change = (url) => url } = {}) {
    const { url } = await browser.go(`${BASE}/oauth/oidc/login`, (url) => url.startsWith(PROVIDER));
    const asked = await browser.go(change(url), (url) => stop(url) || isPage(url));
    if (asked.status === undefined) return asked.url;
    assert.match(asked.text, /Who are you/, asked.url);
    const said = { method: 'POST', headers: FORM, body: new URLSearchParams(login === null ? { refuse: '1' } : { login }) };
    return (await browser.go(asked.url, (url) => url !== asked.url && stop(url), said)).url;
}

const who = async (browser) => (await call('GET', '/api/v1/auths/', { token: browser.cookie(BASE, 'token') })).body;

/** A sign-in that must work, in a fresh browser. */
async function welcome(login) {
    const browser = new Browser();
    assert.equal(await signIn(browser, login), `${BASE}/auth`);
    return { browser, person: await who(browser) };
}

/** Says which error a fresh browser ends with that must get no session. */
async function refused(login, more) {
    const browser = new Browser();
    const url = await signIn(browser, login, more);
    assert.equal(browser.cookie(BASE, 'token'), undefined);
    return told(url);
}

const groupsOf = async (person) =>
    (await call('GET', `/api/v1/users/${person.id}`, { token: root.token })).body.groups.map((group) => group.name ?? group).sort();

test('the page knows the provider', async () => {
    const { body } = await call('GET', '/api/config');
    assert.deepEqual(body.oauth.providers, { oidc: 'Example' });
});

test('somebody new gets an account, with the role and the groups that the provider names', async () => {
    const { browser, person } = await welcome('ada');
    assert.deepEqual([person.email, person.name, person.role], ['ada@example.com', 'Ada Lovelace', 'user']);
    assert.deepEqual(await groupsOf(person), ['blue', 'red']);
    assert.equal(browser.jar(BASE).get('token').hidden, false, 'the page must be able to take the session over');
    assert.equal(browser.jar(BASE).get('oauth_session_id').hidden, true);
});

test('the same person comes back to the same account, from another browser, too', async () => {
    const [first, second] = [await welcome('ada'), await welcome('ada')];
    assert.equal(first.person.id, second.person.id);
});

test('an administrator there is one here', async () => {
    assert.equal((await welcome('bob')).person.role, 'admin');
});

test('a foreign domain, a role without a place, and a refusal are told on the page', async () => {
    assert.match(await refused('eve'), /domain/);
    assert.match(await refused('guest'), /role/);
    assert.match(await refused(null), /Ada said no/);
});

test('another state, another nonce and another key of PKCE let nobody in', async () => {
    const browser = new Browser();
    const back = new URL(await signIn(browser, 'ada', { stop: isBack }));
    back.searchParams.set('state', 'made-up');
    assert.match(told((await browser.go(back.href, isPage)).url), /another browser/);
    for (const [name, value] of [['nonce', 'made-up'], ['code_challenge', 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM']]) {
        const change = (url) => {
            const changed = new URL(url);
            assert.ok(changed.searchParams.get(name), name);
            changed.searchParams.set(name, value);
            return changed.href;
        };
        assert.notEqual(await refused('ada', { change }), '', name);
    }
});

test('a code works once, and only in the browser that asked for it', async () => {
    const browser = new Browser();
    const back = await signIn(browser, 'ada', { stop: isBack });
    const cookie = browser.cookie(BASE, 'owui-session');
    assert.match(told((await new Browser().go(back, isPage)).url), /another browser/);
    assert.equal((await browser.go(back, isPage)).url, `${BASE}/auth`);
    assert.match(told((await browser.go(back, isPage)).url), /another browser/);
    browser.jar(BASE).set('owui-session', { value: cookie, path: '/' });
    assert.match(told((await browser.go(back, isPage)).url), /did not accept/);
});

test('whoever signs out here is sent to the provider, which ends its session', async () => {
    const { browser, person } = await welcome('ada');
    const left = await browser.send(`${BASE}/api/v1/auths/signout`, { method: 'POST' });
    const { redirect_url } = await left.json();
    assert.ok(redirect_url.startsWith(`${PROVIDER}/session/end?id_token_hint=`), redirect_url);
    assert.equal(browser.cookie(BASE, 'token'), undefined);
    assert.equal((await call('GET', `/api/v1/users/${person.id}`, { token: root.token })).status, 200);
    const asked = await browser.go(redirect_url);
    assert.equal(asked.status, 200, asked.text);
});

test('whoever signs out at the provider is signed out here, everywhere', async () => {
    const { browser, person } = await welcome('ada');
    const other = await welcome('ada');
    const asked = await browser.go(`${PROVIDER}/session/end`);
    const xsrf = /name="xsrf" value="([^"]+)"/.exec(asked.text)?.[1];
    const action = /action="([^"]+)"/.exec(asked.text)?.[1];
    const said = { method: 'POST', headers: FORM, body: new URLSearchParams({ xsrf, logout: 'yes' }) };
    await browser.go(new URL(action, PROVIDER).href, undefined, said);
    const ended = async (token) => (await call('GET', '/api/v1/auths/', { token })).status === 401;
    // The provider tells airis before it answers; it may also do so a moment later.
    for (let i = 0; i < 1200 && !(await ended(browser.cookie(BASE, 'token'))); i++) await new Promise((resolve) => setTimeout(resolve, 50));
    assert.ok(await ended(browser.cookie(BASE, 'token')));
    assert.ok(await ended(other.browser.cookie(BASE, 'token')));
    assert.equal((await call('GET', '/api/v1/auths/', { token: root.token })).status, 200);
    assert.equal((await welcome('ada')).person.id, person.id, 'and may come again');
});

test('what nobody signed ends no session', async () => {
    const { browser } = await welcome('ada');
    const claims = { iss: PROVIDER, aud: 'airis', sub: 'ada', iat: Math.floor(Date.now() / 1000), events: { 'http://schemas.openid.net/event/backchannel-logout': {} } };
    const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const notify = (logout_token) => fetch(`${BASE}/oauth/backchannel-logout`, { method: 'POST', body: new URLSearchParams({ logout_token }) });
    const forged = await notify(`${part({ alg: 'none' })}.${part(claims)}.`);
    assert.equal(forged.status, 400);
    assert.equal((await forged.json()).error, 'invalid_request');
    assert.equal((await who(browser)).email, 'ada@example.com');
});
