/** For tests: a terminal's screen, as far as line editing uses it. A row's last cell keeps the cursor until the next character. */
export class Screen {
  private rows: string[][] = [[]];
  private row = 0;
  private column = 0;
  private rest = '';

  constructor(private readonly columns: number) {}

  write(text: string): void {
    let data = this.rest + text;
    this.rest = '';
    while (data !== '') {
      const sequence = /^\x1b\[(\d*)([A-Za-z])/.exec(data);
      if (sequence) this.control(sequence[2]!, Number(sequence[1] || 1));
      else if (data.startsWith('\x1b')) {
        this.rest = data;
        return;
      } else this.put(data[0]!);
      data = data.slice(sequence ? sequence[0].length : 1);
    }
  }

  private control(letter: string, count: number): void {
    this.column = Math.min(this.column, this.columns - 1);
    if (letter === 'A') this.row = Math.max(0, this.row - count);
    else if (letter === 'B') this.row += count;
    else if (letter === 'C') this.column = Math.min(this.columns - 1, this.column + count);
    else if (letter === 'H') this.row = this.column = 0;
    else if (letter === 'J') {
      this.line().length = Math.min(this.line().length, this.column);
      this.rows.length = this.row + 1;
    } else throw new Error(`no such sequence: ${letter}`);
  }

  private put(char: string): void {
    if (char === '\r') this.column = 0;
    else if (char === '\n') this.row++;
    else if (char === '\b') this.column = Math.max(0, Math.min(this.column, this.columns - 1) - 1);
    else if (char >= ' ') {
      if (this.column === this.columns) {
        this.column = 0;
        this.row++;
      }
      const line = this.line();
      while (line.length < this.column) line.push(' ');
      line[this.column++] = char;
    }
  }

  private line(): string[] {
    while (this.rows.length <= this.row) this.rows.push([]);
    return this.rows[this.row]!;
  }

  /** What is seen, without what is blank at the ends of rows and below. */
  text(): string {
    return this.rows.map((row) => row.join('').trimEnd()).join('\n').trimEnd();
  }

  cursor(): [row: number, column: number] {
    return [this.row, this.column];
  }
}
