/** $(VAR) in env values, commands and arguments. Source: third_party/forked/golang/expansion/expand.go. */

/** Replaces each $(NAME) that `lookup` knows; what it does not know stays as it is. $$ is a plain $, so $$(NAME) is $(NAME). */
export function expand(text: string, lookup: (name: string) => string | undefined): string {
  if (!text.includes('$')) return text;
  let result = '';
  let at = 0;
  while (at < text.length) {
    const dollar = text.indexOf('$', at);
    if (dollar < 0 || dollar === text.length - 1) break;
    result += text.slice(at, dollar);
    const next = text[dollar + 1];
    const close = next === '(' ? text.indexOf(')', dollar + 2) : -1;
    if (close >= 0) {
      const reference = text.slice(dollar, close + 1);
      result += lookup(reference.slice(2, -1)) ?? reference;
      at = close + 1;
    } else {
      result += next === '$' ? '$' : `$${next}`;
      at = dollar + 2;
    }
  }
  return result + text.slice(at);
}
