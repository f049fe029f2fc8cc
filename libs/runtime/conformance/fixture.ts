import { randomUUID } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { REAL_TIME, sleep, SystemClock } from '#clock';
import type { ContainerConfig, ContainerRuntime, PodSandboxConfig, RuntimeContainer } from '../port.js';

/** A runtime under test, and what the tests need around it. */
export interface Subject {
  runtime: ContainerRuntime;
  /** A folder that both the runtime and the tests can write and read. */
  logFolder: string;
  /** A busybox. */
  image: string;
  /** A name that the image's registry does not have. */
  missingImage: string;
  /** Called after runtime.close(). */
  dispose(): Promise<void>;
}

/** What not every runtime can do. */
export interface RuntimeCapabilities {
  /** setClock() drives the pods' time. */
  drivenClock: boolean;
  /** Processes are real ones: capabilities, seccomp and no_new_privs hold for them. */
  privileges: boolean;
  /** hostPath volumes work; where not, they are refused as UNSUPPORTED. */
  hostPath: boolean;
}

const clock = new SystemClock();

/** Waits until `look` gives something; fails after `withinMs`, saying what was waited for. */
export async function until<T>(what: string, look: () => T | undefined | false | Promise<T | undefined | false>, withinMs = 20_000): Promise<T> {
  const end = clock.now() + withinMs;
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    if (clock.now() > end) throw new Error(`waited ${withinMs} ms for ${what}`);
    await sleep(clock, 10);
  }
}

export async function readAll(stream: Readable | undefined): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream ?? []) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

export type ContainerOptions = Partial<Omit<ContainerConfig, 'metadata' | 'logPath'>> & { attempt?: number };

/** A pod with one sandbox, as a kubelet would make it. */
export class TestPod {
  readonly name: string;
  readonly config: PodSandboxConfig;
  sandboxId = '';

  private constructor(
    readonly subject: Subject,
    readonly uid: string,
    config: Partial<PodSandboxConfig>,
  ) {
    this.name = `pod-${uid.slice(0, 8)}`;
    this.config = {
      metadata: { namespace: 'conformance', name: this.name, uid, attempt: 0 },
      hostname: this.name,
      logDirectory: join(subject.logFolder, uid),
      dns: { servers: ['10.96.0.10'], searches: ['conformance.svc.cluster.local', 'svc.cluster.local', 'cluster.local'], options: ['ndots:5'] },
      pid: 'CONTAINER',
      network: 'POD',
      labels: { suite: 'conformance' },
      annotations: {},
      clock: REAL_TIME,
      ...config,
    };
  }

  /** With a running sandbox. */
  static async run(subject: Subject, config: Partial<PodSandboxConfig> = {}): Promise<TestPod> {
    const pod = TestPod.plan(subject, config);
    await pod.runSandbox();
    return pod;
  }

  /** Without one: to make volumes first. */
  static plan(subject: Subject, config: Partial<PodSandboxConfig> = {}): TestPod {
    return new TestPod(subject, randomUUID(), config);
  }

  get runtime(): ContainerRuntime {
    return this.subject.runtime;
  }

  async runSandbox(attempt = 0): Promise<string> {
    await mkdir(this.config.logDirectory, { recursive: true });
    this.sandboxId = await this.runtime.runPodSandbox({ ...this.config, metadata: { ...this.config.metadata, attempt } });
    return this.sandboxId;
  }

  /** The sandbox's address. */
  async ip(): Promise<string> {
    const sandboxes = await this.runtime.listPodSandboxes({ podUid: this.uid });
    return sandboxes.find((sandbox) => sandbox.id === this.sandboxId)?.ip ?? '';
  }

  async create(name: string, command: string[], options: ContainerOptions = {}): Promise<string> {
    const { attempt = 0, ...rest } = options;
    await mkdir(join(this.config.logDirectory, name), { recursive: true });
    return this.runtime.createContainer(this.sandboxId, {
      metadata: { name, attempt },
      image: { image: this.subject.image },
      command,
      args: [],
      workingDir: '',
      envs: [],
      mounts: [],
      labels: {},
      annotations: {},
      logPath: `${name}/${attempt}.log`,
      stdin: false,
      stdinOnce: false,
      tty: false,
      resources: {},
      ...rest,
    });
  }

  async start(name: string, command: string[], options: ContainerOptions = {}): Promise<string> {
    const id = await this.create(name, command, options);
    await this.runtime.startContainer(id);
    return id;
  }

  /** A shell script as a container. */
  sh(name: string, script: string, options: ContainerOptions = {}): Promise<string> {
    return this.start(name, ['sh', '-c', script], options);
  }

  async status(id: string): Promise<RuntimeContainer> {
    const containers = await this.runtime.listContainers({ podUid: this.uid });
    const found = containers.find((container) => container.id === id);
    if (!found) throw new Error(`container ${id} is not listed`);
    return found;
  }

  async exited(id: string): Promise<RuntimeContainer> {
    return until(`the exit of container ${id}`, async () => {
      const status = await this.status(id);
      return status.state === 'EXITED' && status;
    });
  }

  /** Runs a script to its end; returns what it logged. Fails when its exit code is not 0. */
  async outputOf(name: string, script: string, options: ContainerOptions = {}): Promise<string> {
    const status = await this.exited(await this.sh(name, script, options));
    const text = await this.logText(name);
    if (status.exitCode !== 0) throw new Error(`${name}: exit code ${status.exitCode}, ${text}`);
    return text;
  }

  /** Entries of a container's log; none while there is no file. */
  async log(name: string, attempt = 0): Promise<{ time: string; stream: string; tag: string; text: string }[]> {
    const text = await readFile(join(this.config.logDirectory, name, `${attempt}.log`), 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return '';
      throw error;
    });
    return text
      .split('\n')
      .slice(0, -1)
      .map((line) => {
        const [time = '', stream = '', tag = ''] = line.split(' ', 3);
        return { time, stream, tag, text: line.slice(time.length + stream.length + tag.length + 3) };
      });
  }

  async logText(name: string, attempt = 0): Promise<string> {
    return (await this.log(name, attempt)).map(({ tag, text }) => text + (tag === 'F' ? '\n' : '')).join('');
  }

  /** Waits until the container has logged the text. */
  logged(name: string, text: string): Promise<unknown> {
    return until(`"${text}" in the log of ${name}`, async () => (await this.logText(name)).includes(text));
  }

  async remove(): Promise<void> {
    for (const sandbox of await this.runtime.listPodSandboxes({ podUid: this.uid })) {
      await this.runtime.stopPodSandbox(sandbox.id);
      await this.runtime.removePodSandbox(sandbox.id);
    }
    await this.runtime.removeVolumes(this.uid);
  }
}
