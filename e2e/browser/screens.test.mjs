// Every screen of the client in both languages, light and dark, on a desk and on a phone: nothing overflows, nothing is
// untranslated, axe and the console have nothing to say. With AIRIS_PICTURES each one is also drawn, for people to look at.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { opening } from './catalogue.mjs';
import { device, KINDS } from './device.mjs';
import { signUp, totp } from './page.mjs';
import { stage } from './stage.mjs';
import { EMPTY, used, visit } from './screens.mjs';
import { furnish, MODEL, PASSWORD, shelf } from './world.mjs';

const REFUSED = /status of (400|401|403|404)/;
const UNREACHED = /Failed to load|ERR_|WebSocket|NetworkError/;
let at;
let models;
let token;
let drawing;
let world;

before(async () => {
    models = await shelf();
    at = await stage({ ENABLE_OPENAI_API: 'true', OPENAI_API_BASE_URLS: models.url, OPENAI_API_KEYS: 'sk-shelf', DEFAULT_MODELS: MODEL });
    await at.page.context().close();
});

after(async () => {
    models?.close();
    await at?.close();
});

/** Runs `look` for every kind of screen, each with a browser profile of its own. */
async function everywhere(t, who, look) {
    for (const kind of KINDS) {
        await t.test(kind.name, async (t) => {
            const d = await device(at.url, kind, typeof who === 'function' ? who(kind) : who);
            try {
                await look(d, t);
            } finally {
                await d.close();
            }
        });
    }
}

/** Each of the screens, whatever became of the one before. */
async function walk(d, t, screens) {
    for (const screen of screens) {
        await t.test(screen.name, async () => {
            try {
                await visit(d, screen);
            } catch (error) {
                await d.page.unrouteAll({ behavior: 'ignoreErrors' });
                d.release?.();
                await d.load('/');
                throw error;
            }
        });
    }
}

/** Runs in the page: a picture that people would attach. */
function paint() {
    const canvas = Object.assign(document.createElement('canvas'), { width: 480, height: 320 });
    const pen = canvas.getContext('2d');
    const sky = pen.createLinearGradient(0, 0, 0, 320);
    for (const [at, colour] of [[0, '#1d2b53'], [0.6, '#c8553d'], [0.75, '#f2b880'], [0.76, '#16324f'], [1, '#0b1d30']]) sky.addColorStop(at, colour);
    const shape = (colour, points) => {
        pen.fillStyle = colour;
        pen.beginPath();
        for (const [x, y] of points) pen.lineTo(x, y);
        pen.fill();
    };
    pen.fillStyle = sky;
    pen.fillRect(0, 0, 480, 320);
    shape('#ffe9b055', [[330, 88], [0, 20], [0, 130]]);
    shape('#f4f1ea', [[318, 260], [324, 100], [346, 100], [352, 260]]);
    shape('#b3261e', [[321, 180], [323, 140], [347, 140], [349, 180]]);
    shape('#22303c', [[316, 100], [322, 78], [348, 78], [354, 100]]);
    shape('#0d1720', [[230, 320], [290, 256], [400, 258], [480, 300], [480, 320]]);
    return canvas.toDataURL('image/png').split(',')[1];
}

test('a server without an account', async (t) => {
    await everywhere(t, {}, async (d) => {
        await d.page.getByText(d.w('auth.first')).waitFor();
        await d.settled();
        await d.look('first-start');
        drawing ??= Buffer.from(await d.page.evaluate(paint), 'base64');
    });
    const d = await device(at.url, KINDS[0]);
    await signUp(d.page);
    await d.button('ready.start').waitFor();
    await d.settled();
    await d.look('first-ready');
    token = await d.page.evaluate(() => localStorage.getItem('token'));
    assert.ok(token, 'somebody is signed in');
    await d.close();
});

test('a server with nothing in it', (t) => everywhere(t, () => ({ token }), async (d, t) => {
    await walk(d, t, EMPTY);
}));

test('a server in use', async (t) => {
    world = await furnish(at.url, token, drawing, models.origin);
    await everywhere(t, () => ({ token }), (d, t) => walk(d, t, used(world)));
});

