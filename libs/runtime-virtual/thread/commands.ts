import type { StartResult } from '../kernel/machine.js';
import type { ThreadLoop } from './loop.js';
import type { Command } from './protocol.js';

/** Carries out one command of the main thread. What it throws is a mistake in the kernel: it is told, and the thread's other pods go on. */
export function applyCommand(loop: ThreadLoop, command: Command): void {
  try {
    apply(loop, command);
  } catch (error) {
    const { message, stack } = error as Error;
    loop.tell({ type: 'warning', message: `${command.type}: ${stack ?? message}` });
    if ('request' in command) loop.tell({ type: 'reply', request: command.request, ok: false, error: message });
  }
}

function apply(loop: ThreadLoop, command: Command): void {
  const { machine } = loop;
  switch (command.type) {
    case 'addImage':
      return machine.addImage(command.layer);
    case 'addSandbox':
      return machine.addSandbox(command.sandbox);
    case 'removeSandbox':
      machine.removeSandbox(command.sandboxId);
      return loop.tell({ type: 'reply', request: command.request, ok: true, value: 0 });
    case 'setClock':
      return machine.setClock(command.sandboxIds, command.clock);
    case 'atRest':
      return loop.tellAtRest(command.request, command.podUids);
    case 'setServices':
      return machine.setServices(command.services);
    case 'addVolume':
      machine.addVolume(command.volume);
      if (command.file) loop.volumes.add(command.volume.id, command.file, command.onDisk);
      return;
    case 'updateVolume':
      return machine.updateVolume(command.id, command.files);
    case 'removeVolume':
      machine.removeVolume(command.id);
      return loop.volumes.remove(command.id);
    case 'volumeBytes':
      return loop.tell({ type: 'reply', request: command.request, ok: true, value: machine.volumeBytes(command.id) });
    case 'containerBytes':
      return loop.tell({ type: 'reply', request: command.request, ok: true, value: machine.containerBytes(command.containerId) });
    case 'persistVolumes':
      return loop.volumes.persistAll(() => loop.tell({ type: 'reply', request: command.request, ok: true, value: 0 }));
    case 'startContainer':
      loop.logs.add(command.container.id, command.logFile);
      return startReply(loop, command.request, machine.startContainer(command.container));
    case 'updateContainer':
      machine.updateContainer(command.containerId, command);
      return loop.tell({ type: 'reply', request: command.request, ok: true, value: 0 });
    case 'removeContainer':
      loop.logs.remove(command.containerId);
      return machine.removeContainer(command.containerId);
    case 'signalContainer':
      return machine.signalContainer(command.containerId, command.signal);
    case 'reopenLog': {
      const error = loop.logs.reopen(command.containerId);
      return loop.tell({ type: 'reply', request: command.request, ...(error ? { ok: false, error } : { ok: true, value: 0 }) });
    }
    case 'forwardOutput':
      if (command.on) loop.forwarded.add(command.containerId);
      else loop.forwarded.delete(command.containerId);
      return;
    case 'startExec':
      return startReply(loop, command.request, machine.startExec(command.exec));
    case 'signalExec':
      return machine.signalExec(command.execId, command.signal);
    case 'stdin':
      return machine.writeStdin(command.of, command.data);
    case 'closeStdin':
      return machine.closeStdin(command.of);
    case 'resize':
      return machine.resize(command.of, command.columns, command.rows);
    case 'credit':
      return machine.credit(command.of, command.bytes);
    case 'dial':
      return machine.dial(command.connection, command.sandboxId, command.port, command.fromIp);
    case 'accept':
      return machine.accept(command.connection, command.fromIp, command.ip, command.port);
    case 'sendDialled':
      return machine.sendDialled(command.connection, command.data);
    case 'endDialled':
      return machine.endDialled(command.connection);
    case 'remoteOpen':
      return machine.remoteOpen(command.connection);
    case 'remoteRefused':
      return machine.remoteRefused(command.connection, command.error);
    case 'remoteData':
      return machine.remoteData(command.connection, command.data);
    case 'remoteEnd':
      return machine.remoteEnd(command.connection);
    case 'fault':
      if (command.fault === 'die') process.exit(1);
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  }
}

function startReply(loop: ThreadLoop, request: number, result: StartResult): void {
  loop.tell({ type: 'reply', request, ...(result.ok ? { ok: true, value: loop.now() } : result) });
}
