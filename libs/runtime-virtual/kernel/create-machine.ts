/** The Machine: the host's calls, turned into changes of the pods' state. */
import { continued } from '#clock';
import type { PodClockRow } from '#clock';
import type { ServiceEntry } from '#runtime';
import { buildImage } from '../files/image.js';
import { rootId } from '../files/walk.js';
import { inUse, makeVolume, replaceFiles, volumeFiles } from '../files/volumes.js';
import { cutAll, drained, finish, openWindow, receive, resetAll, socketOf } from '../net/links.js';
import { Names } from '../net/names.js';
import { ServiceRoutes } from '../net/service-routes.js';
import { incoming, settle } from '../net/sockets.js';
import { builtInWebHosts } from '../net/web-catalogue.js';
import type { WebHost } from '../net/web-hosts.js';
import { programs } from '../programs/index.js';
import { complete } from '../shell/complete.js';
import { led, removeContainer, startContainer, startExec } from './containers.js';
import { ECONNREFUSED, EHOSTUNREACH, ETIMEDOUT } from './errors.js';
import { NODE_SIZE } from './node-figures.js';
import type { NodeSize } from './node-figures.js';
import type { Core, Kernel } from './kernel.js';
import { clockTime, now, wakeAll } from './kernel.js';
import { STREAM_WINDOW } from './machine.js';
import type { ContainerInit, ImageFile, ImageLayer, Machine, MachineOutput, SandboxInit, StartResult, VolumeInit } from './machine.js';
import { account } from './oom.js';
import { closePipeEnd, put } from './pipes.js';
import { addProcess, become, sendSignal } from './processes.js';
import { runReady } from './scheduler.js';
import { SIGKILL } from './signals.js';
import { clone } from './snapshot.js';
import type { Container, Exec, Pod, Sandbox } from './state.js';
import { resizeTerminal, typeInto } from './terminal.js';
import { Timers } from './timers.js';

const LOCALHOST = '127.0.0.1';
const REMOTE_ERRORS = { ECONNREFUSED, EHOSTUNREACH, ETIMEDOUT };

/**
 * `seed`: of everything random in its pods. The same calls on machines of the same seed give the same outputs. `web`: the virtual web hosts
 * by name; those that come with the project by default. `node`: what containers see of the machine.
 */
export function createMachine({ seed, web = builtInWebHosts(), node = NODE_SIZE }: { seed: number; web?: Record<string, WebHost>; node?: NodeSize }): Machine {
  return new VirtualMachine(seed, web, node);
}

class VirtualMachine implements Machine {
  private readonly core: Core;
  /** Which sandbox a container or exec is in. */
  private readonly owners = new Map<string, Kernel>();
  private readonly volumePods = new Map<string, Pod>();

  constructor(seed: number, web: Record<string, WebHost>, node: NodeSize) {
    this.core = {
      node, realNow: 0, seed, outputs: [], images: new Map(), names: new Names(web), routes: new ServiceRoutes(), timers: new Timers(), ring: [], kernels: new Map(), byIp: new Map(),
      pods: new Map(), links: new Map(), changedVolumes: new Set(), memory: 0, programs, drained, complete,
      led: (k, p) => {
        if (p.leads === pauseId(k.box.init.id)) {
          this.core.outputs.push({ type: 'sandbox-dead', sandboxId: k.box.init.id, at: now(k) });
          return;
        }
        if (k.box.execs[p.leads]) this.owners.delete(p.leads);
        led(k, p);
      },
    };
  }

  addImage(layer: ImageLayer): void {
    if (!this.core.images.has(layer.id)) this.core.images.set(layer.id, buildImage(layer));
  }

  hasImage(id: string): boolean {
    return this.core.images.has(id);
  }

  private pod(uid: string): Pod {
    let pod = this.core.pods.get(uid);
    if (!pod) this.core.pods.set(uid, (pod = { uid, filesystems: {}, volumes: {}, sandboxes: {} }));
    return pod;
  }

