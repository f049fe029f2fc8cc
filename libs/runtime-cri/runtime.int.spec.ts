import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe } from '@jest/globals';
import { SystemClock } from '#clock';
import { startContainerd, stopContainerd, whyNoContainerd } from '#embedded';
import { describeRuntimeConformance } from '#runtime/conformance';
import { createCriRuntime } from './index.js';

/** A registry that has nothing, in the pods' network. */
const EMPTY_REGISTRY = `
  const errors = JSON.stringify({ errors: [{ code: 'MANIFEST_UNKNOWN', message: 'manifest unknown' }] });
  require('http').createServer((_, response) => response.writeHead(404, { 'content-type': 'application/json' }).end(errors))
    .listen(5000, '127.0.0.1', () => console.log('listening'));`;

async function emptyRegistry(netns: string): Promise<ChildProcess> {
  const registry = spawn('nsenter', [`--net=${netns}`, process.execPath, '-e', EMPTY_REGISTRY], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(registry.stdout!, 'data');
  return registry;
}

async function makeRuntime() {
  const folder = await mkdtemp(join(tmpdir(), 'podbox-cri-'));
  const containerd = join(folder, 'containerd');
  const { socket, netns, cgroup } = await startContainerd(containerd);
  const registry = await emptyRegistry(netns);
  const warn = (message: string) => process.stderr.write(`${message}\n`);
  const dispose = async () => {
    registry.kill();
    await stopContainerd(containerd);
    await rm(folder, { recursive: true });
  };
  const runtime = await createCriRuntime({ socket, netns, cgroup, clusterDns: '10.96.0.10', dataDir: join(folder, 'data'), clock: new SystemClock(), warn });
  return { runtime, logFolder: join(folder, 'logs'), image: 'busybox:1.28', missingImage: '127.0.0.1:5000/missing:1', dispose };
}

const conformance = () => describeRuntimeConformance('containerd', makeRuntime, { drivenClock: false, privileges: true, hostPath: true });

// Said by scripts/test.mjs; .ci/run installs what is wanted.
if (whyNoContainerd() === undefined) conformance();
else describe.skip('without root and the packages', conformance);
