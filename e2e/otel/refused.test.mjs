// Collectors that are not there, or take nothing: the server does its work and says so once.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { freePort } from '../processes.mjs';
import { ask, exporting, receiver } from './stage.mjs';

test('a collector that refuses or is away costs one line each and nothing else', async () => {
    const collector = await receiver({ login: 'me:right' });
    const server = await exporting({
        OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${await freePort()}`,
        OTEL_METRICS_EXPORTER_OTLP_ENDPOINT: collector.grpc, OTEL_METRICS_BASIC_AUTH_USERNAME: 'me',
        OTEL_METRICS_BASIC_AUTH_PASSWORD: 'a wrong word',
    });
    const { token } = await server.account('root');
    const { text } = await ask(server, token, 'still here?');
    assert.equal(text, '[mock-alpha] You said: still here?');
    await server.until(() => complaints(server).length === 3, 'a line for each signal', 20);
    const { refused, exports } = await collector.seen();
    assert.ok(refused > 0 && exports.length === 0);

    const began = Date.now();
    await server.stop();
    assert.ok(Date.now() - began < 8000, 'its end waits for nobody');
    const said = complaints(server);
    assert.deepEqual(said.map((one) => one.signal).sort(), ['logs', 'metrics', 'traces']);
    assert.match(said.find((one) => one.signal === 'metrics').why, /it answers 16 who are you/);
    assert.doesNotMatch(server.log(), /a wrong word/);
});

const complaints = (server) =>
    server.log().split('\n').filter((one) => one.includes('telemetry is not delivered')).map((one) => JSON.parse(one));
