/** Variables: reading, setting, exporting. Names are the user's, so every read goes through typeof. */
import { EXPORTED, READONLY, ShellError } from './state.js';
import type { Shell } from './state.js';

export function isName(text: string): boolean {
  return /^[A-Za-z_]\w*$/.test(text);
}

export function getVar(sh: Shell, name: string): string | undefined {
  const value = sh.vars[name];
  return typeof value === 'string' ? value : undefined;
}

export function flagsOf(sh: Shell, name: string): number {
  const flags = sh.flags[name];
  return typeof flags === 'number' ? flags : 0;
}

export function setVar(sh: Shell, name: string, value: string): void {
  const flags = flagsOf(sh, name);
  if (flags & READONLY) throw new ShellError(`${name}: is read only`, 2);
  sh.vars[name] = value;
  if (sh.options.includes('a')) sh.flags[name] = flags | EXPORTED;
  if (sh.options.includes('a') || flags & EXPORTED) sh.env = null;
  if (name === 'OPTIND') sh.getopts = 0;
}

export function unsetVar(sh: Shell, name: string): void {
  const flags = flagsOf(sh, name);
  if (flags & READONLY) throw new ShellError(`${name}: is read only`, 2);
  delete sh.vars[name];
  if (flags) delete sh.flags[name];
  if (flags & EXPORTED) sh.env = null;
}

export function addFlags(sh: Shell, name: string, flags: number): void {
  sh.flags[name] = flagsOf(sh, name) | flags;
  sh.env = null;
}

/** What children get as their environment. */
export function environment(sh: Shell): Record<string, string> {
  if (sh.env) return sh.env;
  const env: Record<string, string> = {};
  for (const name of Object.keys(sh.flags)) {
    const value = sh.vars[name];
    if (typeof value === 'string' && sh.flags[name]! & EXPORTED) env[name] = value;
  }
  return (sh.env = env);
}
