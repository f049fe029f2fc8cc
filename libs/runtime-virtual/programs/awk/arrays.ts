/** Which names are arrays: those that are used as one, and those that are handed to a function that does. */
import type { Expr, Script, Stmt } from './ast.js';

export interface ArrayNames {
  /** `inFunction` '': a global name. */
  isArray(inFunction: string, name: string): boolean;
}

export function findArrays(script: Script): ArrayNames {
  const found = new Set<string>(['/ENVIRON', '/ARGV']);
  const params = new Map(script.functions.map((def) => [def.name, def.params]));
  const key = (scope: string, name: string) => (params.get(scope)?.includes(name) ? `${scope}/${name}` : `/${name}`);
  const parts: [string, Stmt | Expr | undefined][] = [
    ...[...script.begin, ...script.end].map((body): [string, Stmt] => ['', body]),
    ...script.rules.flatMap((rule): [string, Stmt | Expr | undefined][] => [['', rule.pattern], ['', rule.until], ['', rule.body]]),
    ...script.functions.map((def): [string, Stmt] => [def.name, def.body]),
  ];
  // What is handed on is known only once the callee's parameters are: until nothing new is found.
  for (let before = -1; before !== found.size;) {
    before = found.size;
    for (const [scope, part] of parts) visit(part, (node) => note(node, scope));
  }
  return { isArray: (scope, name) => found.has(`${scope}/${name}`) };

  function note(node: Stmt | Expr, scope: string): void {
    if (node.type === 'index' || node.type === 'in' || node.type === 'forin' || node.type === 'delete') found.add(key(scope, node.name));
    else if (node.type === 'builtin' && node.name === 'split' && node.args[1]?.type === 'var') found.add(key(scope, node.args[1].name));
    else if (node.type === 'call') {
      node.args.forEach((arg, i) => {
        const name = params.get(node.name)?.[i];
        if (arg.type !== 'var' || name === undefined) return;
        if (found.has(`${node.name}/${name}`)) found.add(key(scope, arg.name));
        else if (found.has(key(scope, arg.name))) found.add(`${node.name}/${name}`);
      });
    }
  }
}

/** Calls `each` for a node and all below it. */
function visit(node: unknown, each: (node: Stmt | Expr) => void): void {
  if (Array.isArray(node)) for (const one of node) visit(one, each);
  else if (typeof node === 'object' && node !== null) {
    if ('type' in node) each(node as Stmt | Expr);
    for (const one of Object.values(node)) if (typeof one === 'object') visit(one, each);
  }
}
