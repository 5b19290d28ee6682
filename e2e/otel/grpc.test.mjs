// OTLP over gRPC, encrypted as it is unless somebody says otherwise.
import { test } from 'node:test';

import { check } from './exported.mjs';
import { certificate, exporting, receiver } from './stage.mjs';

test('a turn is told to a collector over gRPC', async () => {
    const made = certificate();
    const collector = await receiver(made);
    const endpoint = collector.grpc.replace('https://127.0.0.1', 'localhost');
    const server = await exporting({ OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, SSL_CERT_FILE: made.certificate });
    await check(server, collector, 'grpc');
});
