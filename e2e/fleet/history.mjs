// What became of every reply: is everything there that was acknowledged, once, as the provider said it, and told to the end?
import { setTimeout as sleep } from 'node:timers/promises';

/** How long an end is waited for at all. */
const PATIENCE = 90_000;
/** How long after the end is stored its viewer may not know. */
const TOLD_WITHIN = 20_000;
/** How often who hears nothing looks for the end. */
const LOOK = 1_000;
const READERS = 16;

/** Waits for the end of all replies and judges them. `owners`: how many may ask the provider for one at the same time. */
export async function judge(load, { mock, sql }, { owners = 1, asks = 1 }) {
    const problems = [...load.problems];
    await Promise.all(load.replies.map((reply) => ended(reply, problems)));
    const asked = await (await fetch(`${mock}/asked`)).json();
    let [lost, duplicated] = [0, 0];
    const queue = [...load.replies];
    const reader = async () => {
        for (let reply; (reply = queue.pop()); ) {
            const found = await look(reply, asked[reply.prompt], owners, asks);
            reply.leave();
            lost += Number(found.lost);
            duplicated += Number(found.duplicated);
            problems.push(...found.problems.map((problem) => `${reply.prompt}: ${problem}`));
        }
    };
    await Promise.all(Array.from({ length: READERS }, reader));
    const left = Number(await sql(`SELECT count(*) FROM turn WHERE state = 'running'`));
    if (left) problems.push(`${left} turns still run`);
    const taken = Object.values(asked).filter(({ times }) => times > 1).length;
    return { replies: load.replies.length, lost, duplicated, taken, problems };
}

/** Until the viewer saw the end; notes when that was. */
async function ended(reply, problems) {
    const over = Math.max(Date.now(), reply.begun + reply.speech.lasts) + PATIENCE;
    let stored = null;
    for (let looked = Date.now(); !reply.done; await sleep(50)) {
        const now = Date.now();
        if (now > over) return void problems.push(`${reply.prompt}: no end after ${PATIENCE} ms, shown "${reply.text.slice(-40)}"`);
        if (now - Math.max(looked, reply.begun + reply.speech.lasts) < LOOK) continue;
        looked = now;
        const message = await reply.read();
        if (message?.done) stored ??= Date.now();
        if (stored && Date.now() - stored > TOLD_WITHIN) return void problems.push(`${reply.prompt}: its end is stored and was not told`);
    }
}

/** What is stored of one reply, and what its viewer saw. */
async function look(reply, asked, owners, asks) {
    const { speech, prompt, message_id, user_id } = reply;
    const found = { lost: false, duplicated: false, problems: [] };
    const say = (problem) => found.problems.push(problem);
    const messages = await reply.messages();
    const [question, answer] = [messages?.[user_id], messages?.[message_id]];
    const told = reply.problems.filter((problem) => !(speech.fails && problem.startsWith('told:')));
    told.forEach(say);
    if (question?.content !== prompt) say(`what was asked is not kept: ${JSON.stringify(question)}`);
    if (answer?.done !== true) say(`stored done=${answer?.done}`);
    const stored = (answer?.content ?? '').trimEnd();
    if (stored !== speech.expected) say(`stored "${stored}"`);
    if (reply.text.trimEnd() !== speech.expected) say(`shown "${reply.text}"`);
    if (speech.fails && !(reply.error && answer?.error)) say(`no error: shown ${JSON.stringify(reply.error)}, stored ${JSON.stringify(answer?.error)}`);
    if (!speech.fails && answer?.error) say(`stored error ${JSON.stringify(answer.error)}`);
    const twice = [stored, reply.text].some((text) => /\b(w\d+)\b.*\b\1\b/.test(text));
    const questions = Object.values(messages ?? {}).filter(({ role }) => role === 'user').length;
    found.duplicated = twice || questions > 1;
    found.lost = !question || !stored.startsWith(speech.expected) || answer?.done !== true;
    if (asked?.most > owners) say(`${asked.most} asked the provider at once`);
    if (asked?.times > asks) say(`the provider was asked ${asked.times} times`);
    return found;
}

/** Milliseconds that the last reply ended after an undisturbed one would have. */
export const lateness = (replies) => Math.max(0, ...replies.map(({ ended, begun, speech }) => (ended ?? Date.now()) - begun - speech.lasts));

/** The longest time in which a viewer of a running reply saw nothing new; ms. */
export const silence = (replies) => Math.max(0, ...replies.map((reply) => reply.silence));
