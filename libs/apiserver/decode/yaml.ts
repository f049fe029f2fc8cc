import { isAlias, isMap, isScalar, isSeq, LineCounter, parseAllDocuments } from 'yaml';
import type { Document, Node } from 'yaml';
import { badRequest } from '../errors/status.js';
import { MAX_DEPTH } from './json.js';

export interface ParsedText {
  value: unknown;
  /** Paths of keys that an object has twice. */
  duplicates: string[];
}

/** One YAML 1.2 document (JSON is one too), with merge keys. @throws ApiError 400 */
export function parseYaml(text: string): ParsedText {
  const documents = documentsIn(text);
  const [document] = documents;
  if (!document) throw badRequest('the body of the request is empty');
  if (documents.length > 1) throw badRequest('the body holds more than one YAML document: send one object a request');
  return valueOf(document);
}

/** As many documents as there are; empty ones are left out. @throws ApiError 400 which says which one it is about */
export const parseYamlDocuments = (text: string): ParsedText[] => documentsIn(text).map((document, index) => valueOf(document, `documents[${index}]: `));

function valueOf(document: Document.Parsed, where = ''): ParsedText {
  const problem = document.errors[0];
  if (problem) throw badRequest(`${where}yaml parse error: ${problem.message.split('\n')[0]}`);
  const duplicates: string[] = [];
  walk(document.contents, '', 0, duplicates);
  try {
    return { value: document.toJS({ maxAliasCount: 100 }) as unknown, duplicates };
  } catch (error) {
    if (error instanceof ReferenceError) throw badRequest(`${where}yaml parse error: ${error.message}`);
    throw error;
  }
}

function documentsIn(text: string): Document.Parsed[] {
  try {
    const documents = parseAllDocuments(text, { uniqueKeys: false, merge: true, lineCounter: new LineCounter(), prettyErrors: true });
    return Array.isArray(documents) ? documents.filter((document) => document.contents !== null || document.errors.length > 0) : [];
  } catch (error) {
    // The parser descends into nested collections by recursion.
    if (error instanceof RangeError) throw tooDeep();
    throw error;
  }
}

const tooDeep = () => badRequest(`yaml parse error: nested more than ${MAX_DEPTH} levels deep`);

function walk(node: Node | null | undefined, path: string, depth: number, duplicates: string[]): void {
  if (!node || isScalar(node) || isAlias(node)) return;
  if (depth > MAX_DEPTH) throw tooDeep();
  if (isSeq(node)) node.items.forEach((item, index) => walk(item as Node, `${path}[${index}]`, depth + 1, duplicates));
  if (!isMap(node)) return;
  const keys = new Set<string>();
  for (const pair of node.items) {
    const key = isScalar(pair.key) ? String(pair.key.value) : String(pair.key);
    const at = path === '' ? key : `${path}.${key}`;
    if (keys.has(key)) duplicates.push(at);
    keys.add(key);
    walk(pair.value as Node | null, at, depth + 1, duplicates);
  }
}
