/** Builds the fields of one word: what is quoted stays together, what was expanded is split at IFS, patterns are kept beside the text. */
import { OutOfMemory } from '../kernel/memory.js';
import { hasMagic, quotePattern } from './pattern.js';

export interface Field {
  text: string;
  /** Set where files are to be matched. */
  pattern: string | undefined;
}

const MAX_TEXT = 16 * 1024 * 1024;
const MAX_FIELDS = 1_000_000;

export class Fields {
  private readonly done: Field[] = [];
  private text = '';
  private magic: string | undefined;
  /** Whether the field being built exists even if it is empty. */
  private open = false;

  constructor(private readonly ifs: string) {}

  private add(text: string, pattern: string | undefined): void {
    if (pattern !== undefined && this.magic === undefined) this.magic = quotePattern(this.text);
    if (this.magic !== undefined) this.magic += pattern ?? quotePattern(text);
    this.text += text;
    this.open = true;
    if (this.text.length > MAX_TEXT) throw new OutOfMemory('a field of the shell');
  }

  literal(text: string): void {
    this.add(text, undefined);
  }

  quoted(text: string): void {
    this.add(text, undefined);
  }

  pattern(text: string): void {
    this.add(text, text);
  }

  /** "$@": each a field of its own, the first and last joined to what stands beside it. */
  list(values: string[]): void {
    values.forEach((value, i) => {
      if (i > 0) this.end();
      this.quoted(value);
    });
  }

  end(): void {
    if (this.open && this.done.push({ text: this.text, pattern: this.magic }) > MAX_FIELDS) throw new OutOfMemory('fields of the shell');
    this.text = '';
    this.magic = undefined;
    this.open = false;
  }

  /** The result of an unquoted expansion. */
  split(value: string): void {
    let piece = '';
    let i = 0;
    const isSpace = (char: string) => char === ' ' || char === '\t' || char === '\n';
    const flush = () => {
      if (piece !== '') this.add(piece, hasMagic(piece) ? piece : undefined);
      piece = '';
    };
    while (i < value.length) {
      const char = value[i]!;
      if (!this.ifs.includes(char)) {
        piece += char;
        i++;
        continue;
      }
      flush();
      // A run of white space with at most one other separator in it is one separator.
      let hard = false;
      while (i < value.length && this.ifs.includes(value[i]!)) {
        if (!isSpace(value[i]!)) {
          if (hard) break;
          hard = true;
        }
        i++;
      }
      if (hard) this.open = true;
      this.end();
    }
    flush();
  }

  finish(): Field[] {
    this.end();
    return this.done;
  }
}
