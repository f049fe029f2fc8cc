/** For tests and the bench: a machine with one small image, run on virtual time until nothing is left to do. */
import { REAL_TIME } from '#clock';
import { programs } from '../programs/index.js';
import { createMachine } from './create-machine.js';
import type { ImageFile, ImageLayer, Machine, MachineOutput, SandboxInit } from './machine.js';

export const START = Date.UTC(2025, 0, 1);

export const TEST_IMAGE: ImageLayer = {
  id: 'busybox',
  entrypoint: [],
  cmd: ['sh'],
  env: {},
  workingDir: '',
  user: '',
  files: {
    ...Object.fromEntries(Object.keys(programs).map((name): [string, ImageFile] => [`/bin/${name}`, { type: 'program', program: name, mode: 0o755 }])),
    '/etc/passwd': { type: 'file', mode: 0o644, content: 'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/home:/bin/false\n' },
    '/etc/group': { type: 'file', mode: 0o644, content: 'root:x:0:\nnobody:x:65534:\n' },
    '/root': { type: 'dir', mode: 0o700 },
    '/home': { type: 'dir', mode: 0o755 },
    '/var': { type: 'dir', mode: 0o755 },
  },
};

export function testSandbox(id: string, more: Partial<SandboxInit> = {}): SandboxInit {
  return {
    id, podUid: id, namespace: 'default', podName: id, hostname: id, ip: '10.1.0.5',
    dns: { servers: ['10.96.0.10'], searches: ['default.svc.cluster.local', 'svc.cluster.local', 'cluster.local'], options: ['ndots:5'] },
    hostAliases: [], sharePid: false, clock: REAL_TIME, ...more,
  };
}

export interface Finished {
  stdout: string;
  stderr: string;
  code: number;
  outputs: MachineOutput[];
}

/** Lets the machine run, from timer to timer, until `done` or until nothing is left. `each` is called between runs of `steps`. */
export function runUntil(machine: Machine, done: (outputs: MachineOutput[]) => boolean, options: { steps?: number; each?: () => void; now?: number } = {}): MachineOutput[] {
  const outputs: MachineOutput[] = [];
  let now = options.now ?? START;
  for (let turns = 0; turns < 20_000_000; turns++) {
    const more = machine.run(now, options.steps ?? 10_000);
    const fresh = machine.takeOutputs();
    outputs.push(...fresh);
    for (const output of fresh) if (output.type === 'output') machine.credit(output.of, output.data.length);
    options.each?.();
    if (done(outputs)) return outputs;
    if (more || fresh.length > 0) continue;
    const next = machine.nextTimer();
    if (next === undefined) return outputs;
    now = Math.max(now, next);
  }
  throw new Error('the machine did not come to rest');
}

export function exited(of: string): (outputs: MachineOutput[]) => boolean {
  return (outputs) => outputs.some((output) => output.type === 'exit' && output.of === of);
}

export function collect(outputs: MachineOutput[], of: string): Finished {
  const text = (stream: string) => outputs.flatMap((output) => (output.type === 'output' && output.of === of && output.stream === stream ? [output.data] : [])).join('');
  const exit = outputs.find((output) => output.type === 'exit' && output.of === of);
  return { stdout: text('stdout'), stderr: text('stderr'), code: exit?.type === 'exit' ? exit.code : -1, outputs };
}

/** Runs one command as the main process of a container of its own. */
export function runCommand(argv: string[], options: { stdin?: string; env?: Record<string, string>; steps?: number; files?: Record<string, ImageFile>; workingDir?: string; each?: (machine: Machine) => void; sharePid?: boolean; memoryBytes?: number; uid?: number; gid?: number; groups?: number[] } = {}): Finished {
  const machine = createMachine({ seed: 1 });
  machine.addImage(options.files ? { ...TEST_IMAGE, files: { ...TEST_IMAGE.files, ...options.files } } : TEST_IMAGE);
  machine.addSandbox(testSandbox('pod', { sharePid: options.sharePid ?? false }));
  machine.run(START, 0);
  const started = machine.startContainer({
    id: 'main', sandboxId: 'pod', name: 'main', imageId: 'busybox', argv, env: options.env ?? {}, workingDir: options.workingDir ?? '', mounts: [], uid: options.uid ?? 0, gid: options.gid ?? 0, tty: false,
    stdin: options.stdin !== undefined, readonlyRootfs: false, ...(options.groups && { groups: options.groups }), ...(options.memoryBytes !== undefined && { memoryBytes: options.memoryBytes }),
  });
  if (!started.ok) return { stdout: '', stderr: started.error, code: 128, outputs: [] };
  if (options.stdin !== undefined) {
    machine.writeStdin('main', options.stdin);
    machine.closeStdin('main');
  }
  const outputs = runUntil(machine, exited('main'), { steps: options.steps, each: () => options.each?.(machine) });
  return collect(outputs, 'main');
}
