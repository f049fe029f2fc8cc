import { describe, expect, it } from '@jest/globals';
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
