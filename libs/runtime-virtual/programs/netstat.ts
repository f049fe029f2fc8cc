/** netstat: the sandbox's sockets. Whose they are is known of the processes that can be seen. */
import { commandName } from '../files/proc.js';
import type { OpenFile } from '../kernel/state.js';
import { parseOptions } from './options.js';
import type { Io, Run } from './simple.js';

function owner(io: Io, id: number): string {
  const found = Object.values(io.k.box.processes).find((p) => p.namespace === io.p.namespace && p.files.includes(id));
  return found ? `${found.pid}/${commandName(found)}` : '-';
}

export const netstat: Run = (io) => {
  const options = parseOptions(io, 'ratuwxlenpW');
  if (!options) return 1;
  const all = options.has('a');
  const listening = options.has('l');
  const programs = options.has('p');
  const title = listening && !all ? '(only servers)' : all ? '(servers and established)' : '(w/o servers)';
  io.out += `Active Internet connections ${title}\n`;
  io.out += `Proto Recv-Q Send-Q Local Address           Foreign Address         State       ${programs ? 'PID/Program name    ' : ''}\n`;
  if (options.has('u') && !options.has('t')) return 0;
  const row = (id: number, queued: number, local: string, remote: string, state: string) => {
    io.out += `tcp   ${String(queued).padStart(6)}      0 ${local.padEnd(23)} ${remote.padEnd(23)} ${state.padEnd(11)} ${programs ? owner(io, id).padEnd(20).trimEnd() : ''}`.trimEnd() + (programs ? '\n' : ' \n');
  };
  for (const [id, file] of Object.entries(io.k.box.open) as [string, OpenFile][]) {
    if (file.kind === 'listener' && (all || listening)) row(Number(id), file.pending.length, `${file.ip}:${file.port}`, '0.0.0.0:*', 'LISTEN');
    if (file.kind === 'socket' && (all || !listening)) {
      const state = file.status === 'connecting' ? 'SYN_SENT' : 'ESTABLISHED';
      row(Number(id), io.k.box.pipes[file.rx]?.size ?? 0, `${file.localIp}:${file.localPort}`, `${file.remoteIp}:${file.remotePort}`, state);
    }
  }
  return 0;
};
