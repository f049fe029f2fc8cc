import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SystemClock } from '#clock';
import { describeRuntimeConformance } from '../runtime/conformance/index.js';
import { createVirtualRuntime } from './host/runtime.js';

describeRuntimeConformance(
  'the virtual runtime',
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'podbox-virtual-'));
    const runtime = await createVirtualRuntime({ clock: new SystemClock(), dataDir: join(folder, 'data'), nodeIp: '10.0.0.1', threads: 2 });
    return {
      runtime,
      logFolder: join(folder, 'logs'),
      image: 'busybox:1.36',
      missingImage: 'busybox:nosuchtag',
      dispose: async () => rmSync(folder, { recursive: true, force: true }),
    };
  },
  { drivenClock: true, resourceUpdates: false, hostPath: false },
);
