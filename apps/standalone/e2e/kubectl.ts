/** Stock kubectl against a started service: no kubeconfig, a HOME of its own (its discovery cache lives there). */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Ran {
  code: number | null;
  stdout: string;
  stderr: string;
}

export class Kubectl {
  private readonly home = mkdtempSync(join(tmpdir(), 'podbox-kubectl-'));

  constructor(private readonly url: string) {}

  /** Runs to its end, whatever the exit code. */
  run(args: string[], input?: string): Promise<Ran> {
    return new Promise((resolve, reject) => {
      const child = spawn('kubectl', ['--server', this.url, ...args], { env: { PATH: process.env.PATH, HOME: this.home } });
      let stdout = '';
      let stderr = '';
      child.stdout.on('data', (data: Buffer) => (stdout += data.toString()));
      child.stderr.on('data', (data: Buffer) => (stderr += data.toString()));
      child.once('error', reject);
      child.once('close', (code) => resolve({ code, stdout, stderr }));
      child.stdin.end(input);
    });
  }

  /** Runs, and wants exit code 0. Returns stdout. */
  async ok(...args: string[]): Promise<string> {
    const ran = await this.run(args);
    if (ran.code !== 0) throw new Error(`kubectl ${args.join(' ')}: exit code ${ran.code}\n${ran.stdout}${ran.stderr}`);
    return ran.stdout;
  }

  /** Starts a command that goes on (get -w, logs -f): its output so far, and how to end it. */
  follow(...args: string[]): { output(): string; ended: Promise<number | null>; stop(): Promise<void> } {
    const child = spawn('kubectl', ['--server', this.url, ...args], { env: { PATH: process.env.PATH, HOME: this.home } });
    let output = '';
    child.stdout.on('data', (data: Buffer) => (output += data.toString()));
    const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
    return {
      output: () => output,
      ended,
      async stop() {
        child.kill();
        await ended;
      },
    };
  }

  dispose(): void {
    rmSync(this.home, { recursive: true, force: true });
  }
}