  private dropEmpty(pod: Pod): void {
    if (Object.keys(pod.sandboxes).length === 0 && Object.keys(pod.volumes).length === 0) this.core.pods.delete(pod.uid);
  }

  addSandbox(init: SandboxInit): void {
    if (this.core.kernels.has(init.id)) return;
    const pod = this.pod(init.podUid);
    const box: Sandbox = {
      init, clock: init.clock, random: hash(`${this.core.seed}/${init.podUid}`), lastId: 0, namespaces: [], processes: {}, living: 0, open: {}, pipes: {},
      ports: {}, nextPort: 0, containers: {}, execs: {}, ready: [],
    };
    pod.sandboxes[init.id] = box;
    const k = this.attach(pod, box);
    if (init.sharePid) {
      box.namespaces.push({ lastPid: 0, processes: 0 });
      const pause = addProcess(k, {
        namespace: 0, group: 0, container: '', program: 'pause', argv: ['/pause'], env: {}, cwd: '/', uid: 65535, gid: 65535, groups: [], umask: 0o22, ignored: 0, tty: 0, limits: null,
      }, 0, [], pauseId(init.id))!;
      become(k, pause, 'pause', ['/pause'], {});
    }
  }

  private attach(pod: Pod, box: Sandbox): Kernel {
    const k: Kernel = { core: this.core, pod, box, ringed: false, turns: 0 };
    this.core.kernels.set(box.init.id, k);
    if (box.init.ip !== '' && !box.init.hostNetwork) this.core.byIp.set(box.init.ip, k);
    for (const id of [...Object.keys(box.containers), ...Object.keys(box.execs)]) this.owners.set(id, k);
    return k;
  }

  private detach(k: Kernel): void {
    this.core.kernels.delete(k.box.init.id);
    if (this.core.byIp.get(k.box.init.ip) === k) this.core.byIp.delete(k.box.init.ip);
    for (const id of [...Object.keys(k.box.containers), ...Object.keys(k.box.execs)]) this.owners.delete(id);
    cutAll(k);
  }

  removeSandbox(sandboxId: string): void {
    const k = this.core.kernels.get(sandboxId);
    if (!k) return;
    for (const id of Object.keys(k.box.containers)) this.removeContainer(id);
    for (const p of Object.values(k.box.processes)) sendSignal(k, p, SIGKILL, true);
    this.detach(k);
    for (const id of [`etc:${sandboxId}`, `shm:${sandboxId}`]) delete k.pod.filesystems[id];
    delete k.pod.sandboxes[sandboxId];
    this.dropEmpty(k.pod);
  }

  setClock(sandboxIds: string[], clock: PodClockRow): void {
    for (const id of sandboxIds) {
      const k = this.core.kernels.get(id);
      if (!k) continue;
      k.box.clock = continued(k.box.clock, clock, this.core.realNow);
      this.core.timers.rebuild(k);
    }
  }

  /** Volumes belong to a pod, and their times are those of its sandbox's clock; before it has one, real time. */
  private nowOf(pod: Pod): number {
    const box = Object.values(pod.sandboxes).at(-1);
    return box ? clockTime(box.clock, this.core.realNow) : this.core.realNow;
  }

  addVolume(init: VolumeInit): void {
    const pod = this.pod(init.podUid);
    if (pod.filesystems[init.id]) return;
    pod.volumes[init.id] = 1;
    this.volumePods.set(init.id, pod);
    pod.filesystems[init.id] = makeVolume(init, this.nowOf(pod));
  }

  private volume(id: string): Pod | undefined {
    return this.volumePods.get(id);
  }

  updateVolume(id: string, files: Record<string, ImageFile>): void {
    const pod = this.volume(id);
    if (pod) replaceFiles(pod.filesystems[id]!, files, this.nowOf(pod), inUse(pod, id));
  }

  readVolume(id: string): Record<string, ImageFile> {
    const pod = this.volume(id);
    return pod ? volumeFiles(pod.filesystems[id]!) : {};
  }

  takeChangedVolumes(): string[] {
    const { changedVolumes } = this.core;
    if (changedVolumes.size === 0) return [];
    const ids = [...changedVolumes];
    changedVolumes.clear();
    return ids.filter((id) => this.volumePods.has(id));
  }

