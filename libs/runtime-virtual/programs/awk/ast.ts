/** What a script says. */
export type Expr =
  | { type: 'number'; value: number }
  | { type: 'string'; value: string }
  | { type: 'regex'; value: string }
  | { type: 'var'; name: string }
  | { type: 'index'; name: string; keys: Expr[] }
  | { type: 'field'; of: Expr }
  | { type: 'assign'; to: Expr; operator: string; value: Expr }
  | { type: 'increment'; to: Expr; by: 1 | -1; post: boolean }
  | { type: 'binary'; operator: string; left: Expr; right: Expr }
  | { type: 'unary'; operator: string; of: Expr }
  | { type: 'and' | 'or'; left: Expr; right: Expr }
  | { type: 'ternary'; test: Expr; yes: Expr; no: Expr }
  | { type: 'match'; negated: boolean; left: Expr; right: Expr }
  | { type: 'in'; keys: Expr[]; name: string }
  | { type: 'call'; name: string; args: Expr[] }
  | { type: 'builtin'; name: string; args: Expr[] }
  | { type: 'getline'; into: Expr | undefined; from: 'input' | 'file' | 'command'; source: Expr | undefined }
  /** (a, b): only before `in` and after print. */
  | { type: 'group'; items: Expr[] };

export type Stmt =
  | { type: 'block'; body: Stmt[] }
  | { type: 'expr'; of: Expr }
  | { type: 'print' | 'printf'; args: Expr[]; redirect: '' | '>' | '>>' | '|'; to: Expr | undefined }
  | { type: 'if'; test: Expr; yes: Stmt; no: Stmt | undefined }
  | { type: 'while' | 'do'; test: Expr; body: Stmt }
  | { type: 'for'; init: Stmt | undefined; test: Expr | undefined; step: Stmt | undefined; body: Stmt }
  | { type: 'forin'; to: Expr; name: string; body: Stmt }
  | { type: 'break' | 'continue' | 'next' | 'nextfile' }
  | { type: 'exit' | 'return'; value: Expr | undefined }
  | { type: 'delete'; name: string; keys: Expr[] | undefined };

export interface Rule {
  pattern: Expr | undefined;
  /** The end of a range. */
  until: Expr | undefined;
  /** undefined: print. */
  body: Stmt | undefined;
}
export interface FunctionDef {
  name: string;
  params: string[];
  body: Stmt;
}
export interface Script {
  begin: Stmt[];
  rules: Rule[];
  end: Stmt[];
  functions: FunctionDef[];
}
