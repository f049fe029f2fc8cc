import { isAlias, isMap, isScalar, isSeq, LineCounter, parseAllDocuments, Parser } from 'yaml';
import type { CST, Document, Node } from 'yaml';
import { badRequest } from '../errors/status.js';
import { MAX_DEPTH } from './json.js';
import { indentContinuations } from './yaml-indent.js';
import { kubernetesTags } from './yaml-tags.js';

export interface ParsedText {
  value: unknown;
  /** Paths of keys that an object has twice. */
  duplicates: string[];
}

/** One YAML document (JSON is one too), read as kubectl and the API server read it. Source: sigs.k8s.io/yaml. @throws ApiError 400 */
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
  walk(document.contents, '', duplicates);
  try {
    return { value: document.toJS({ maxAliasCount: 100 }) as unknown, duplicates };
  } catch (error) {
    if (error instanceof ReferenceError) throw badRequest(`${where}yaml parse error: ${error.message}`);
    throw error;
  }
}

function documentsIn(text: string): Document.Parsed[] {
  const documents = parse(text);
  if (!documents.some(isBroken)) return documents;
  const indented = parse(indentContinuations(text));
  return indented.some(isBroken) ? documents : indented;
}

const isBroken = ({ errors }: Document.Parsed): boolean => errors.length > 0;

function parse(text: string): Document.Parsed[] {
  // What composes documents descends into nested collections by recursion.
  if (depthOf([...new Parser().parse(text)]) > MAX_DEPTH) throw badRequest(`yaml parse error: nested more than ${MAX_DEPTH} levels deep`);
  const documents = parseAllDocuments(text, { schema: 'yaml-1.1', customTags: kubernetesTags, uniqueKeys: false, merge: true, lineCounter: new LineCounter(), prettyErrors: true });
  return Array.isArray(documents) ? documents.filter((document) => document.contents !== null || isBroken(document)) : [];
}

function walk(node: Node | null | undefined, path: string, duplicates: string[]): void {
  if (isScalar(node) && typeof node.value === 'number' && !Number.isFinite(node.value)) throw badRequest(`yaml parse error: ${path}: unsupported value: ${node.source}`);
  if (!node || isScalar(node) || isAlias(node)) return;
  if (isSeq(node)) node.items.forEach((item, index) => walk(item as Node, `${path}[${index}]`, duplicates));
  if (!isMap(node)) return;
  const keys = new Set<string>();
  for (const pair of node.items) {
    if (isScalar(pair.key) && pair.key.value === null) throw badRequest(`yaml parse error: ${path === '' ? '' : `${path}: `}unsupported map key: null`);
    const key = isScalar(pair.key) ? String(pair.key.value) : String(pair.key);
    const at = path === '' ? key : `${path}.${key}`;
    if (keys.has(key)) duplicates.push(at);
    keys.add(key);
    walk(pair.value as Node | null, at, duplicates);
  }
}

/** How deep collections stand in each other. */
function depthOf(tokens: CST.Token[]): number {
  let deepest = 0;
  const open: [CST.Token | null | undefined, number][] = tokens.map((token) => [token, 0]);
  for (let next = open.pop(); next && deepest <= MAX_DEPTH; next = open.pop()) {
    const [token, depth] = next;
    deepest = Math.max(deepest, depth);
    if (token?.type === 'document') open.push([token.value, depth]);
    else if (token && 'items' in token) for (const { key, value } of token.items) open.push([key, depth + 1], [value, depth + 1]);
  }
  return deepest;
}
