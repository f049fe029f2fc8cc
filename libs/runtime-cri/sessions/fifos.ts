import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { closeSync, constants, openSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { Socket } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';

const { O_NONBLOCK, O_RDONLY, O_RDWR, O_WRONLY } = constants;
const STREAMS = ['stdin', 'stdout', 'stderr'] as const;
type StreamName = (typeof STREAMS)[number];

/** The pipes between a process in a container and this one: containerd takes the names of FIFOs. Node cannot make one, so mkfifo does. */
export class Fifos {
  readonly paths: Partial<Record<StreamName, string>> = {};
  stdin?: Socket;
  stdout?: Socket;
  stderr?: Socket;
  /** Both ends, held until the process has its own: without them a FIFO cannot be opened, or would be at its end at once. */
  private readonly keepers: number[] = [];

  private constructor(private readonly folder: string) {}

  static async make(parent: string, wanted: Partial<Record<StreamName, boolean>>): Promise<Fifos> {
    const fifos = new Fifos(join(parent, randomBytes(8).toString('hex')));
    const names = STREAMS.filter((name) => wanted[name]);
    for (const name of names) fifos.paths[name] = join(fifos.folder, name);
    try {
      await mkdir(fifos.folder, { recursive: true });
      await promisify(execFile)('mkfifo', ['-m', '600', ...Object.values(fifos.paths)]);
      for (const name of names) fifos.open(name);
    } catch (error) {
      await fifos.close();
      throw error;
    }
    return fifos;
  }

  /** The process holds its ends now: when it closes them, ours end. */
  started(): void {
    for (const keeper of this.keepers.splice(0)) closeSync(keeper);
  }

  async close(): Promise<void> {
    for (const socket of [this.stdin, this.stdout, this.stderr]) socket?.destroy();
    this.started();
    await rm(this.folder, { recursive: true, force: true });
  }

  /** None of these opens waits, as both ends are there. */
  private open(name: StreamName): void {
    const path = this.paths[name]!;
    const input = name === 'stdin';
    this.keepers.push(openSync(path, O_RDWR | O_NONBLOCK));
    const fd = openSync(path, (input ? O_WRONLY : O_RDONLY) | O_NONBLOCK);
    this[name] = new Socket({ fd, readable: !input, writable: input });
  }
}
