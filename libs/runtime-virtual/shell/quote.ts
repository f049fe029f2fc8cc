/** Text as the shell prints it so that it can be read again. */

/** Always quoted: what has no single quote in single quotes, runs of single quotes in double ones. */
export function singleQuote(text: string): string {
  let out = '';
  let at = 0;
  do {
    const quote = text.indexOf("'", at);
    const end = quote < 0 ? text.length : quote;
    out += `'${text.slice(at, end)}'`;
    at = end;
    while (text[at] === "'") at++;
    if (at > end) out += `"${text.slice(end, at)}"`;
  } while (at < text.length);
  return out;
}

/** Quoted where it needs to be. */
export function quoteIfNeeded(text: string): string {
  return /[^+,\-./0-9:@A-Z\]^_a-z]/.test(text) ? singleQuote(text) : text;
}
