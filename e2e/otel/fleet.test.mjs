// Two servers on one PostgreSQL: a reply is made on one of them and read on the other.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { ask, exporting, receiver } from './stage.mjs';

test('one trace shows a reply on its way from where it was asked for to where it runs, and to sockets elsewhere', async () => {
    const collector = await receiver();
    const shared = { DATABASE_URL: process.env.AIRIS_TEST_POSTGRES, OTEL_EXPORTER_OTLP_ENDPOINT: collector.grpc, SHUTDOWN_GRACE: '1' };
    const near = await exporting(shared);
    const far = await exporting(shared);
    const { token } = await near.account('root');
    const tab = await near.join(token, { at: far.base });
    const { text } = await ask({ ...near, BASE: far.base }, token, 'over there');
    assert.equal(text, '[mock-alpha] You said: over there');
    tab.disconnect();
    await Promise.all([near.stop(), far.stop()]);

    const { exports } = await collector.seen();
    const spans = exports.filter((one) => one.signal === 'traces').flatMap(({ resource, entries }) =>
        entries.map((one) => ({ ...one, instance: resource['service.instance.id'] })));
    const turn = spans.find((one) => one.name === 'turn');
    const above = (one) => spans.find(({ span }) => span === one.parent);
    assert.equal(above(turn).instance, turn.instance, 'it runs where it was given to');
    assert.notEqual(above(above(turn)).instance, turn.instance, 'it was asked for elsewhere');
    const below = (name) => spans.filter((one) => one.name === name && one.parent === turn.span);
    const sent = below('bus publish');
    assert.deepEqual(sent.map((one) => one.attributes['messaging.system']), ['postgresql', 'postgresql']);
    assert.ok(sent.every((one) => one.instance === turn.instance && one.ended > one.begun));
    const heard = below('socket deliver');
    assert.ok(heard.every((one) => one.trace === turn.trace));
    for (const here of [true, false]) assert.equal(heard.filter((one) => (one.instance === turn.instance) === here).length, 2, 'the first event and the last');
});
