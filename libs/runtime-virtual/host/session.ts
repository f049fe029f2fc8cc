import type { Writable } from 'node:stream';
import type { RuntimeError, StreamSession } from '#runtime';
import type { Bytes } from '../kernel/machine.js';
import { Inflow, stdinStream, type Outflow } from './flow.js';

/** Who takes the output of an exec or of a container. `taken` is called when there is room for as much again. */
export interface Consumer {
  output(stream: 'stdout' | 'stderr', data: Bytes, taken: () => void): void;
  exited(exitCode: number): void;
  failed(error: RuntimeError): void;
}

export interface SessionOptions {
  stdout: boolean;
  stderr: boolean;
  /** Absent: no stdin. */
  stdin?: Outflow;
  closeStdin(): void;
  resize(columns: number, rows: number): void;
  /** The client has closed it. */
  closed(): void;
}

/** One exec or attach as a client sees it. */
export class Session implements StreamSession, Consumer {
  readonly stdin?: Writable;
  readonly stdout?: Inflow;
  readonly stderr?: Inflow;
  readonly exit: Promise<number>;
  private settle!: { resolve: (exitCode: number) => void; reject: (error: Error) => void };

  constructor(private readonly options: SessionOptions) {
    if (options.stdin) this.stdin = stdinStream(options.stdin, () => options.closeStdin());
    if (options.stdout) this.stdout = new Inflow();
    if (options.stderr) this.stderr = new Inflow();
    this.exit = new Promise((resolve, reject) => (this.settle = { resolve, reject }));
    // A client that has gone does not wait for the exit any more.
    this.exit.catch(() => undefined);
  }

  resize(width: number, height: number): void {
    this.options.resize(width, height);
  }

  output(stream: 'stdout' | 'stderr', data: Bytes, taken: () => void): void {
    const inflow = this[stream];
    if (inflow) inflow.deliver(data, taken);
    else taken();
  }

  exited(exitCode: number): void {
    this.stdin?.destroy();
    const outputs = [this.stdout, this.stderr].filter((stream) => stream !== undefined);
    let left = outputs.length;
    if (left === 0) this.settle.resolve(exitCode);
    for (const stream of outputs) {
      stream.whenTaken(() => {
        if (--left === 0) this.settle.resolve(exitCode);
      });
      stream.end();
    }
  }

  failed(error: RuntimeError): void {
    this.settle.reject(error);
    for (const stream of [this.stdin, this.stdout, this.stderr]) stream?.destroy();
  }

  close(): void {
    this.options.closed();
    for (const stream of [this.stdin, this.stdout, this.stderr]) stream?.destroy();
  }
}

/** The most that execSync collects of a stream; the rest is dropped, as by the kubelet. */
const MOST_COLLECTED = 16 * 1024 * 1024;

/** Gathers all output. */
export class Collector implements Consumer {
  private readonly chunks = { stdout: [] as Bytes[], stderr: [] as Bytes[] };
  private readonly sizes = { stdout: 0, stderr: 0 };

  constructor(private readonly ended: (result: { stdout: Buffer; stderr: Buffer; exitCode: number } | RuntimeError) => void) {}

  output(stream: 'stdout' | 'stderr', data: Bytes, taken: () => void): void {
    const piece = data.slice(0, MOST_COLLECTED - this.sizes[stream]);
    this.sizes[stream] += piece.length;
    if (piece.length > 0) this.chunks[stream].push(piece);
    taken();
  }

  exited(exitCode: number): void {
    this.ended({ stdout: this.bytes('stdout'), stderr: this.bytes('stderr'), exitCode });
  }

  failed(error: RuntimeError): void {
    this.ended(error);
  }

  private bytes(stream: 'stdout' | 'stderr'): Buffer {
    return Buffer.from(this.chunks[stream].join(''), 'latin1');
  }
}
