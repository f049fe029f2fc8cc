/**
 * YAML 1.2 wants the further lines of what is quoted or in brackets to be indented; sigs.k8s.io/yaml does not mind. The white space that they begin with
 * means nothing, so here they are indented as far as anybody may want.
 */

/** What a line begins with before anything stands in it: that of lists in lists counts as well. */
const BEGINNING = /^(?:\s|[-?:](?=\s))*/;

/** What a text may grow by. */
const MOST_GROWTH = 16 * 1024 * 1024;

/** The text with those lines moved to the right of all others; the text itself where that would be too much. */
export function indentContinuations(text: string): string {
  const lines = text.split('\n');
  const by = lines.reduce((most, line) => Math.max(most, BEGINNING.exec(line)![0].length), 0) + 2;
  if (lines.length * by > MOST_GROWTH) return text;
  const state: State = { quote: '', depth: 0, block: -1 };
  const room = ' '.repeat(by);
  return lines
    .map((line) => {
      const inside = state.quote !== '' || state.depth > 0;
      scan(line, state);
      return inside && line.trim() !== '' ? room + line : line;
    })
    .join('\n');
}

interface State {
  /** The quote that is open; '': none. */
  quote: '' | "'" | '"';
  /** Brackets that are open. */
  depth: number;
  /** How far the line was indented that began a block scalar (| or >); -1: there is none. */
  block: number;
}

const indentation = (line: string): number => line.length - line.trimStart().length;

function scan(line: string, state: State): void {
  if (state.quote === '' && state.depth === 0) {
    if (state.block >= 0 && (line.trim() === '' || indentation(line) > state.block)) return;
    state.block = -1;
  }
  // Whether a value may begin here: only there quotes and brackets are more than text.
  let begins = true;
  for (let at = 0; at < line.length; at++) {
    const character = line[at]!;
    if (state.quote !== '') {
      if (state.quote === '"' && character === '\\') at++;
      else if (state.quote === "'" && character === "'" && line[at + 1] === "'") at++;
      else if (character === state.quote) [state.quote, begins] = ['', false];
    } else if (character === '#' && (at === 0 || /\s/.test(line[at - 1]!))) return;
    else if (begins && (character === '"' || character === "'")) state.quote = character;
    else if ((begins || state.depth > 0) && (character === '[' || character === '{')) [state.depth, begins] = [state.depth + 1, true];
    else if (state.depth > 0 && (character === ']' || character === '}')) [state.depth, begins] = [state.depth - 1, false];
    else if (begins && state.depth === 0 && (character === '|' || character === '>')) {
      state.block = indentation(line);
      return;
    } else begins = beginsAfter(line, at, begins, state.depth > 0);
  }
}

/** Whether a value may begin behind the character at `at`. */
function beginsAfter(line: string, at: number, begins: boolean, inBrackets: boolean): boolean {
  const character = line[at]!;
  if (/\s/.test(character)) return begins || isProperty(line, at);
  if (inBrackets && character === ',') return true;
  const spaced = at + 1 === line.length || /\s/.test(line[at + 1]!);
  return (spaced || inBrackets) && (character === ':' || (begins && (character === '-' || character === '?')));
}

/** The word before `at` is a tag or an anchor: what it belongs to comes next. */
const isProperty = (line: string, at: number): boolean => /(^|[\s[{,])[!&][^\s]*$/.test(line.slice(0, at));
