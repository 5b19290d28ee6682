import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { Load, words } from './load.mjs';
import { judge } from './history.mjs';
import { stand } from './stand.mjs';
import { warm } from './round.mjs';
const [binary, bus, instances, out] = process.argv.slice(2);
const fleet = await stand({ binary, bus, instances: Number(instances), people: 100, more: process.env.MORE ? JSON.parse(process.env.MORE) : {} });
await warm(fleet);
const load = new Load(fleet.crowd, words(240, `long ${bus}`));
load.start(50);
await sleep(2500); load.stop();
const read = () => load.replies.reduce((s, { text }) => s + (text ? text.trim().split(' ').length : 0), 0);
const pids = fleet.servers.map((s) => s.child.pid).join(',');
const [c0, t0] = [fleet.cpu(), read()];
if (out) {
  const perf = spawn('perf', ['record', '-q', '-F', '997', '-g', '--call-graph', 'fp', '-p', pids, '-o', out, '--', 'sleep', '12'], { stdio: 'inherit' });
  await new Promise((r) => perf.on('exit', r));
} else {
  const p = spawn('strace', ['-f', '-c', '-p', String(fleet.servers[0].child.pid), '-o', '/tmp/t/strace.txt']); await sleep(12000); p.kill('SIGINT');
}
const [c1, t1] = [fleet.cpu(), read()];
console.log(instances, 'us/token', ((c1 - c0) * 1000 / (t1 - t0)).toFixed(1), 'tokens', t1 - t0);
await fleet.close();
process.exit(0);
