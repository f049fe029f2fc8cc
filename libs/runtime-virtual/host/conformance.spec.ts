import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SystemClock } from '#clock';
import { describeRuntimeConformance } from '#runtime/conformance';
import { createVirtualRuntime } from './runtime.js';

describeRuntimeConformance(
  'the virtual runtime',
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'podbox-runtime-'));
    // Two threads, so that pods are on both.
    const runtime = await createVirtualRuntime({ clock: new SystemClock(), dataDir: folder, nodeIp: '10.0.0.1', threads: 2 });
    return {
      runtime,
      logFolder: join(folder, 'logs'),
      image: 'docker.io/library/busybox:1.36',
      missingImage: 'docker.io/library/busybox:no-such-tag',
      dispose: () => rm(folder, { recursive: true }),
    };
  },
  { drivenClock: true, privileges: false, hostPath: false },
);
