// The models behind the recorded turns of the contract: what each of them streamed, chunk by chunk.
import { setTimeout as sleep } from 'node:timers/promises';

export const RECORDED_MODELS = ['mock-plain', 'mock-think', 'mock-reason', 'mock-slow', 'mock-err', 'mock-tool'];

const USAGE = { prompt_tokens: 11, completion_tokens: 4, total_tokens: 15 };
const text = (...pieces) => pieces.map((content) => ({ content }));

const call = (fields) => ({ tool_calls: [{ index: 0, ...fields }] });
const CALL = [
    call({ id: 'call_abc', type: 'function', function: { name: 'get_current_timestamp', arguments: '' } }),
    call({ function: { arguments: '{' } }),
    call({ function: { arguments: '}' } }),
];

const STREAMS = {
    'mock-plain': [{ role: 'assistant', content: '' }, ...text('Hello', ' from', ' mock', '.')],
    'mock-think': text('<think>', 'plan ', 'it', '</think>', 'The ', 'answer.'),
    'mock-reason': [{ reasoning_content: 'step ' }, { reasoning_content: 'one' }, ...text('Final ', 'text')],
    'mock-slow': text(...Array.from({ length: 100 }, (_, i) => `w${i} `)),
};

const TASKS = [
    ['"title"', '{"title":"Mock Title"}'],
    ['"tags"', '{"tags":["alpha","beta"]}'],
    ['"follow_ups"', '{"follow_ups":["Q one?","Q two?"]}'],
];

/** Answers a request to one of these models. */
export async function recorded(body, response, { send, write }) {
    const { model } = body;
    if (model === 'mock-err') return send(response, 400, { error: { message: 'mock failure' } });
    const prompt = JSON.stringify(body.messages ?? []);
    const head = { id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1, model };
    if (!body.stream) {
        const found = TASKS.find(([key]) => prompt.includes(JSON.stringify(key).slice(1, -1)) && prompt.includes('JSON'));
        const content = found?.[1] ?? (STREAMS[model] ?? STREAMS['mock-plain']).map((delta) => delta.content ?? '').join('');
        const choice = { index: 0, message: { role: 'assistant', content }, finish_reason: 'stop' };
        return send(response, 200, { ...head, object: 'chat.completion', choices: [choice], usage: USAGE });
    }
    // A model that calls a tool first and speaks when it has the result.
    const calls = model === 'mock-tool' && body.messages.at(-1).role !== 'tool';
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    for (const delta of calls ? CALL : STREAMS[model === 'mock-tool' ? 'mock-plain' : model]) {
        if (response.destroyed) return;
        await write(response, { ...head, choices: [{ index: 0, delta, finish_reason: null }] });
        await sleep(model === 'mock-slow' ? 100 : 20);
    }
    await write(response, { ...head, choices: [{ index: 0, delta: {}, finish_reason: calls ? 'tool_calls' : 'stop' }] });
    await sleep(20);
    await write(response, { ...head, choices: [], usage: USAGE });
    response.end('data: [DONE]\n\n');
}