  containerBytes(containerId: string): number {
    return this.owners.get(containerId)?.pod.filesystems[rootId(containerId)]?.bytes ?? 0;
  }

  volumeBytes(id: string): number {
    return this.volume(id)?.filesystems[id]?.bytes ?? 0;
  }

  removeVolume(id: string): void {
    const pod = this.volume(id);
    if (!pod) return;
    delete pod.volumes[id];
    this.volumePods.delete(id);
    delete pod.filesystems[id];
    this.dropEmpty(pod);
  }

  startContainer(init: ContainerInit): StartResult {
    const k = this.core.kernels.get(init.sandboxId);
    if (!k) return { ok: false, error: `no such sandbox: ${init.sandboxId}` };
    this.owners.set(init.id, k);
    const result = startContainer(k, init);
    if (!result.ok) this.owners.delete(init.id);
    return result;
  }

  updateContainer(containerId: string, { memoryBytes }: { memoryBytes?: number }): void {
    const k = this.owners.get(containerId);
    const container = k?.box.containers[containerId];
    if (!k || !container || memoryBytes === undefined) return;
    container.init = { ...container.init, memoryBytes };
    for (const p of Object.values(k.box.processes)) if (p.container === containerId) account(k, p, true);
  }

  removeContainer(containerId: string): void {
    const k = this.owners.get(containerId);
    if (!k) return;
    removeContainer(k, containerId);
    this.owners.delete(containerId);
  }

  signalContainer(containerId: string, signal: number): void {
    this.signal(containerId, signal);
  }

  startExec(exec: { id: string; containerId: string; argv: string[]; tty: boolean; stdin: boolean; env?: Record<string, string> }): StartResult {
    const k = this.owners.get(exec.containerId);
    const container = k?.box.containers[exec.containerId];
    if (!k || !container) return { ok: false, error: 'container not running' };
    this.owners.set(exec.id, k);
    const result = startExec(k, container, exec);
    if (!result.ok) this.owners.delete(exec.id);
    return result;
  }

  signalExec(execId: string, signal: number): void {
    this.signal(execId, signal);
  }

  private signal(of: string, signal: number): void {
    const k = this.owners.get(of);
    const p = k?.box.processes[this.io(of)?.main ?? 0];
    if (k && p) sendSignal(k, p, signal, true);
  }

  private io(of: string): Container | Exec | undefined {
    const k = this.owners.get(of);
    return k?.box.containers[of] ?? k?.box.execs[of];
  }

  writeStdin(of: string, data: string): void {
    const k = this.owners.get(of);
    const io = this.io(of);
    if (!k || !io) return;
    const tty = k.box.open[io.tty];
    if (tty?.kind === 'tty') typeInto(k, tty, data);
    const pipe = k.box.pipes[io.stdin];
    if (pipe && pipe.readers > 0 && data !== '') put(k, pipe, data);
    else k.core.outputs.push({ type: 'credit', of, bytes: data.length });
  }

  closeStdin(of: string): void {
    const k = this.owners.get(of);
    const io = this.io(of);
    if (!k || !io) return;
    const tty = k.box.open[io.tty];
    if (tty?.kind === 'tty') typeInto(k, tty, '\x04');
    if ((k.box.pipes[io.stdin]?.writers ?? 0) > 0) closePipeEnd(k, io.stdin, 'writers');
  }

  credit(of: string, bytes: number): void {
    const k = this.owners.get(of);
    const outlet = this.io(of)?.output;
    if (k && outlet) {
      outlet.window += bytes;
      return wakeAll(k, outlet.waiters);
    }
    const link = this.core.links.get(of);
    if (link) openWindow(link, bytes);
  }

  resize(of: string, columns: number, rows: number): void {
    const k = this.owners.get(of);
    const tty = k?.box.open[this.io(of)?.tty ?? 0];
    if (k && tty?.kind === 'tty') resizeTerminal(k, tty, columns, rows);
  }

