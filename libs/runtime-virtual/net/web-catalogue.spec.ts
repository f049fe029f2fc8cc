import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { builtInWebHosts, parseWebHosts, readWebHosts } from './web-catalogue.js';

const folder = mkdtempSync(join(tmpdir(), 'podbox-web-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('the catalogue of virtual web hosts', () => {
  it('has well-known hosts, each with an address that is never routed', () => {
    const hosts = builtInWebHosts();
    expect(Object.keys(hosts)).toEqual(expect.arrayContaining(['example.com', 'www.baidu.com', 'github.com', 'kubernetes.io']));
    for (const { ip } of Object.values(hosts)) expect(ip).toMatch(/^198\.1[89]\./);
  });

  it('takes hosts from the files of a folder, and gives each an address, the same each time', () => {
    writeFileSync(join(folder, 'b.yaml'), 'two.test:\n  pages: { /: two }\nexample.com:\n  pages: { /: mine }\n');
    writeFileSync(join(folder, 'a.yml'), 'one.test:\n  pages: { /: one }\nfixed.test:\n  ip: 198.19.0.1\n  pages: { /: fixed }\n');
    writeFileSync(join(folder, 'notes.txt'), 'not: [yaml');
    const hosts = readWebHosts([folder]);
    expect(hosts['fixed.test']?.ip).toBe('198.19.0.1');
    expect(new Set(Object.values(hosts).map(({ ip }) => ip)).size).toBe(Object.keys(hosts).length);
    expect(hosts['example.com']?.pages['/']?.body).toBe('mine');
    expect(readWebHosts([folder])).toEqual(hosts);
  });

  it('keeps texts as bytes, and pages with what is not said filled in', () => {
    const hosts = parseWebHosts('a.test:\n  pages:\n    /: "ü"\n    POST /x: { status: 201, headers: { X-A: 1 } }\n', 'f.yaml');
    expect(hosts['a.test']).toEqual({
      ip: '', server: 'podbox',
      pages: { '/': { status: 200, headers: {}, body: '\xc3\xbc' }, 'POST /x': { status: 201, headers: { 'X-A': '1' }, body: '' } },
    });
  });

  it.each([
    ['[a]', 'f.yaml: the file: must be a map from host names to hosts'],
    ['A.test: { pages: {} }', 'f.yaml: "A.test": is not a host name in lower case, such as api.example.org'],
    ['a.test: text', 'f.yaml: a.test: must be a map with pages, and maybe server and ip'],
    ['a.test: { page: {} }', 'f.yaml: a.test.page: is not known: a host has pages, server and ip'],
    ['a.test: { ip: 10.0.0.1, pages: {} }', 'f.yaml: a.test.ip: must be an address of 198.18.0.0/15, such as 198.19.0.10'],
    ['a.test: {}', 'f.yaml: a.test.pages: must be a map from paths to pages'],
    ['a.test: { pages: { x: y } }', 'f.yaml: a.test.pages["x"]: a page stands under "/path", "METHOD /path" or "*"'],
    ['a.test: { pages: { /: { status: 99 } } }', 'f.yaml: a.test.pages["/"].status: must be a number from 200 to 599'],
    ['a.test: { pages: { /: { headers: { a: "x\\ny" } } } }', 'f.yaml: a.test.pages["/"].headers: must be a map from names to texts of one line'],
  ])('says where %s is wrong', (text, message) => expect(() => parseWebHosts(text, 'f.yaml')).toThrow(message));

  it('says which file cannot be read', () => expect(() => readWebHosts([join(folder, 'none.yaml')])).toThrow(`${join(folder, 'none.yaml')}: cannot be read`));
});
