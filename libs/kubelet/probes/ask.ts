/** Asks a probe's question once. Source: runProbe in pkg/kubelet/prober/prober.go; pkg/probe/{exec,http,tcp,grpc}. */
import { expand } from '#lifecycle';
import { goDuration } from '#objects';
import { RuntimeError } from '#runtime';
import { messageOf } from '../errors.js';
import { askGrpc } from './grpc.js';
import { askHttp } from './http.js';
import type { Probe } from './run-probes.js';
import { dialed, expectOwnHost, portNumber, TIMED_OUT, within } from './target.js';
import type { Answer, ProbeTarget } from './target.js';

/** What is kept of what a command says. Source: maxReadLength in pkg/probe/exec/exec.go. */
const MOST_OUTPUT = 10 * 1024;

/** Never throws. */
export async function ask(probe: Probe, target: ProbeTarget): Promise<Answer> {
  const timeoutMs = (probe.timeoutSeconds ?? 1) * 1000;
  try {
    if (probe.exec) return await askCommand(probe.exec.command ?? [], target, timeoutMs);
    if (probe.httpGet) return await askHttp(probe.httpGet, { ...target, port: portNumber(probe.httpGet.port, target.container), timeoutMs });
    if (probe.tcpSocket) return await askPort(probe.tcpSocket, target, timeoutMs);
    if (probe.grpc) return await askGrpc(probe.grpc, { ...target, timeoutMs });
    return { result: 'unknown', output: `missing probe handler for ${target.container.name}` };
  } catch (error) {
    return { result: 'unknown', output: messageOf(error) };
  }
}

async function askCommand(command: string[], { runtime, container, containerId }: ProbeTarget, timeoutMs: number): Promise<Answer> {
  // Only what the spec says outright is put in, as by the kubelet.
  const values = new Map((container.env ?? []).filter((one) => one.value !== undefined).map((one) => [one.name, one.value]));
  const words = command.map((word) => expand(word, (name) => values.get(name)));
  try {
    const { exitCode, stdout, stderr } = await runtime.execSync(containerId, words, timeoutMs);
    const output = Buffer.concat([stdout, stderr]).subarray(0, MOST_OUTPUT).toString();
    return { result: exitCode === 0 ? 'success' : 'failure', output };
  } catch (error) {
    if (!(error instanceof RuntimeError) || error.code !== 'TIMEOUT') throw error;
    return { result: 'failure', output: `command timed out: "${words.join(' ')}" timed out after ${goDuration(timeoutMs)}` };
  }
}

async function askPort({ port, host }: NonNullable<Probe['tcpSocket']>, target: ProbeTarget, timeoutMs: number): Promise<Answer> {
  const { runtime, clock, sandboxId, podIP } = target;
  const number = portNumber(port, target.container);
  expectOwnHost(host, podIP);
  const what = `dial tcp ${podIP}:${number}`;
  const opened = await within(clock, timeoutMs, () => dialed(runtime, sandboxId, number));
  if (opened === TIMED_OUT) return { result: 'failure', output: `${what}: i/o timeout` };
  if (!opened) return { result: 'failure', output: `${what}: connect: connection refused` };
  opened.destroy();
  return { result: 'success', output: '' };
}
