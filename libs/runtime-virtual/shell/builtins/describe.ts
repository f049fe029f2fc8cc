/** type, command -v: what a name stands for. */
import { DEFAULT_PATH, which } from '../../files/executable.js';
import { access, stat } from '../../files/stat.js';
import { getVar } from '../variables.js';
import { isBuiltin } from './names.js';
import type { Call } from './types.js';

const KEYWORDS = ['!', 'case', 'do', 'done', 'elif', 'else', 'esac', 'fi', 'for', 'function', 'if', 'in', 'then', 'until', 'while', '{', '}'];

export function describe(call: Call, names: string[], verbose: boolean): number {
  const { k, p, sh } = call;
  let code = 0;
  for (const name of names) {
    const say = (short: string, long: string) => (call.out += `${verbose ? `${name}${long}` : short}\n`);
    if (KEYWORDS.includes(name)) say(name, ' is a shell keyword');
    else if (typeof sh.functions[name] === 'number') say(name, ' is a function');
    else if (isBuiltin(name) > 0) say(name, isBuiltin(name) === 2 ? ' is a special shell builtin' : ' is a shell builtin');
    else {
      const found = which(k, p, name, getVar(sh, 'PATH') ?? DEFAULT_PATH);
      const there = typeof found === 'string' && typeof stat(k, p, found) !== 'number' && access(k, p, found, 1) === 0;
      if (there) say(found, ` is ${found}`);
      else {
        if (verbose) call.out += `${name}: not found\n`;
        code = 127;
      }
    }
  }
  return code;
}
