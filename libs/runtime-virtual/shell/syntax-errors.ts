/** What the shell says of a text that it can't parse. */
import type { ParseError } from 'unbash';

/** What closes a construct, as the parser names it -> as the shell expects it. */
const KNOWN = /^(?:;;|&&|\|\||[;&|()]|!|case|do|done|elif|else|esac|fi|for|function|if|in|then|until|while|[{}])$/;
const CLOSERS = /^expected '([^']+)'/;

export function syntaxError(source: string, error: ParseError): { message: string; incomplete: boolean } {
  const { message } = error;
  const atEnd = source.slice(error.pos).trim() === '';
  if (/^unterminated (single|double|ANSI|\$)/.test(message)) return { message: 'syntax error: unterminated quoted string', incomplete: true };
  if (message.startsWith('unterminated backtick')) return { message: 'syntax error: EOF in backquote substitution', incomplete: true };
  if (message.startsWith('unterminated parameter')) return { message: "syntax error: missing '}'", incomplete: true };
  if (message.startsWith('unterminated arithmetic')) return { message: "syntax error: missing '))'", incomplete: true };
  if (message.startsWith('unterminated')) return { message: 'syntax error: unexpected end of file (expecting ")")', incomplete: true };
  const named = CLOSERS.exec(message)?.[1];
  const closer = named === 'esac' ? ')' : named;
  const open = /^expected command after '(then|else|elif|do)'/.exec(message)?.[1];
  if (open) return { message: `syntax error: unexpected end of file (expecting "${open === 'do' ? 'done' : 'fi'}")`, incomplete: atEnd };
  if (atEnd) return { message: `syntax error: unexpected end of file${closer ? ` (expecting "${closer}")` : ''}`, incomplete: true };
  const token = /^unexpected token '([^]*)'$/.exec(message)?.[1] ?? /^\s*(;;|&&|\|\||[;&|()<>]|\n|[^\s;&|()<>]+)/.exec(source.slice(error.pos))?.[1] ?? '';
  const shown = token === '\n' ? 'newline' : /^[<>]/.test(token) ? 'redirection' : KNOWN.test(token) ? `"${token}"` : 'word';
  return { message: `syntax error: unexpected ${shown}${closer ? ` (expecting "${closer}")` : ''}`, incomplete: false };
}
