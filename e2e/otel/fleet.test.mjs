// Two servers on one PostgreSQL: a reply is made on one of them and read on the other.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { ask, exporting, receiver } from './stage.mjs';

test('one trace shows a reply on its way from one server to the sockets of another', async () => {
    const collector = await receiver();
    const shared = { DATABASE_URL: process.env.AIRIS_TEST_POSTGRES, OTEL_EXPORTER_OTLP_ENDPOINT: collector.grpc, SHUTDOWN_GRACE: '1' };
    const reads = await exporting(shared);
    const writes = await exporting(shared);
    const { token } = await reads.account('root');
    const { text } = await ask({ ...reads, BASE: writes.base }, token, 'over there');
    assert.equal(text, '[mock-alpha] You said: over there');
    await Promise.all([reads.stop(), writes.stop()]);

    const { exports } = await collector.seen();
    const spans = exports.filter((one) => one.signal === 'traces').flatMap(({ resource, entries }) =>
        entries.map((one) => ({ ...one, instance: resource['service.instance.id'] })));
    const turn = spans.find((one) => one.name === 'turn');
    assert.equal(spans.find((one) => one.span === turn.parent).instance, turn.instance);
    const below = (name) => spans.filter((one) => one.name === name && one.parent === turn.span);
    const sent = below('bus publish');
    assert.deepEqual(sent.map((one) => one.attributes['messaging.system']), ['postgresql', 'postgresql']);
    assert.ok(sent.every((one) => one.instance === turn.instance && one.ended > one.begun));
    const heard = below('socket deliver');
    assert.equal(heard.length, 2, 'the first event and the last');
    assert.ok(heard.every((one) => one.instance !== turn.instance && one.trace === turn.trace));
});
