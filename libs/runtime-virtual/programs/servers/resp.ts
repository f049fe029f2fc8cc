/** Redis' wire format (RESP2), both ways. Bytes in, bytes out. */

export type Reply = string | number | null | Reply[] | { error: string } | { status: string };

export function encode(reply: Reply): string {
  if (reply === null) return '$-1\r\n';
  if (typeof reply === 'number') return `:${reply}\r\n`;
  if (typeof reply === 'string') return `$${reply.length}\r\n${reply}\r\n`;
  if (Array.isArray(reply)) return `*${reply.length}\r\n${reply.map(encode).join('')}`;
  return 'error' in reply ? `-${reply.error}\r\n` : `+${reply.status}\r\n`;
}

/** A value at `at`, and where the next begins; undefined: not complete. */
export function decode(text: string, at = 0): { value: Reply; next: number } | undefined {
  const end = text.indexOf('\r\n', at);
  if (end < 0) return undefined;
  const head = text.slice(at + 1, end);
  const next = end + 2;
  switch (text[at]) {
    case '+':
      return { value: { status: head }, next };
    case '-':
      return { value: { error: head }, next };
    case ':':
      return { value: Number(head), next };
    case '$': {
      const length = Number(head);
      if (length < 0) return { value: null, next };
      return text.length < next + length + 2 ? undefined : { value: text.slice(next, next + length), next: next + length + 2 };
    }
    case '*': {
      const values: Reply[] = [];
      let from = next;
      for (let i = 0; i < Number(head); i++) {
        const item = decode(text, from);
        if (!item) return undefined;
        values.push(item.value);
        from = item.next;
      }
      return { value: values, next: from };
    }
    default:
      // An inline command, as typed into nc.
      return { value: text.slice(at, end).split(/\s+/).filter(Boolean), next };
  }
}

/** Words of a command line: blanks separate, quotes hold together. */
export function words(line: string): string[] {
  return [...line.matchAll(/"((?:[^"\\]|\\.)*)"|'([^']*)'|(\S+)/g)].map(([, double, single, plain]) => double?.replace(/\\n/g, '\n').replace(/\\(.)/g, '$1') ?? single ?? plain!);
}
