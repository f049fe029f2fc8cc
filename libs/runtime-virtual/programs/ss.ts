/** ss (iproute2): the sandbox's TCP sockets. */
import { commandName } from '../files/proc.js';
import type { OpenFile } from '../kernel/state.js';
import { parseOptions } from './options.js';
import type { Io, Run } from './simple.js';

function users(io: Io, id: number): string {
  const found = Object.values(io.k.box.processes).find((p) => p.namespace === io.p.namespace && p.files.includes(id));
  return found ? `users:(("${commandName(found)}",pid=${found.pid},fd=${found.files.indexOf(id)}))` : '';
}

export const ss: Run = (io) => {
  const options = parseOptions(io, 'natulpw46oeimHsr', ['numeric=n', 'all=a', 'tcp=t', 'udp=u', 'listening=l', 'processes=p', 'no-header=H']);
  if (!options) return 255;
  if (options.has('u') && !options.has('t')) return 0;
  const line = (state: string, queued: number, sent: number, local: string, remote: string, id: number) => {
    io.out += `${state.padEnd(11)}${String(queued).padEnd(7)}${String(sent).padEnd(7)}${local.padStart(20)} ${remote.padStart(20)} ${options.has('p') ? users(io, id) : ''}`.trimEnd() + '\n';
  };
  if (!options.has('H')) io.out += `State      Recv-Q Send-Q   Local Address:Port    Peer Address:Port${options.has('p') ? ' Process' : ''}\n`;
  for (const [id, file] of Object.entries(io.k.box.open) as [string, OpenFile][]) {
    if (file.kind === 'listener' && (options.has('l') || options.has('a'))) line('LISTEN', file.pending.length, 128, `${file.ip}:${file.port}`, '0.0.0.0:*', Number(id));
    if (file.kind === 'socket' && !options.has('l')) {
      line(file.status === 'connecting' ? 'SYN-SENT' : 'ESTAB', io.k.box.pipes[file.rx]?.size ?? 0, 0, `${file.localIp}:${file.localPort}`, `${file.remoteIp}:${file.remotePort}`, Number(id));
    }
  }
  return 0;
};
