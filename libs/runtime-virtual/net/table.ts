/** The sandbox's sockets as netstat, ss and /proc/net show them: one list, so that they agree. */
import type { Kernel } from '../kernel/kernel.js';
import type { Process } from '../kernel/state.js';

/** As Linux numbers them. */
export const STATES = { ESTABLISHED: 1, SYN_SENT: 2, FIN_WAIT2: 5, CLOSE: 7, CLOSE_WAIT: 8, LISTEN: 10 } as const;

export interface SocketRow {
  /** Of its open file; /proc's inode. */
  id: number;
  local: { ip: string; port: number };
  /** 0.0.0.0 and port 0 where there is none. */
  remote: { ip: string; port: number };
  state: keyof typeof STATES;
  /** Bytes that nobody has read; of a listener the connections that nobody has taken. */
  received: number;
  /** Bytes that the other end has not read; of a listener how many connections may wait. */
  sent: number;
}

const NOBODY = { ip: '0.0.0.0', port: 0 };

export function tcpTable(k: Kernel, backlog: number): SocketRow[] {
  const rows: SocketRow[] = [];
  for (const [key, file] of Object.entries(k.box.open)) {
    const id = Number(key);
    if (file.kind === 'listener') rows.push({ id, local: file, remote: NOBODY, state: 'LISTEN', received: file.pending.length, sent: backlog });
    if (file.kind !== 'socket') continue;
    const [rx, tx] = [k.box.pipes[file.rx], k.box.pipes[file.tx]];
    const over = !rx || rx.writers <= 0;
    const state = file.status === 'connecting' ? 'SYN_SENT' : file.status === 'failed' ? 'CLOSE' : over ? 'CLOSE_WAIT' : !tx || tx.writers <= 0 ? 'FIN_WAIT2' : 'ESTABLISHED';
    const { localIp, localPort, remoteIp, remotePort } = file;
    rows.push({ id, local: { ip: localIp, port: localPort }, remote: { ip: remoteIp, port: remotePort }, state, received: rx?.size ?? 0, sent: file.link === '' ? (tx?.size ?? 0) : 0 });
  }
  return rows;
}

/** The process of the viewer's PID namespace that has the open file. */
export function holder(k: Kernel, viewer: Process, id: number): Process | undefined {
  return Object.values(k.box.processes).find((p) => p.namespace === viewer.namespace && p.files.includes(id));
}

/** ip:port as /proc/net has it: the address in the machine's byte order. */
function hexAddress({ ip, port }: { ip: string; port: number }): string {
  const bytes = ip.split('.').map((part) => Number(part).toString(16).padStart(2, '0'));
  return `${bytes.reverse().join('')}:${port.toString(16).padStart(4, '0')}`.toUpperCase();
}

/** /proc/net/tcp or udp. */
export function procTable(k: Kernel, rows: SocketRow[]): string {
  const hex = (value: number, width: number) => value.toString(16).toUpperCase().padStart(width, '0');
  const lines = rows.map((row, i) => {
    const uid = Object.values(k.box.processes).find((p) => p.files.includes(row.id))?.uid ?? 0;
    return (
      `${String(i).padStart(4)}: ${hexAddress(row.local)} ${hexAddress(row.remote)} ${hex(STATES[row.state], 2)} ${hex(row.sent, 8)}:${hex(row.received, 8)} ` +
      `00:00000000 00000000 ${String(uid).padStart(5)}        0 ${row.id} 1 0000000000000000 100 0 0 10 0\n`
    );
  });
  return `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n${lines.join('')}`;
}
