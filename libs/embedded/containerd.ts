import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const SCRIPT = fileURLToPath(new URL('../../../scripts/containerd/containerd.sh', import.meta.url));

/** Why real containers cannot be run here, in one line; undefined: they can. */
export function whyNoContainerd(): string | undefined {
  const { status, stderr } = spawnSync(SCRIPT, ['check'], { encoding: 'utf8' });
  return status === 0 ? undefined : stderr.trim() || 'the cri runtime cannot be checked for';
}

export interface PrivateContainerd {
  /** All of it as a worker's environment wants it. */
  env: Record<string, string>;
  socket: string;
  netns: string;
  cgroup: string;
  podCidr: string;
  pid: number;
}

/** Starts a containerd of its own in `folder`, or finds it running. @throws Error with the script's last line */
export async function startContainerd(folder: string): Promise<PrivateContainerd> {
  const settings = Object.fromEntries((await run('start', folder)).split('\n').map((line) => line.split('=', 2))) as Record<string, string>;
  const { PODBOX_CRI_SOCKET: socket = '', PODBOX_CRI_NETNS: netns = '', PODBOX_CRI_CGROUP: cgroup = '', PODBOX_POD_CIDR: podCidr = '', PODBOX_CRI_PID } = settings;
  return { env: settings, socket, netns, cgroup, podCidr, pid: Number(PODBOX_CRI_PID) };
}

/** Ends it and all that runs in it; its folder is gone afterwards. */
export async function stopContainerd(folder: string): Promise<void> {
  await run('stop', folder);
}

async function run(command: string, folder: string): Promise<string> {
  const child = spawn(SCRIPT, [command, folder], { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  let errors = '';
  child.stdout.on('data', (data: Buffer) => (output += data.toString()));
  child.stderr.on('data', (data: Buffer) => (errors += data.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`containerd.sh ${command} ${folder}: ${errors.trim().replace(/^podbox: /, '') || `exit code ${code}`}`);
  return output.trim();
}