  dial(connection: string, sandboxId: string, port: number, fromIp: string): void {
    const k = this.core.kernels.get(sandboxId);
    this.comeIn(connection, k, fromIp, k && fromIp !== LOCALHOST ? k.box.init.ip : LOCALHOST, port);
  }

  accept(connection: string, fromIp: string, ip: string, port: number): void {
    this.comeIn(connection, this.core.byIp.get(ip), fromIp, ip, port);
  }

  private comeIn(connection: string, k: Kernel | undefined, fromIp: string, ip: string, port: number): void {
    const end = k && incoming(k, { localIp: ip, localPort: port, remoteIp: fromIp, remotePort: 40_000 }, connection);
    if (k && end) this.core.links.set(connection, { kernel: k, socket: end.socket, kind: 'host', outgoing: false, window: STREAM_WINDOW });
    this.core.outputs.push({ type: 'dialled', connection, event: end ? 'open' : 'refused' });
  }

  sendDialled(connection: string, data: string): void {
    const link = this.core.links.get(connection);
    if (link) receive(link, data);
  }

  endDialled(connection: string): void {
    const link = this.core.links.get(connection);
    if (link) finish(link, false);
  }

  remoteOpen(connection: string): void {
    this.settled(connection, 0);
  }

  remoteRefused(connection: string, error: 'ECONNREFUSED' | 'EHOSTUNREACH' | 'ETIMEDOUT'): void {
    this.settled(connection, REMOTE_ERRORS[error]);
  }

  private settled(connection: string, error: number): void {
    const link = this.core.links.get(connection);
    const socket = socketOf(link);
    if (link && socket) settle(link.kernel, socket, error);
  }

  remoteData(connection: string, data: string): void {
    this.sendDialled(connection, data);
  }

  remoteEnd(connection: string): void {
    this.endDialled(connection);
  }

  setServices(services: ServiceEntry[]): void {
    this.core.names.setServices(services);
    this.core.routes.setServices(services);
  }

  run(realNow: number, steps: number): boolean {
    this.core.realNow = Math.max(this.core.realNow, realNow);
    this.core.timers.fire(this.core.realNow);
    return runReady(this.core, steps);
  }

  nextTimer(): number | undefined {
    return this.core.timers.next();
  }

  activity(podUids: string[]): { runnable: string[]; next: number; turns: number } {
    const found = { runnable: [] as string[], next: Infinity, turns: 0 };
    for (const uid of podUids) {
      for (const id of Object.keys(this.core.pods.get(uid)?.sandboxes ?? {})) {
        const k = this.core.kernels.get(id);
        if (!k) continue;
        if (k.box.ready.length === 0) found.turns += k.turns;
        else if (!found.runnable.includes(uid)) found.runnable.push(uid);
        for (const { wakeAt } of Object.values(k.box.processes)) if (wakeAt > 0) found.next = Math.min(found.next, wakeAt);
      }
    }
    return found;
  }

  takeOutputs(): MachineOutput[] {
    const { outputs } = this.core;
    this.core.outputs = [];
    return outputs;
  }

  snapshotPod(podUid: string): unknown {
    const pod = this.core.pods.get(podUid);
    return pod && clone(pod);
  }

  /** Takes the place of the pod's state, where it is there. Its images must have been added. */
  restorePod(snapshot: unknown): void {
    const pod = clone(snapshot as Pod);
    const old = this.core.pods.get(pod.uid);
    for (const id of Object.keys(old?.sandboxes ?? {})) this.detach(this.core.kernels.get(id)!);
    this.core.pods.set(pod.uid, pod);
    for (const id of Object.keys(pod.volumes)) this.volumePods.set(id, pod);
    for (const box of Object.values(pod.sandboxes)) {
      const k = this.attach(pod, box);
      this.core.timers.rebuild(k);
      resetAll(k);
      if (box.ready.length === 0) continue;
      k.ringed = true;
      this.core.ring.push(k);
    }
  }
}

function pauseId(sandboxId: string): string {
  return `pause:${sandboxId}`;
}

function hash(text: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  return h | 1;
}
