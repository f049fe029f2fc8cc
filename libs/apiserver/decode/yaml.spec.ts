/** What YAML means here, beside what sigs.k8s.io/yaml (v1.4.0) made of the same text. */
import { describe, expect, it } from '@jest/globals';
import { ApiError } from '../types.js';
import { parseYaml } from './yaml.js';

describe('YAML is read as sigs.k8s.io/yaml reads it', () => {
  it.each([
    ['a quoted text whose last line stands under its key', 'a:\n    b: \'[\n        {"c": 1}\n    ]\'\nd: 1\n', '{"a":{"b":"[ {\\"c\\": 1} ]"},"d":1}'],
    ['a double-quoted text with continued lines', 'a:\n  b: "one \\\n  two\\\n  \\ three"\nc: 1\n', '{"a":{"b":"one two three"},"c":1}'],
    ['a double-quoted text as kubectl writes it', 'a:\n  b: "[\\n  {\\n    \\"name\\": \\"x\\",\\n\\\n    \\    \\"image\\": \\"y\\"}]"\n', '{"a":{"b":"[\\n  {\\n    \\"name\\": \\"x\\",\\n    \\"image\\": \\"y\\"}]"}}'],
    ['quoted text that begins its lines at the margin', 'a:\n  b: "one\ntwo\n\nthree"\nc: 1\n', '{"a":{"b":"one two\\nthree"},"c":1}'],
    ['brackets that are closed at the margin', 'a:\n  b: {\n  c: [1,\n"2", {d: "e\nf"}\n]\n}\ng: 1\n', '{"a":{"b":{"c":[1,"2",{"d":"e f"}]}},"g":1}'],
    ['brackets in a list', 'a:\n- [1,\n2]\n- x\n- - {y:\n1}\n', '{"a":[[1,2],"x",[{"true":1}]]}'],
    ['quotes and brackets in plain text and comments', 'a: it\'s [not] {one}\nb: x #\'\nc: http://x/#y\'z\nd:\n  - e: [1,\n2] # \'x\n  - f\'g\n', '{"a":"it\'s [not] {one}","b":"x","c":"http://x/#y\'z","d":[{"e":[1,2]},"f\'g"]}'],
    ['block scalars with quotes and brackets', 'a: |\n  it\'s [\n  {\n\n  done\nb: >-\n  "x\n  y\nc: [1,\n2]\n', '{"a":"it\'s [\\n{\\n\\ndone\\n","b":"\\"x y","c":[1,2]}'],
    ['quotes in quotes', 'a: \'it\'\'s\nmine\'\nb: "say \\"hi\n\\" ["\nc: [1,\n2]\n', '{"a":"it\'s mine","b":"say \\"hi \\" [","c":[1,2]}'],
    ['tags and anchors before a value', 'a: &x [1,\n2]\nb: *x\nc: !!str 1\nd: &z "p\nq"\n', '{"a":[1,2],"b":[1,2],"c":"1","d":"p q"}'],
    ['a key that has to be asked for', '? a\n: [1,\n2]\n', '{"a":[1,2]}'],
    ['carriage returns', 'a:\r\n  b: "x\r\n  y"\r\nc: [1,\r\n2]\r\n', '{"a":{"b":"x y"},"c":[1,2]}'],
    ['booleans', '[yes, No, ON, off, y, N, True, FALSE, tRUE, "yes", !!str yes]\n', '[true,false,true,false,true,false,true,false,"tRUE","yes","yes"]'],
    ['numbers', '[0755, 0o755, -0o17, 0b11, 0x1F, 1_000, +1, 1e3, .5, 1., 08, 1e, 12e03, 0x, -.5]\n', '[493,493,-15,3,31,1000,1,1000,0.5,1,8,"1e",12000,"0x",-0.5]'],
    ['what looks like a time', '[1:30, 22:22:22, 2001-01-01, 2001-12-14t21:59:43.10-05:00]\n', '["1:30","22:22:22","2001-01-01","2001-12-14t21:59:43.10-05:00"]'],
    ['nothing', '[~, null, Null, "", nUll]\n', '[null,null,null,"","nUll"]'],
    ['merge keys', 'x: &a {k: 1, m: 0}\nw: &b {k: 2, j: 3}\nz:\n  <<: [*a, *b]\n  m: 2\n', '{"w":{"j":3,"k":2},"x":{"k":1,"m":0},"z":{"j":3,"k":1,"m":2}}'],
    ['keys that are no text', 'yes: 1\n80: 2\n1.5: 3\n0x10: 4\n', '{"1.5":3,"16":4,"80":2,"true":1}'],
    ['a key twice', 'a: 1\nb: {c: 1, c: 2}\na: 2\n', '{"a":2,"b":{"c":2}}'],
  ])('%s', (_what, text, json) => {
    expect(parseYaml(text).value).toEqual(JSON.parse(json));
  });

  it.each([
    ['tabs for indentation', 'a:\n\tb: 1\n'],
    ['a plain text that begins with %', 'a: %x\n'],
    ['a plain text that begins with @', 'a: @x\n'],
    ['a quote that is never closed', 'a:\n  b: "x\nc: 1\n'],
    ['brackets that are never closed', 'a: [1,\nb: 2\n'],
    ['infinity', 'a: [.inf]\n'],
    ['nothing for a key', 'a: {null: 1}\n'],
  ])('and refused where that refuses it: %s', (_what, text) => {
    expect(() => parseYaml(text)).toThrow(ApiError);
  });

  it('as far as it goes: what would grow without end is left as it is', () => {
    expect(() => parseYaml(`a: "${' \n'.repeat(10)}${' '.repeat(20_000)}x${'\nx'.repeat(20_000)}`)).toThrow(ApiError);
  });

  it('and tells of keys that are there twice, in what had to be indented too', () => {
    expect(parseYaml('a: {b: 1,\nb: 2}\na: 3\n')).toEqual({ value: { a: 3 }, duplicates: ['a.b', 'a'] });
  });
});
