// Replies that begin at a fixed rate, whatever becomes of those before them, and people who look around meanwhile.
import { setTimeout as sleep } from 'node:timers/promises';

import { call } from '../sockets/server.mjs';
import { begin, whole } from './people.mjs';

/** How long anybody waits for an answer. */
const PATIENCE = 30_000;
/** What people ask for who only look around, so many times a second. */
const LOOKS = ['/api/config', '/api/v1/chats/?page=1', '/api/models', '/api/v1/folders/'];
const LOOKS_A_SECOND = 12;

export class Load {
    /** Replies that were acknowledged. */
    replies = [];
    /** Requests that were answered by nobody, or with 5xx: `{from, to, what}`, ms since 1970. */
    failures = [];
    /** Answers that no fault explains. */
    problems = [];
    requests = 0;
    running = true;
    under = new Set();

    /** `speech(i)` says what the reply number i is asked with: `{text, expected, lasts, fails?}`. */
    constructor(crowd, speech) {
        Object.assign(this, { crowd, speech });
    }

    /** A request that is counted. */
    ask = async (method, path, options) => {
        const from = Date.now();
        this.requests += 1;
        const signal = AbortSignal.timeout(PATIENCE);
        const answer = await call(method, path, { ...options, signal }).catch((error) => ({ status: 0, body: String(error.cause ?? error) }));
        const what = `${method} ${path}: ${answer.status} ${JSON.stringify(answer.body).slice(0, 200)}`;
        if (answer.status === 0 || answer.status >= 500) this.failures.push({ from, to: Date.now(), what });
        else if (answer.status >= 400) this.problems.push(what);
        return answer;
    };

    /** Runs until `stop`, `rate` replies a second. */
    start(rate) {
        this.own(this.pace(rate, (i) => this.reply(i)));
        this.own(this.pace(LOOKS_A_SECOND, (i) => this.ask('GET', LOOKS[i % LOOKS.length], { token: this.crowd[i % this.crowd.length].token })));
    }

    /** How many replies run. */
    underway = () => this.replies.filter(({ done }) => !done).length;

    /** No more begins; waits for what was asked. */
    async stop() {
        this.running = false;
        while (this.under.size) await Promise.all(this.under);
    }

    /** Something that `stop` waits for. */
    own(task) {
        const owned = task.catch((error) => this.problems.push(error.stack)).finally(() => this.under.delete(owned));
        this.under.add(owned);
    }

    async pace(rate, act) {
        const begun = Date.now();
        for (let i = 0; this.running; i++) {
            await sleep(Math.max(0, begun + (i * 1000) / rate - Date.now()));
            this.own(act(i));
        }
    }

    async reply(i) {
        const speech = this.speech(i);
        let viewer;
        try {
            viewer = await begin(this.crowd[i % this.crowd.length], speech.text, this.ask);
        } catch {
            // Counted as a failed request; nothing was promised.
            return;
        }
        this.replies.push(Object.assign(viewer, { speech, begun: Date.now() }));
    }
}

/** Milliseconds between two words of the provider. */
const WORD = 120;

/** Replies of so many numbered words. */
export const words = (count, name) => (i) => ({ text: `slow ${count} ${name} ${i}.`, expected: whole(count), lasts: count * WORD });
