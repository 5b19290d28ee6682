// The words of the client, to find buttons in any language and to notice what was not translated.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';

const FOLDER = new URL('../../web/src/i18n/', import.meta.url);
const ENTRY = /^\s*'([\w.-]+)':\s*(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)")/gm;

function read(language) {
    const files = readdirSync(FOLDER).filter((name) => name === `${language}.ts` || name.endsWith(`.${language}.ts`));
    const entries = files.flatMap((name) => [...readFileSync(new URL(name, FOLDER), 'utf8').matchAll(ENTRY)]);
    return new Map(entries.map(([, key, single, double]) => [key, (single ?? double).replace(/\\(.)/g, '$1')]));
}

const catalogue = { en: read('en'), de: read('de') };
assert.ok(catalogue.en.size > 500 && catalogue.en.size === catalogue.de.size, 'the catalogues are read whole');

/** What the client says under a key in a language. */
export const speaker = (language) => (key, values = {}) => {
    const text = catalogue[language].get(key);
    assert.ok(text, `there are words for ${key}`);
    return text.replace(/\{(\w+)(?:\|([^|}]*)\|([^|}]*))?\}/g, (_, name, one, other) => (one === undefined ? String(values[name] ?? '') : Number(values[name]) === 1 ? one : other));
};

/** The same up to its first blank, to find what begins with it. */
export const opening = (language, key) => new RegExp(`^${catalogue[language].get(key).split('{')[0].replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}`);

/** Keys, which nobody should ever read. */
export const keys = [...catalogue.en.keys()];

/** Texts that another language than this one has for itself. */
export function foreign(language) {
    const own = new Set(catalogue[language].values());
    const other = language === 'en' ? catalogue.de : catalogue.en;
    return [...new Set(other.values())].filter((text) => text.length > 3 && !text.includes('{') && !own.has(text));
}
