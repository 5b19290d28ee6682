// What a turn must look like to whoever reads its trace, its metrics and its lines.
import assert from 'node:assert/strict';

import { ask } from './stage.mjs';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const CALLER = '00f067aa0ba902b7';
const QUESTION = 'what is the colour of my hidden hat?';
const [SERVER, CLIENT, PRODUCER, CONSUMER] = [2, 3, 4, 5];

/** Has a question answered, ends the server, and checks all that the collector got by `protocol`. */
export async function check(server, collector, protocol) {
    const { token } = await server.account('root');
    const headers = { traceparent: `00-${TRACE}-${CALLER}-01` };
    const { chat_id, text } = await ask(server, token, QUESTION, headers, {
        tool_ids: ['server:away'], params: { stream_options: { include_usage: true } },
    });
    assert.equal(text, `[mock-alpha] You said: ${QUESTION}`);
    await ask(server, token, 'tool:get_current_timestamp {}');
    const asked = (await server.asked()).filter((one) => one.path === '/v1/chat/completions');
    await metricsArrive(server, collector);
    await server.stop();

    const { exports } = await collector.seen();
    assert.ok(exports.every((one) => one.protocol === protocol), protocol);
    for (const { resource } of exports) {
        assert.equal(resource['service.name'], 'airis');
        assert.equal(resource['deployment.environment.name'], 'test');
        assert.match(resource['service.instance.id'], /^[0-9a-f]{32}$/);
    }
    const of = (signal) => exports.filter((one) => one.signal === signal).flatMap((one) => one.entries);
    const spans = of('traces');
    turn(spans.filter((one) => one.trace === TRACE), chat_id, asked);
    tool(spans);
    others(spans);
    metrics(of('metrics'));
    lines(of('logs'), server.log());
    const told = JSON.stringify(exports);
    for (const secret of [QUESTION, 'hidden hat', token, 'sk-mock', 'correct horse', 'a secret for tests only', 'root@example.com']) {
        assert.ok(!told.includes(secret), `"${secret}" was exported`);
    }
}

const metricsArrive = (server, collector) =>
    server.until(async () => (await collector.seen()).exports.some((one) => one.signal === 'metrics'), 'metrics', 20);

/** One trace from the caller's request to the sockets and the provider. */
function turn(spans, chat, asked) {
    const named = (name) => {
        const found = spans.filter((one) => one.name === name);
        assert.ok(found.length > 0, `no span "${name}" in ${spans.map((one) => one.name).join(', ')}`);
        return found;
    };
    const [request] = named('POST /api/chat/completions');
    assert.deepEqual([request.parent, request.kind, request.failed], [CALLER, SERVER, false]);
    assert.equal(request.attributes['http.request.method'], 'POST');
    assert.equal(request.attributes['http.route'], '/api/chat/completions');
    assert.equal(request.attributes['http.response.status_code'], 200);

    const [begin] = named('store begin_turns');
    assert.deepEqual([begin.parent, begin.kind], [request.span, CLIENT]);
    assert.equal(begin.attributes['db.system.name'], 'sqlite');

    const [whole] = named('turn');
    assert.equal(whole.parent, request.span);
    assert.equal(whole.attributes['gen_ai.conversation.id'], chat);
    assert.equal(whole.attributes['airis.turn.outcome'], 'done');
    assert.ok(whole.attributes['airis.turn.events'] > 3);
    assert.ok(whole.ended > whole.begun && BigInt(whole.ended) - BigInt(whole.begun) < 60_000_000_000n);

    const reply = named('chat mock-alpha').find((one) => one.parent === whole.span);
    const { attributes } = reply;
    assert.equal(reply.kind, CLIENT);
    assert.equal(attributes['gen_ai.operation.name'], 'chat');
    assert.equal(attributes['gen_ai.provider.name'], 'openai');
    assert.equal(attributes['gen_ai.request.model'], 'mock-alpha');
    assert.equal(attributes['gen_ai.response.model'], 'mock-alpha');
    assert.equal(attributes['server.address'], '127.0.0.1');
    assert.ok(attributes['gen_ai.usage.input_tokens'] > 0 && attributes['gen_ai.usage.output_tokens'] > 0);
    assert.ok(attributes['gen_ai.response.time_to_first_chunk'] > 0);
    const heard = asked.find((one) => one.traceparent?.split('-')[2] === reply.span);
    assert.equal(heard?.traceparent, `00-${TRACE}-${reply.span}-01`, 'the provider goes on with the trace');

    for (const [name, kind] of [['store finish_turn', CLIENT], ['bus publish', PRODUCER], ['socket deliver', CONSUMER]]) {
        const span = named(name)[0];
        assert.deepEqual([span.parent, span.kind], [whole.span, kind], name);
    }
    assert.equal(named('bus publish').length, 2, 'the first event and the last, not every one');
    assert.equal(named('socket deliver')[0].attributes['airis.sockets'], 1);
    for (const span of spans) assert.ok(span.begun <= span.ended, span.name);
}

