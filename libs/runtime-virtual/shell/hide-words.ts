/**
 * The parser looks for the end of `$(..)` by counting the words `case` and `esac`, wherever they stand. Here those that are no keywords
 * (`echo case`) are hidden from it.
 */

/** A character that the source has nowhere; the text keeps its length. */
export interface Hidden {
  text: string;
  mark: string;
}

const STARTS = ['then', 'do', 'else', 'elif', 'if', 'while', 'until', '!', '{'];
const WORD = /[^\s;&|()`"'\\<>]+/y;

interface Level {
  /** What opened it: a script, or double quotes. */
  quoted: boolean;
  /** Open `case`s: their patterns end with `)`. */
  cases: number;
}

/** undefined: there is nothing to hide. */
export function hideWords(source: string): Hidden | undefined {
  if (!/\$\(/.test(source) || !/\b(case|esac)\b/.test(source)) return undefined;
  const mark = ['\x01', '\x02', '\x03', '\x04'].find((char) => !source.includes(char));
  if (mark === undefined) return undefined;
  const places: number[] = [];
  const levels: Level[] = [{ quoted: false, cases: 0 }];
  let start = true;
  let last = '';
  for (let i = 0; i < source.length; ) {
    const level = levels[levels.length - 1]!;
    const char = source[i]!;
    if (char === '\\') {
      i += 2;
      start = false;
    } else if (char === '"') {
      if (level.quoted) levels.pop();
      else levels.push({ quoted: true, cases: 0 });
      i++;
      start = false;
    } else if (char === '(' && (!level.quoted || source[i - 1] === '$')) {
      levels.push({ quoted: false, cases: 0 });
      i++;
      start = true;
    } else if (level.quoted) i++;
    else if (char === ')') {
      start = level.cases > 0;
      if (level.cases === 0 && levels.length > 1) levels.pop();
      i++;
    } else if (char === "'") {
      const end = source.indexOf("'", i + 1);
      i = end < 0 ? source.length : end + 1;
      start = false;
    } else if (char === '#' && /[\s;&|(]/.test(source[i - 1] ?? ' ')) {
      const end = source.indexOf('\n', i);
      i = end < 0 ? source.length : end;
    } else if ('\n;&|`'.includes(char)) {
      // After `;;` come patterns.
      start = true;
      last = char === ';' && source[i - 1] === ';' ? ';;' : char;
      i++;
    } else {
      WORD.lastIndex = i;
      const word = WORD.exec(source)?.[0];
      if (word === undefined) {
        i++;
        continue;
      }
      const keyword = start || (word === 'esac' && last === 'in');
      if (word === 'case' && start && last !== ';;') level.cases++;
      else if (word === 'esac' && keyword && level.cases > 0) level.cases--;
      else if (word === 'case' || word === 'esac') places.push(i);
      start = start && STARTS.includes(word);
      last = word;
      i += word.length;
    }
  }
  if (places.length === 0) return undefined;
  let text = source;
  for (const place of places) text = `${text.slice(0, place + 1)}${mark}${text.slice(place + 2)}`;
  return { text, mark };
}

/** Plain data with the hidden words as they were. */
export function reveal<T>(value: T, mark: string): T {
  if (typeof value === 'string') return value.replaceAll(`c${mark}se`, 'case').replaceAll(`e${mark}ac`, 'esac') as T;
  if (Array.isArray(value)) return value.map((item: unknown) => reveal(item, mark)) as T;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, reveal(item as unknown, mark)])) as T;
}
