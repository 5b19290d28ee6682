#!/usr/bin/env node
// A small deterministic model provider for tests: OpenAI-compatible under /v1, the chat part of Ollama under /api.
//
//     node provider.mjs [PORT] [--recorded]        PORT 0 (the default) picks a free one; the address is printed when it listens
//
// Models `mock-alpha`, `mock-beta` (OpenAI), `llama-mock:latest` (Ollama). The answer is "[model] You said: <last user
// message>" unless that message begins with one of these words (a number behind `slow`, `burst`, `long` sets the count):
//   slow       60 words, 120 ms apart              stall       three words, then silence with the connection open
//   burst      200 words, no pause                 endless     words for ever, 20 ms apart
//   long       500 words, no pause                 midfail     four words, then the connection breaks
//   reason     reasoning_content, then the answer  brokensse   unusable lines between good ones
//   think      the same inside <think> tags        bigevent    one event of 10 MB
//   tool:NAME {json}  one call of NAME, if tools are offered     error500, error429  an error answer
//   notools    an error answer while tools are offered, as from a model that can call none
//   miderror   four words, then an error inside the stream
// With --recorded the models of the contract's recorded turns (`mock-plain`, `mock-think`…) are there, too.
// Background prompts (title, tags, follow-ups, queries…) get their JSON. GET /log: the requests seen; GET /asked: how often
// each text was streamed, and how many streams of it were open at once; POST /log/clear empties both.
import { createServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

import { answer, embed, lastUser, textOf, tokens } from './answers.mjs';
import { RECORDED_MODELS, recorded } from './recorded.mjs';

const CREATED = 1700000000;
const RECORDED = process.argv.includes('--recorded') ? RECORDED_MODELS : [];
const OPENAI_MODELS = ['mock-alpha', 'mock-beta', ...RECORDED];
const LOG_LIMIT = 400;
const log = [];
const ASKED_LIMIT = 10_000;
const asked = new Map();

const server = createServer((request, response) => {
    route(request, response).catch((error) => {
        if (!response.headersSent) send(response, 500, { error: { message: String(error) } });
        else response.destroy();
    });
});
server.keepAliveTimeout = 60_000;
server.listen(Number(process.argv[2] ?? 0) || 0, '127.0.0.1', () => {
    console.log(`http://127.0.0.1:${server.address().port}`);
});

async function route(request, response) {
    const path = new URL(request.url, 'http://mock').pathname;
    const raw = await bodyOf(request);
    if (request.method === 'GET') return get(path, request, response);
    if (path === '/log/clear') {
        log.length = 0;
        asked.clear();
        return send(response, 200, {});
    }
    let body = {};
    try {
        body = JSON.parse(raw.toString() || '{}');
    } catch {
        // A body that is not JSON (multipart, say) is only logged.
    }
    const { authorization = null, traceparent = null } = request.headers;
    log.push({ path, body, authorization, traceparent });
    if (log.length > LOG_LIMIT) log.shift();
    if (path.endsWith('/chat/completions')) return chatCompletion(body, response);
    if (path === '/v1/messages/count_tokens') {
        const input_tokens = (body.messages ?? []).reduce((sum, one) => sum + tokens(textOf(one.content)).length, 0);
        return send(response, 200, { input_tokens });
    }
    if (path.endsWith('/responses')) return responses(body, response);
    if (path.endsWith('/embeddings') && path.startsWith('/v1')) return embeddings(body, response);
    if (path === '/api/embed') {
        return send(response, 200, { model: body.model, embeddings: [body.input].flat().map(embed) });
    }
    if (path === '/api/chat' || path === '/api/generate') return ollamaReply(path, body, response);
    if (path === '/api/pull') return pull(response);
    if (path === '/api/show') {
        return send(response, 200, { details: { family: 'llama' }, model_info: {}, capabilities: ['completion'] });
    }
    send(response, 404, { error: { message: 'not found' } });
}

function get(path, request, response) {
    if (path === '/log') return send(response, 200, log);
    if (path === '/asked') return send(response, 200, Object.fromEntries(asked));
    if (path.endsWith('/models')) {
        if (request.headers.authorization === 'Bearer bad-key') {
            const error = { message: 'Incorrect API key provided', type: 'invalid_request_error', code: 'invalid_api_key' };
            return send(response, 401, { error });
        }
        const data = OPENAI_MODELS.map((id) => ({ id, object: 'model', created: CREATED, owned_by: 'mock' }));
        return send(response, 200, { object: 'list', data });
    }
    if (path === '/api/tags') {
        const details = { parent_model: '', format: 'gguf', family: 'llama', families: ['llama'], parameter_size: '1B', quantization_level: 'Q4_0' };
        const model = { name: 'llama-mock:latest', model: 'llama-mock:latest', modified_at: '2024-01-01T00:00:00Z', size: 1000, digest: 'd'.repeat(64), details };
        return send(response, 200, { models: [model] });
    }
    if (path === '/api/version') return send(response, 200, { version: '0.5.0' });
    if (path === '/api/ps') return send(response, 200, { models: [] });
    if (path === '/' || path === '/health') return send(response, 200, 'ok', 'text/plain');
    send(response, 404, { error: { message: 'not found' } });
}

async function chatCompletion(body, response) {
    if (RECORDED.includes(body.model)) return recorded(body, response, { send, write });
    const messages = body.messages ?? [];
    const reply = answer(body.model, messages, body.tools);
    if (reply.mode === 'error500') {
        return send(response, 500, { error: { message: 'mock server error', type: 'server_error', code: 'mock_500' } });
    }
    if (reply.mode === 'notools') {
        return send(response, 400, { error: { message: `${body.model} does not support tools`, type: 'api_error' } });
    }
    if (reply.mode === 'error429') {
        return send(response, 429, { error: { message: 'mock rate limit', type: 'rate_limit_error', code: 'rate_limit' } });
    }
    const prompt_tokens = messages.reduce((sum, one) => sum + tokens(textOf(one.content)).length, 0);
    const completion_tokens = tokens(reply.text).length;
    const usage = { prompt_tokens, completion_tokens, total_tokens: prompt_tokens + completion_tokens };
    if (!body.stream) return send(response, 200, whole(body.model, reply, usage));
    await streamCompletion(body, reply, usage, response);
}

function whole(model, reply, usage) {
    const message = { role: 'assistant', content: reply.text };
    if (reply.reasoning) message.reasoning_content = reply.reasoning;
    if (reply.tool) {
        message.content = null;
        message.tool_calls = [{ id: 'call_mock1', type: 'function', function: { name: reply.tool, arguments: reply.args } }];
    }
    const choice = { index: 0, message, logprobs: null, finish_reason: reply.tool ? 'tool_calls' : 'stop' };
    return { id: 'chatcmpl-mock', object: 'chat.completion', created: CREATED, model, choices: [choice], usage };
}

/** Notes that a text is streamed once more. */
function note(text, response) {
    const streams = asked.get(text) ?? { times: 0, open: 0, most: 0 };
    streams.times += 1;
    streams.open += 1;
    streams.most = Math.max(streams.most, streams.open);
    asked.set(text, streams);
    if (asked.size > ASKED_LIMIT) asked.delete(asked.keys().next().value);
    response.once('close', () => (streams.open -= 1));
}

async function streamCompletion(body, reply, usage, response) {
    note(lastUser(body.messages), response);
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
    response.socket?.setNoDelay(true);
    const chunk = (fields) => ({ id: 'chatcmpl-mock', object: 'chat.completion.chunk', created: CREATED, model: body.model, ...fields });
    const delta = (delta, finish_reason = null) => write(response, chunk({ choices: [{ index: 0, delta, logprobs: null, finish_reason }] }));
    await delta({ role: 'assistant', content: '' });
    for (const token of reply.reasoning ? tokens(reply.reasoning) : []) await delta({ reasoning_content: token });
    if (reply.tool) {
        await delta({ tool_calls: [{ index: 0, id: 'call_mock1', type: 'function', function: { name: reply.tool, arguments: '' } }] });
        await delta({ tool_calls: [{ index: 0, function: { arguments: reply.args } }] });
        await delta({}, 'tool_calls');
    } else {
        if (!(await misbehave(reply, delta, response))) return;
        for (const token of tokens(reply.text)) {
            if (response.destroyed) return;
            await delta({ content: token });
            if (reply.delay) await sleep(reply.delay);
        }
        await delta({}, 'stop');
    }
    if (body.stream_options?.include_usage) await write(response, chunk({ choices: [], usage }));
    response.end('data: [DONE]\n\n');
}

/** The modes that break the rules. False when the answer is over. */
async function misbehave(reply, delta, response) {
    switch (reply.mode) {
        case 'stall':
            for (const i of [0, 1, 2]) await delta({ content: `w${i} ` });
            return false;
        case 'midfail':
            for (const i of [0, 1, 2, 3]) await delta({ content: `w${i} ` });
            await sleep(30);
            response.destroy();
            return false;
        case 'miderror':
            for (const i of [0, 1, 2, 3]) await delta({ content: `w${i} ` });
            await write(response, { error: { message: 'mock server error', type: 'server_error', code: 500 } });
            response.end();
            return false;
        case 'endless':
            for (let i = 0; !response.destroyed; i++) {
                await delta({ content: `w${i} ` });
                await sleep(20);
            }
            return false;
        case 'brokensse':
            response.write('data: {"choices": [{"del\n\nnonsense without a colon\n\n: a comment\n\ndata: 17\n\ndata:\n\nevent: odd\n\n');
            return true;
        case 'bigevent':
            await delta({ content: 'x'.repeat(10 * 1024 * 1024) });
            return true;
        default:
            return true;
    }
}

/** One event, waiting while the reader is slower than we are. */
async function write(response, object) {
    if (response.destroyed) return;
    if (!response.write(`data: ${JSON.stringify(object)}\n\n`)) {
        await new Promise((resolve) => {
            response.once('drain', resolve);
            response.once('close', resolve);
        });
    }
}

function embeddings(body, response) {
    const input = [body.input ?? ''].flat();
    const data = input.map((text, index) => ({ object: 'embedding', index, embedding: embed(text) }));
    const count = input.reduce((sum, text) => sum + tokens(String(text)).length, 0);
    send(response, 200, { object: 'list', model: body.model, data, usage: { prompt_tokens: count, total_tokens: count } });
}

/** The Responses API: one message, streamed or whole. */
async function responses(body, response) {
    const messages = Array.isArray(body.input) ? body.input : [{ role: 'user', content: body.input ?? '' }];
    const text = answer(body.model, messages, null).text;
    const item = { type: 'message', id: 'msg_mock', role: 'assistant', status: 'completed', content: [{ type: 'output_text', text, annotations: [] }] };
    const whole = { id: 'resp_mock', object: 'response', created_at: CREATED, status: 'completed', model: body.model, output: [item], usage: { input_tokens: 3, output_tokens: 2, total_tokens: 5 } };
    if (!body.stream) return send(response, 200, whole);
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    await write(response, { type: 'response.created', response: { ...whole, status: 'in_progress', output: [], usage: null } });
    await write(response, { type: 'response.output_item.added', output_index: 0, item: { ...item, status: 'in_progress', content: [] } });
    const place = { item_id: 'msg_mock', output_index: 0, content_index: 0 };
    for (const delta of tokens(text)) await write(response, { type: 'response.output_text.delta', ...place, delta });
    await write(response, { type: 'response.output_text.done', ...place, text });
    await write(response, { type: 'response.output_item.done', output_index: 0, item });
    await write(response, { type: 'response.completed', response: whole });
    response.end('data: [DONE]\n\n');
}

async function ollamaReply(path, body, response) {
    const chat = path === '/api/chat';
    const messages = chat ? body.messages : [{ role: 'user', content: body.prompt ?? '' }];
    const reply = answer(body.model, messages, body.tools);
    const part = (text) => (chat ? { message: { role: 'assistant', content: text } } : { response: text });
    const stamp = { model: body.model, created_at: '2024-01-01T00:00:00Z' };
    const end = { ...stamp, done: true, done_reason: 'stop', total_duration: 1000, load_duration: 1, prompt_eval_count: 3, prompt_eval_duration: 5, eval_count: 4, eval_duration: 7 };
    if (body.stream === false) return send(response, 200, { ...end, ...part(reply.text) });
    response.writeHead(200, { 'content-type': 'application/x-ndjson' });
    for (const token of tokens(reply.text)) {
        if (response.destroyed) return;
        response.write(`${JSON.stringify({ ...stamp, done: false, ...part(token) })}\n`);
        if (reply.delay) await sleep(reply.delay);
    }
    response.end(`${JSON.stringify({ ...end, ...part('') })}\n`);
}

async function pull(response) {
    response.writeHead(200, { 'content-type': 'application/x-ndjson' });
    const digest = `sha256:${'d'.repeat(64)}`;
    response.write('{"status":"pulling manifest"}\n');
    for (const completed of [250, 500, 1000]) {
        response.write(`${JSON.stringify({ status: 'pulling', digest, total: 1000, completed })}\n`);
        await sleep(20);
    }
    response.end('{"status":"success"}\n');
}

async function bodyOf(request) {
    const parts = [];
    for await (const part of request) parts.push(part);
    return Buffer.concat(parts);
}

function send(response, status, body, type = 'application/json') {
    const data = typeof body === 'string' ? body : JSON.stringify(body);
    response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(data) });
    response.end(data);
}
