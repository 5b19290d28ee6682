// OTLP over HTTP, to a collector that wants a name and a password.
import { test } from 'node:test';

import { check } from './exported.mjs';
import { exporting, receiver } from './stage.mjs';

test('a turn is told to a collector over HTTP that wants a password', async () => {
    const collector = await receiver({ login: 'me:p:w' });
    const server = await exporting({
        OTEL_OTLP_SPAN_EXPORTER: 'http', OTEL_EXPORTER_OTLP_ENDPOINT: collector.http,
        OTEL_BASIC_AUTH_USERNAME: 'me', OTEL_BASIC_AUTH_PASSWORD: 'p:w',
    });
    await check(server, collector, 'http');
});
