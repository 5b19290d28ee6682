// A screen that somebody sits in front of: its size, colours and language, and what must be right on it whatever it shows.
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { foreign, keys, speaker } from './catalogue.mjs';
import { audit, openPage } from './page.mjs';

/** Where screens are drawn as they are, and where small ones for the documents go. */
const { AIRIS_PICTURES: pictures, AIRIS_SCREENS: small } = process.env;
const PATIENCE = 60_000;
const desk = { wide: true, viewport: { width: 1280, height: 800 } };
const phone = { wide: false, viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true, deviceScaleFactor: 1 };
const kind = (name, language, colorScheme, { wide, ...size }) => ({ name, language, wide, colorScheme, context: { ...size, colorScheme, reducedMotion: 'reduce' } });

/** German has the longer words: what fits a phone in German fits it in English. All of them only where pictures are wanted. */
export const KINDS = [
    kind('desk', 'en', 'light', desk), kind('phone-de', 'de', 'dark', phone),
    ...(pictures || small ? [kind('phone', 'en', 'dark', phone)] : []), ...(pictures ? [kind('desk-de', 'de', 'dark', desk)] : []),
];

/** Opens the client on such a screen, as the owner of a token or as a stranger. */
export async function device(url, { name, language, wide, colorScheme, context }, { token, path = '/' } = {}) {
    const page = await openPage(`${url}/manifest.webmanifest`, context);
    const said = [];
    const flying = new Set();
    page.on('console', (message) => message.type() === 'error' && said.push(`${message.text()} (${message.location().url})`));
    page.on('pageerror', (error) => said.push(error.message));
    page.on('request', (request) => !/\/ws\/|socket\.io/.test(request.url()) && flying.add(request));
    for (const end of ['requestfinished', 'requestfailed']) page.on(end, (request) => flying.delete(request));
    await page.evaluate(([language, token]) => {
        localStorage.setItem('locale', language);
        if (token) localStorage.setItem('token', token);
    }, [language, token]);
    const w = speaker(language);
    const button = (key, values) => page.getByRole('button', { name: w(key, values), exact: true });
    let seenWhole = false;

    const frames = () => page.evaluate(() => new Promise((done) => requestAnimationFrame(() => setTimeout(() => requestAnimationFrame(done)))));
    const waits = async () => flying.size || page.locator('.bones, [aria-busy=true]').count();

    const self = {
        page, w, wide, language, name, button,
        /** Another address, without loading the client again. */
        async show(path) {
            await page.evaluate((path) => {
                history.pushState(null, '', path);
                dispatchEvent(new PopStateEvent('popstate'));
            }, path);
        },
        async load(path) {
            flying.clear();
            await page.goto(url + path);
        },
        /** Until nothing more is on its way, twice in a row. */
        async settled() {
            for (let quiet = 0, until = Date.now() + PATIENCE; quiet < 2;) {
                await frames();
                quiet = (await waits()) ? 0 : quiet + 1;
                if (Date.now() > until) assert.fail(`never at rest: ${[...flying].map((request) => request.url())} ${page.url()}`);
            }
        },
        /** On a phone the sidebar lies over the page, and is there when it is asked for. */
        async sidebar(open) {
            const [show, hide] = [button('sidebar.show'), button('sidebar.hide').first()];
            if (!wide && (await (open ? show : hide).isVisible())) await (open ? show : hide).click();
            if (open) await hide.waitFor();
            else if (!wide) await show.waitFor();
        },
        async palette(words) {
            await page.keyboard.press('Control+k');
            const field = page.getByRole('combobox', { name: w('palette.placeholder') });
            await field.fill(words);
            return page.getByRole('option', { name: words }).first();
        },
        /** Closes every window and menu that lies over the page. */
        async shut() {
            for (let i = 0; i < 4 && (await page.locator('dialog[open], :popover-open').count()); i++) {
                await page.keyboard.press('Escape');
                await frames();
            }
            assert.equal(await page.locator('dialog[open], :popover-open').count(), 0, 'Escape closes what is open');
        },
        /** Everything that must be right on every screen. */
        async look(what, { allow } = {}) {
            const place = `${what} on ${name}`;
            await this.picture(what);
            const over = await page.locator('dialog[open]').count();
            const context = over ? { include: ['dialog[open]'] } : seenWhole ? { exclude: ['.shell > nav'] } : null;
            // What a menu hides in part cannot be hit before the menu is gone.
            const menu = await page.locator('[role=menu]:popover-open').count();
            if (menu) await audit(page, place, { include: ['[role=menu]:popover-open'] }, TARGETS);
            await audit(page, place, /^sidebar/.test(what) ? null : context, menu ? {} : TARGETS);
            seenWhole ||= !over;
            const { problems, hints } = await page.evaluate(inspect, { keys, foreign: foreign(language), width: page.viewportSize().width });
            assert.deepEqual(problems, [], place);
            if (pictures) for (const hint of hints) console.log(`${place}: ${hint}`);
            assert.deepEqual(said.splice(0).filter((words) => !allow?.test(words)), [], `nothing is wrong behind ${place}`);
        },
        async picture(what) {
            if (small && language === 'en') await draw(page, `${what}-${colorScheme}${wide ? '' : '-phone'}`);
            if (!pictures) return;
            mkdirSync(`${pictures}/screens`, { recursive: true });
            await page.screenshot({ path: `${pictures}/screens/${what}-${colorScheme}-${name}.png` });
        },
        close: () => page.context().close(),
    };
    await self.load(path);
    return self;
}

