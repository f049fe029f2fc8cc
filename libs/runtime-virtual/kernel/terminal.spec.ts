import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Screen } from './test-screen.js';
import { Session } from './test-session.js';

const UP = '\x1b[A';
const DOWN = '\x1b[B';
const RIGHT = '\x1b[C';
const LEFT = '\x1b[D';

describe('a shell on a terminal', () => {
  it('has the prompt of root, or of another user, with the working directory', () => {
    expect(new Session().output).toBe('/ # ');
    expect(new Session(['sh'], 1000).output).toBe('/ $ ');
    const session = new Session();
    session.type('cd /root; PS2="more "\r');
    expect(session.type('if true\r')).toBe('if true\r\nmore ');
    expect(session.type('then pwd; fi\r')).toBe('then pwd; fi\r\n/root\r\n~ # ');
  });

  it.each([
    ['backspace', 'echo abx\x7fc', 'abc'],
    ['left and right, inserting', `echo ac${LEFT}b${RIGHT}d`, 'abcd'],
    ['Ctrl-A and Ctrl-E', 'cho x\x01e\x05y', 'xy'],
    ['Home, End and Delete', 'xecho x\x1b[H\x1b[3~\x1b[Fy', 'xy'],
    ['Ctrl-U', 'rubbish\x15echo fresh', 'fresh'],
    ['Ctrl-U in the middle', `rubbish echo kept${LEFT.repeat(9)}\x15`, 'kept'],
    ['Ctrl-W', 'echo one two\x17three', 'one three'],
    ['Ctrl-K', `echo one two${LEFT.repeat(4)}\x0b`, 'one'],
    ['Ctrl-D in a line', `echo abXc${LEFT.repeat(2)}\x04`, 'abc'],
    ['characters of several bytes', 'echo \xc3\xa9\xc3\xa8\x7fx', '\xc3\xa9x'],
    ['an escape sequence that comes in pieces', 'echo ac\x1b', 'ac'],
    ['Tab, for a file', 'echo /etc/pas\t', '/etc/passwd'],
    ['Tab, for a directory and then a file', 'echo /et\tgro\t', '/etc/group'],
    ['Tab, for a command', 'basen\t/x/y', 'y'],
    ['Tab, where nothing fits', 'echo /nosuch\t', '/nosuch'],
  ])('edits: %s', (_, keys, expected) => {
    expect(new Session().run(keys)).toBe(`${expected}\r\n`);
  });

  it('shows an edit in the middle of a line as a terminal needs it', () => {
    const session = new Session();
    session.type('echo ac');
    expect(session.type(LEFT)).toBe('\b');
    expect(session.type('b')).toBe('bc\b');
    expect(session.type('\x7f')).toBe('\bc\x1b[J\b');
  });

  it('remembers lines: up, down, and the line that was being typed', () => {
    const session = new Session();
    session.run('echo one');
    session.run('echo two');
    expect(session.run(UP)).toBe('two\r\n');
    expect(session.run(`${UP}${UP}`)).toBe('one\r\n');
    expect(session.run(`echo draft${UP}${DOWN}`)).toBe('draft\r\n');
    expect(session.run('\x10 more')).toBe('draft more\r\n');
  });

  it('shows what fits at the second Tab, and adds what the names have in common at the first', () => {
    const session = new Session();
    session.run('cd /tmp; mkdir dir1 dir2; touch alpha alpine "a b" x');
    expect(session.type('cat al\t')).toBe('cat alp');
    expect(session.type('\t')).toBe('\r\nalpha   alpine\r\n/tmp # cat alp');
    expect(session.type('\x15cat \t')).toContain('\x07');
    expect(session.type('\t')).toBe('\r\na b     alpha   alpine  dir1/   dir2/   x\r\n/tmp # cat ');
    expect(session.type('\x15cat a\\ \t')).toContain('cat a\\ b ');
    expect(session.type('\x15cd d\t')).toContain('cd dir');
    expect(session.type('1\t')).toBe('1/');
  });

  it('finds earlier lines at Ctrl-R', () => {
    const session = new Session();
    for (const line of ['echo one', 'echo two', 'true']) session.run(line);
    expect(session.type('\x12')).toBe("\r(reverse-i-search)'': \x1b[J");
    expect(session.type('ec')).toContain("(reverse-i-search)'ec': echo two");
    expect(session.type('\x12')).toContain("(reverse-i-search)'ec': echo one");
    expect(session.type('\x12')).toContain('\x07');
    expect(session.type('\x05')).toBe('\r/ # echo one\x1b[J');
    expect(session.run(' more')).toBe('one more\r\n');
    expect(session.run('\x12two')).toBe('two\r\n');
    expect(session.run('\x12nosuch\x7f\x7f\x7f\x7f\x7f\x7f\x03echo $?')).toContain('130\r\n');
  });

  it('shows a line that is longer than the window over its rows', () => {
    const session = new Session();
    session.resize(20, 24);
    const screen = new Screen(20);
    screen.write(session.output);
    screen.write(session.type('echo 3456789012345678'));
    expect([screen.text(), screen.cursor()]).toEqual(['/ # echo 34567890123\n45678', [1, 5]]);
    screen.write(session.type('\x01'));
    expect(screen.cursor()).toEqual([0, 4]);
    screen.write(session.type('\x1b[3~E'));
    screen.write(session.type('\r'));
    expect(screen.text()).toBe('/ # Echo 34567890123\n45678\nsh: Echo: not found\n/ #');
    screen.write(session.type('echo 12345678901\r'));
    expect(screen.text()).toMatch(/\/ # echo 12345678901\n12345678901\n\/ #$/);
  });

  it('whatever is typed: the screen has the prompt and the line, and the cursor is where it should be', () => {
    const keys = fc.constantFrom('a', 'b', ' ', 'xyz', 'longer words', LEFT, LEFT, RIGHT, UP, DOWN, '\x01', '\x05', '\x7f', '\x1b[3~', '\x15', '\x0b', '\x17', '\x12', '\x12a');
    fc.assert(
      fc.property(fc.integer({ min: 5, max: 30 }), fc.array(keys, { maxLength: 40 }), (columns, typed) => {
        const session = new Session();
        session.resize(columns, 24);
        const screen = new Screen(columns);
        screen.write(session.output);
        screen.write(session.type('true a line to come back to\r'));
        const [top] = screen.cursor();
        for (const key of typed) {
          screen.write(session.type(key));
          const { line, editor } = session.terminal();
          const shown = editor.prompt + line;
          const rows = (shown.match(new RegExp(`.{1,${columns}}`, 'g')) ?? []).map((row) => row.trimEnd());
          const cell = editor.prompt.length + editor.cursor;
          expect(screen.text().split('\n').slice(top).join('\n')).toBe(rows.join('\n').trimEnd());
          expect(screen.cursor()).toEqual([top + Math.floor(cell / columns), cell % columns]);
        }
      }),
      { seed: 11, numRuns: 150 },
    );
  });

  it('clears the screen at Ctrl-L and keeps the line', () => {
    const session = new Session();
    session.type('echo x');
    expect(session.type('\x0c')).toBe('\x1b[H\x1b[J/ # echo x');
    expect(session.run('')).toBe('x\r\n');
  });

  it('gives a line up at Ctrl-C, and a command too', () => {
    const session = new Session();
    expect(session.type('echo never\x03')).toBe('echo never^C\r\n/ # ');
    expect(session.run('echo $?')).toBe('130\r\n');
    session.type('sleep 1000; echo after\r');
    expect(session.type('\x03')).toBe('^C\r\n/ # ');
    expect(session.run('echo $?')).toBe('130\r\n');
  });

  it('ends at Ctrl-D on an empty line with the last status, or by exit', () => {
    const session = new Session();
    session.run('false');
    session.type('\x04');
    expect(session.code).toBe(1);
    const other = new Session();
    other.type('exit 7\r');
    expect(other.code).toBe(7);
  });

  it('knows the size of the window, and hears of another one', () => {
    const session = new Session();
    session.resize(120, 40);
    expect(session.run('stty size; echo $COLUMNS $LINES')).toBe('40 120\r\n120 40\r\n');
    session.run('trap "echo resized" WINCH');
    session.resize(100, 30);
    expect(session.run('stty size')).toContain('30 100\r\n');
    expect(session.output).toContain('resized');
  });

  it('does not show what read -s reads', () => {
    const session = new Session();
    session.type('read -s x\r');
    expect(session.type('secret\r')).toBe('/ # ');
    expect(session.run('echo $x')).toBe('secret\r\n');
  });

  it('says which jobs have ended, before its prompt', () => {
    const session = new Session();
    session.run('true &');
    expect(session.type('\r')).toContain('[1]+  Done                       true\r\n');
  });

  it('is asked no questions by a program: cat gets what is typed', () => {
    const session = new Session();
    session.type('cat\r');
    expect(session.type('line\r')).toBe('line\r\nline\r\n');
    expect(session.type('\x04')).toBe('/ # ');
  });
});