test('what a link shows', async (t) => {
    const path = `/s/${world.link}`;
    await everywhere(t, () => ({ token: world.people.grace.token, path }), async (d) => {
        await d.button('share.takeOver').waitFor();
        await d.settled();
        await d.look('shared');
        await d.load(`/s/${world.live}`);
        await d.page.getByRole('textbox', { name: d.w('composer.placeholder') }).waitFor();
        await d.settled();
        await d.look('shared-live');
    });
    await everywhere(t, { path }, async (d) => {
        await d.page.getByRole('heading', { level: 1 }).waitFor();
        await d.settled();
        await d.look('shared-stranger', { allow: REFUSED });
        await d.load('/s/nothing');
        await d.page.getByText(d.w('share.refusedUnknown')).waitFor();
        await d.look('shared-refused', { allow: REFUSED });
    });
});

async function signIn(d, email, password = PASSWORD) {
    await d.page.getByLabel(d.w('auth.email')).fill(email);
    await d.page.getByLabel(d.w('auth.password')).fill(password);
    await d.button('auth.signin').click();
}

test('the way in', (t) => everywhere(t, {}, async (d) => {
    await d.button('auth.signin').waitFor();
    await d.look('sign-in');
    await signIn(d, 'grace@example.com', 'wrong');
    await d.page.getByRole('alert').waitFor();
    await d.look('sign-in-refused', { allow: REFUSED });
    await d.button('auth.toSignup').click();
    await d.page.getByLabel(d.w('auth.name')).waitFor();
    await d.look('sign-up');
    await d.button('auth.toSignin').click();
    await signIn(d, 'alan@example.com');
    await d.page.getByRole('heading', { name: 'Welcome to the pier' }).waitFor();
    await d.settled();
    await d.look('waiting', { allow: REFUSED });
    await d.page.route('**/api/config', (route) => route.abort());
    await d.page.evaluate(() => localStorage.removeItem('token'));
    await d.load('/');
    await d.page.getByText(d.w('app.unreached')).waitFor();
    await d.look('unreached', { allow: UNREACHED });
}));

test('a client without its server', async (t) => {
    const devices = [];
    for (const kind of KINDS) {
        const d = await device(at.url, kind, { token });
        devices.push(d);
        await d.page.evaluate(() => navigator.serviceWorker.ready);
        await d.load(`/c/${world.chats.rich}`);
        await d.page.locator('pre .hljs-keyword').first().waitFor();
        await d.page.waitForFunction(() => navigator.serviceWorker.controller);
        await d.settled();
    }
    await at.kill();
    for (const d of devices) {
        await t.test(d.name, async () => {
            await d.page.reload();
            await d.page.getByText(d.w('app.offline')).waitFor();
            await d.page.getByText(opening(d.language, 'chat.kept')).waitFor();
            await d.look('offline', { allow: UNREACHED });
            await d.show(`/c/${world.chats.long}`);
            await d.page.getByText(d.w('chat.notKept')).waitFor();
            await d.look('offline-not-kept', { allow: UNREACHED });
            await d.close();
        });
    }
    await at.start();
});

test('a second factor', async (t) => {
    const config = await world.call('/v1/auths/admin/config');
    await world.call('/v1/auths/admin/config', { ...config, ENABLE_MFA: true });
    const people = ['grace', 'konrad', 'zoe', 'sofja'].map((name) => `${name}@example.com`);
    await everywhere(t, {}, async (d) => {
        const email = people.shift();
        await d.button('auth.signin').waitFor();
        await signIn(d, email);
        await d.page.getByRole('img', { name: d.w('factor.picture') }).waitFor();
        await d.look('factor-new', { allow: REFUSED });
        await d.page.getByLabel(d.w('factor.code'), { exact: true }).fill(totp(await d.page.locator('code').innerText()));
        await d.button('factor.go').click();
        await d.button('factor.kept').waitFor();
        await d.look('factor-codes');
        await d.load('/');
        await signIn(d, email);
        await d.page.getByText(d.w('factor.verify')).waitFor();
        await d.look('factor-asked');
        await d.page.getByLabel(d.w('factor.useRecovery')).check();
        await d.page.getByText(d.w('factor.lost')).waitFor();
        await d.look('factor-lost');
    });
    assert.ok(people.length < 4, 'somebody was asked');
});
