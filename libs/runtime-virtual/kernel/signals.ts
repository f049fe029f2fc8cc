/** Signal numbers and names (Linux, x86-64), and what they do when a process has not said otherwise. */
export const SIGHUP = 1;
export const SIGINT = 2;
export const SIGQUIT = 3;
export const SIGKILL = 9;
export const SIGUSR1 = 10;
export const SIGSEGV = 11;
export const SIGPIPE = 13;
export const SIGALRM = 14;
export const SIGTERM = 15;
export const SIGCHLD = 17;
export const SIGCONT = 18;
export const SIGSTOP = 19;
export const SIGTSTP = 20;
export const SIGTTIN = 21;
export const SIGTTOU = 22;
export const SIGXFSZ = 25;
export const SIGWINCH = 28;

export const SIGNAL_NAMES = [
  'EXIT', 'HUP', 'INT', 'QUIT', 'ILL', 'TRAP', 'ABRT', 'BUS', 'FPE', 'KILL', 'USR1', 'SEGV', 'USR2', 'PIPE', 'ALRM', 'TERM',
  'STKFLT', 'CHLD', 'CONT', 'STOP', 'TSTP', 'TTIN', 'TTOU', 'URG', 'XCPU', 'XFSZ', 'VTALRM', 'PROF', 'WINCH', 'POLL', 'PWR', 'SYS',
];

/** What a shell calls a signal that has ended or stopped a child. */
export const SIGNAL_MESSAGES: Record<number, string> = {
  1: 'Hangup', 3: 'Quit', 4: 'Illegal instruction', 5: 'Trace/breakpoint trap', 6: 'Aborted', 7: 'Bus error', 8: 'Floating point exception',
  9: 'Killed', 10: 'User defined signal 1', 11: 'Segmentation fault', 12: 'User defined signal 2', 14: 'Alarm clock', 15: 'Terminated',
  2: 'Interrupt', 24: 'CPU time limit exceeded', 25: 'File size limit exceeded', 13: 'Broken pipe', 19: 'Stopped (signal)', 20: 'Stopped', 21: 'Stopped (tty input)', 22: 'Stopped (tty output)',
};

const DEFAULT_IGNORED = (1 << SIGCHLD) | (1 << SIGCONT) | (1 << 23) | (1 << 28);
/** Those that a terminal stops its jobs by. */
export const TERMINAL_STOPS = (1 << SIGTSTP) | (1 << SIGTTIN) | (1 << SIGTTOU);
const DEFAULT_STOPS = (1 << SIGSTOP) | TERMINAL_STOPS;

export function defaultAction(signal: number): 'ignore' | 'stop' | 'end' {
  if (DEFAULT_IGNORED & (1 << signal)) return 'ignore';
  return DEFAULT_STOPS & (1 << signal) ? 'stop' : 'end';
}

/** The number of a signal given as TERM, SIGTERM, term or 15; -1: there is none. */
export function signalNumber(text: string): number {
  if (/^\d+$/.test(text)) return Number(text) < SIGNAL_NAMES.length ? Number(text) : -1;
  const name = text.toUpperCase().replace(/^SIG/, '');
  return SIGNAL_NAMES.indexOf(name === 'CLD' ? 'CHLD' : name);
}
