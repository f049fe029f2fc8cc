/** python, node and their like: they know their version, and say that they run nothing here. */
import type { Io, Run } from './simple.js';

const refuse = (io: Io, language: string, rest: string[]): number => {
  // Without a program and without a terminal such an interpreter reads an empty standard input, and ends.
  if (rest.length === 0) return 0;
  io.err += `${io.argv[0]!.split('/').pop()}: the virtual runtime runs no ${language} programs (only --version is answered). Use the cri runtime, or an image of shell scripts.\n`;
  return 126;
};

function interpreter(language: string, version: (io: Io) => string, flags: string[]): Run {
  return (io) => {
    const rest = io.argv.slice(1);
    if (!flags.includes(rest[0] ?? '')) return refuse(io, language, rest);
    io.out += `${version(io)}\n`;
    return 0;
  };
}
const versionIn = (io: Io, variable: string, usual: string) => /^\d+(\.\d+)*/.exec(io.p.env[variable] ?? '')?.[0] ?? usual;

export const python = interpreter('Python', (io) => `Python ${versionIn(io, 'PYTHON_VERSION', '3.13.5')}`, ['--version', '-V']);
export const node = interpreter('JavaScript', (io) => `v${versionIn(io, 'NODE_VERSION', '22.17.0')}`, ['--version', '-v']);
export const psql = interpreter('SQL', (io) => `psql (PostgreSQL) ${versionIn(io, 'PG_VERSION', '17.5')}`, ['--version', '-V']);