/** Large enough for a finger, or with enough room around. */
const TARGETS = { 'target-size': { enabled: true } };

/** A small picture, for the documents of a repository. */
async function draw(page, name) {
    const png = (await page.screenshot()).toString('base64');
    const webp = await page.evaluate(async ([png, width]) => {
        const whole = await createImageBitmap(await (await fetch(`data:image/png;base64,${png}`)).blob());
        const height = Math.round((whole.height * width) / whole.width);
        const canvas = new OffscreenCanvas(width, height);
        const pen = canvas.getContext('2d');
        pen.imageSmoothingQuality = 'high';
        pen.drawImage(whole, 0, 0, width, height);
        const bytes = new Uint8Array(await (await canvas.convertToBlob({ type: 'image/webp', quality: 0.6 })).arrayBuffer());
        return btoa(bytes.reduce((text, byte) => text + String.fromCharCode(byte), ''));
    }, [png, Math.min(640, page.viewportSize().width)]);
    mkdirSync(small, { recursive: true });
    writeFileSync(`${small}/${name}.webp`, Buffer.from(webp, 'base64'));
}

/** Runs in the page: what no screen may have, and what somebody should look at. */
function inspect({ keys, foreign, width }) {
    const [problems, hints] = [[], []];
    const told = (element) => `${element.tagName.toLowerCase()}.${element.className?.baseVal ?? element.className} “${(element.innerText ?? '').slice(0, 40)}”`;
    const seen = (element) => element.checkVisibility({ visibilityProperty: true, opacityProperty: true }) && !element.closest('.visually-hidden, .paper');

    if (document.documentElement.scrollWidth > width) problems.push(`the page is ${document.documentElement.scrollWidth} wide`);
    for (const box of document.querySelectorAll('main, dialog[open], .view, .shell > nav .list, #app ul, #app ol')) {
        if (/^[uo]l$/i.test(box.tagName) && !/auto|scroll/.test(getComputedStyle(box).overflowX)) continue;
        if (box.scrollWidth > box.clientWidth + 1) problems.push(`${told(box)} is ${box.scrollWidth} wide in ${box.clientWidth}`);
    }
    const listed = (element) => seen(element) && !element.closest('.shell > nav');
    const held = (element) => {
        for (let up = element.parentElement; up; up = up.parentElement) if (/auto|scroll|hidden|clip/.test(getComputedStyle(up).overflowX)) return true;
        return false;
    };
    for (const element of document.querySelectorAll('#app *')) {
        const box = element.getBoundingClientRect();
        if (box.width > 1 && (box.right > width + 1 || box.left < -1) && seen(element) && !held(element)) problems.push(`${told(element)} stands out of the screen`);
        const style = getComputedStyle(element);
        if (style.textOverflow === 'ellipsis' && element.scrollWidth > element.clientWidth + 1 && listed(element)) hints.push(`cut: ${told(element)}`);
        if (element.matches('button, .button') && element.scrollWidth > element.clientWidth + 1 && listed(element)) hints.push(`too narrow: ${told(element)}`);
    }

    const [known, strange] = [new Set(keys), new Set(foreign)];
    const texts = [];
    const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walk.nextNode(); node; node = walk.nextNode()) if (node.parentElement && !node.parentElement.closest('script, style, code, kbd, annotation, textarea')) texts.push(node.data.trim());
    for (const name of ['aria-label', 'title', 'placeholder', 'alt']) for (const element of document.querySelectorAll(`[${name}]`)) texts.push(element.getAttribute(name));
    for (const text of texts) {
        if (text.split(/\s+/).some((word) => known.has(word))) problems.push(`a key instead of words: ${text}`);
        if (/(^|[^{])\{\w+\}(?!\})/.test(text)) problems.push(`a blank that nothing fills: ${text}`);
        if (/\bundefined\b|\bNaN\b|Invalid Date|\[object /.test(text)) problems.push(`no value: ${text}`);
        if (strange.has(text)) problems.push(`another language: ${text}`);
    }
    return { problems, hints };
}
