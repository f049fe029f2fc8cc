/** The builtins' names, for those that only ask whether there is one. */
const SPECIAL = ['.', ':', 'break', 'continue', 'eval', 'exec', 'exit', 'export', 'readonly', 'return', 'set', 'shift', 'source', 'times', 'trap', 'unset'];
const REGULAR = [
  '[', '[[', 'alias', 'bg', 'builtin', 'cd', 'command', 'echo', 'false', 'fg', 'getopts', 'hash', 'help', 'jobs', 'kill', 'let', 'local', 'printf', 'pwd', 'read',
  'test', 'true', 'type', 'ulimit', 'umask', 'unalias', 'wait',
];

/** 2: a special builtin, 1: a builtin, 0: neither. */
export function isBuiltin(name: string): 0 | 1 | 2 {
  if (SPECIAL.includes(name)) return 2;
  return REGULAR.includes(name) ? 1 : 0;
}

export function allBuiltins(): string[] {
  return [...SPECIAL, ...REGULAR].sort();
}
