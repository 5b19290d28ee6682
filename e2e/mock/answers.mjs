// What the mock provider says. Everything depends only on the model and the last user message, so a test knows the
// answer before it asks. Modes are picked by the first word of that message; `provider.mjs` lists them.
import { createHash } from 'node:crypto';

const DIMENSIONS = 384;

/** Text of a message content, which is a string or a list of parts. */
export function textOf(content) {
    if (typeof content === 'string') return content;
    if (Array.isArray(content)) return content.map((part) => part?.text ?? '').join(' ');
    return '';
}

export function lastUser(messages) {
    const message = [...(messages ?? [])].reverse().find((one) => one?.role === 'user');
    return textOf(message?.content);
}

/** Words with the blanks behind them: one stream chunk each. */
export function tokens(text) {
    return text.match(/\S+\s*/g) ?? [''];
}

/** JSON for background tasks, recognised by the key that the prompt asks for. */
function taskAnswer(prompt) {
    if (!prompt.includes('JSON') && !prompt.includes('### Task')) return null;
    const answers = [
        ['"title"', { title: 'Mock Title' }],
        ['"tags"', { tags: ['Science', 'Testing'] }],
        ['"follow_ups"', { follow_ups: ['First question?', 'Second question?', 'Third question?'] }],
        ['"queries"', { queries: ['mock query'] }],
        ['"text"', { text: 'completed text' }],
        ['"prompt"', { prompt: 'a picture of a mock' }],
    ];
    const found = answers.find(([key]) => prompt.includes(key));
    return found ? JSON.stringify(found[1]) : null;
}

const words = (count, stem) => Array.from({ length: count }, (_, i) => `${stem}${i}`).join(' ');

/**
 * The answer to a request: `{text, mode, delay?, reasoning?, tool?, args?}`; `delay` is milliseconds per chunk.
 * A reply whose beginning is already there (a last message of the assistant) goes on behind it when it is a prefix.
 */
export function answer(model, messages, tools) {
    const user = lastUser(messages).trim();
    const task = taskAnswer(user) ?? taskAnswer(textOf(messages?.find((one) => one?.role === 'system')?.content));
    if (task) return { text: task, mode: 'task' };
    const last = messages?.at(-1);
    if (last?.role === 'tool') return { text: `[${model}] tool said: ${textOf(last.content).slice(0, 200)}`, mode: 'plain' };

    const plain = { text: `[${model}] You said: ${user.slice(0, 160)}`, mode: 'plain' };
    const mode = user.match(/^[a-z0-9]+/)?.[0] ?? '';
    const count = Number(user.match(/^[a-z0-9]+ (\d+)/)?.[1]);
    switch (mode) {
        case 'slow':
            return goOn({ text: words(count || 60, 'w'), delay: 120, mode }, last);
        case 'burst':
            return { text: words(count || 200, 'w'), mode };
        case 'long':
            return { text: words(count || 500, 'word'), mode };
        case 'reason':
            return { ...plain, reasoning: 'Let me think about it. Done thinking.', mode };
        case 'think':
            return { ...plain, text: `<think>Let me think about it.</think>${plain.text}`, mode };
        case 'tool': {
            const call = user.match(/^tool:(\S+)\s*(\{.*\})?/s);
            if (call && tools?.length) return { text: '', tool: call[1], args: call[2] ?? '{}', mode };
            return plain;
        }
        case 'notools':
            return tools?.length ? { ...plain, mode } : plain;
        case 'endless':
        case 'stall':
        case 'midfail':
        case 'miderror':
        case 'brokensse':
        case 'bigevent':
        case 'error500':
        case 'error429':
            return { ...plain, mode };
        default:
            return plain;
    }
}

function goOn(reply, last) {
    if (last?.role !== 'assistant') return reply;
    const prefix = textOf(last.content);
    return prefix && reply.text.startsWith(prefix) ? { ...reply, text: reply.text.slice(prefix.length) } : reply;
}

/** A unit vector that is near for texts that share words. */
export function embed(text) {
    const vector = new Array(DIMENSIONS).fill(0);
    for (const word of String(text).toLowerCase().match(/\w+/g) ?? ['']) {
        const hash = createHash('sha256').update(word).digest();
        for (let i = 0; i < 8; i += 2) vector[hash.readUInt16BE(i) % DIMENSIONS] += hash[i + 8] & 1 ? 1 : -1;
    }
    const length = Math.hypot(...vector) || 1;
    return vector.map((x) => Number((x / length).toFixed(6)));
}
