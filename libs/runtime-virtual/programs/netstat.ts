/** netstat: the sandbox's sockets. Whose they are is known of the processes that can be seen. */
import { commandName } from '../files/proc.js';
import { holder, tcpTable } from '../net/table.js';
import { routeTable } from './interfaces.js';
import { parseOptions } from './options.js';
import type { Io, Run } from './simple.js';

function owner(io: Io, id: number): string {
  const found = holder(io.k, io.p, id);
  return found ? `${found.pid}/${commandName(found)}` : '-';
}

export const netstat: Run = (io) => {
  const options = parseOptions(io, 'ratuwxlenpW');
  if (!options) return 1;
  if (options.has('r')) {
    routeTable(io, options.has('n'));
    return 0;
  }
  const all = options.has('a');
  const listening = options.has('l');
  const programs = options.has('p');
  const title = listening && !all ? '(only servers)' : all ? '(servers and established)' : '(w/o servers)';
  io.out += `Active Internet connections ${title}\n`;
  io.out += `Proto Recv-Q Send-Q Local Address           Foreign Address         State       ${programs ? 'PID/Program name    ' : ''}\n`;
  if (options.has('u') && !options.has('t')) return 0;
  const shown = ({ ip, port }: { ip: string; port: number }) => `${ip}:${port || '*'}`.padEnd(23);
  for (const { id, local, remote, state, received, sent } of tcpTable(io.k, 0)) {
    if (!all && listening !== (state === 'LISTEN')) continue;
    const row = `tcp   ${String(received).padStart(6)} ${String(sent).padStart(6)} ${shown(local)} ${shown(remote)} ${state.padEnd(11)} ${programs ? owner(io, id).padEnd(20).trimEnd() : ''}`;
    io.out += `${row.trimEnd()}${programs ? '' : ' '}\n`;
  }
  return 0;
};
