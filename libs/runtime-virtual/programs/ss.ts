/** ss (iproute2): the sandbox's TCP sockets. */
import { commandName } from '../files/proc.js';
import { holder, tcpTable } from '../net/table.js';
import { parseOptions } from './options.js';
import type { Io, Run } from './simple.js';

const BACKLOG = 128;
const NAMES: Record<string, string> = { ESTABLISHED: 'ESTAB', SYN_SENT: 'SYN-SENT', FIN_WAIT2: 'FIN-WAIT-2', CLOSE_WAIT: 'CLOSE-WAIT', CLOSE: 'UNCONN' };

function users(io: Io, id: number): string {
  const found = holder(io.k, io.p, id);
  return found ? `users:(("${commandName(found)}",pid=${found.pid},fd=${found.files.indexOf(id)}))` : '';
}

export const ss: Run = (io) => {
  const options = parseOptions(io, 'natulpw46oeimHsr', ['numeric=n', 'all=a', 'tcp=t', 'udp=u', 'listening=l', 'processes=p', 'no-header=H']);
  if (!options) return 255;
  if (options.has('u') && !options.has('t')) return 0;
  const shown = ({ ip, port }: { ip: string; port: number }) => `${ip}:${port || '*'}`.padStart(20);
  if (!options.has('H')) io.out += `State      Recv-Q Send-Q   Local Address:Port    Peer Address:Port${options.has('p') ? ' Process' : ''}\n`;
  for (const { id, local, remote, state, received, sent } of tcpTable(io.k, BACKLOG)) {
    if (!options.has('a') && options.has('l') !== (state === 'LISTEN')) continue;
    const row = `${(NAMES[state] ?? state).padEnd(11)}${String(received).padEnd(7)}${String(sent).padEnd(7)}${shown(local)} ${shown(remote)} ${options.has('p') ? users(io, id) : ''}`;
    io.out += `${row.trimEnd()}\n`;
  }
  return 0;
};