/** A reply that calls a tool asks the model twice, in a trace of its own. */
function tool(spans) {
    const call = spans.find((one) => one.name === 'execute_tool get_current_timestamp') ?? assert.fail('no span of the tool');
    assert.notEqual(call.trace, TRACE);
    assert.deepEqual([call.attributes['gen_ai.operation.name'], call.failed], ['execute_tool', false]);
    const beside = spans.filter((one) => one.parent === call.parent);
    assert.equal(beside.filter((one) => one.name === 'chat mock-alpha').length, 2);
    const whole = spans.find((one) => one.span === call.parent);
    assert.deepEqual([whole.name, whole.trace], ['turn', call.trace]);
    assert.equal(spans.find((one) => one.span === whole.parent).name, 'POST /api/chat/completions');
}

/** Requests without a caller have traces of their own, and probes none. */
function others(spans) {
    const config = spans.find((one) => one.name === 'GET /api/config');
    assert.ok(config && config.parent === '' && config.trace !== TRACE);
    assert.ok(spans.every((one) => one.attributes['http.route'] !== '/health'));
}

function metrics(found) {
    const last = (name) => found.filter((one) => one.name === name).at(-1) ?? assert.fail(`no metric ${name}`);
    const value = (attribute, name) => attribute.find((one) => one.key === name)?.value.string_value;
    const turns = last('airis_turns').sum;
    assert.equal(turns.is_monotonic, true);
    assert.equal(turns.aggregation_temporality, 'AGGREGATION_TEMPORALITY_CUMULATIVE');
    const done = turns.data_points.find((one) => value(one.attributes, 'outcome') === 'done');
    assert.equal(done.as_double, 2);
    assert.ok(BigInt(done.start_time_unix_nano) < BigInt(done.time_unix_nano));
    const took = last('http_request_duration_seconds');
    assert.equal(took.unit, 's');
    const asked = took.histogram.data_points.find((one) => value(one.attributes, 'route') === '/api/chat/completions');
    assert.equal(asked.bucket_counts.length, asked.explicit_bounds.length + 1);
    assert.equal(asked.bucket_counts.reduce((sum, count) => sum + Number(count), 0), Number(asked.count));
    assert.equal(Number(asked.count), 2);
    assert.ok(asked.sum > 0);
    assert.equal(last('airis_ready').gauge.data_points.length, 1);
}

/** A line of a turn says its trace, to the collector and in the server's own log. */
function lines(found, log) {
    const line = found.find((one) => one.body === 'picked tools are not there') ?? assert.fail('the line did not arrive');
    assert.deepEqual([line.trace, line.severity, line.text], [TRACE, 9, 'INFO']);
    assert.match(line.span, /^[0-9a-f]{16}$/);
    assert.equal(line.attributes['code.namespace'], 'airis_turns::offered');
    assert.ok(found.some((one) => one.body === 'stopped'), 'the last line arrives, too');
    const own = log.split('\n').filter((one) => one.startsWith('{')).map((one) => JSON.parse(one));
    const same = own.find((one) => one.message === line.body);
    assert.deepEqual([same.trace_id, same.span_id], [line.trace, line.span]);
    assert.equal(own.find((one) => one.message === 'serving').trace_id, undefined);
}
