/** Many objects at once, by server-side apply: all of them are as they are wanted afterwards, or nothing has changed. */
import { keyOf, keyText } from '#objects';
import type { KubeObject } from '#objects';
import { StoreError } from '#store';
import type { ParsedText } from '../decode/yaml.js';
import { badRequest, conflict, methodNotAllowed } from '../errors/status.js';
import { storeFailure, toApiError } from '../errors/store-errors.js';
import { apiVersionOf } from '../kinds/row.js';
import type { KindRow } from '../kinds/row.js';
import { findKind } from '../kinds/table.js';
import { applyObject } from '../patch/apply.js';
import { isObject } from '../resources/body.js';
import { contextOver } from '../resources/context-over.js';
import { forgetAfter, MAX_ATTEMPTS } from '../resources/context.js';
import type { Context } from '../resources/context.js';
import { ApiError } from '../types.js';
import type { Applied, WriteOptions } from '../types.js';
import { isStaged, StagedWrites } from './staged-store.js';

interface Document extends ParsedText {
  /** As errors call it. */
  place: string;
}

/** As many as one commit may well hold. */
const MOST = 1_000;

/** @throws ApiError of the first object that cannot be applied, which tells of the others too; each cause says which document and field it is about. */
export async function applyAll(context: Context, texts: ParsedText[], namespace: string | undefined, options: WriteOptions & { force?: boolean }): Promise<Applied[]> {
  const documents = texts.flatMap((text, index) => itemsOf(text, `documents[${index}]`));
  if (documents.length === 0) throw badRequest('there is no object to apply');
  if (documents.length > MOST) throw badRequest(`there are ${documents.length} objects to apply, at most ${MOST} are possible at once`);
  for (let attempt = 1; ; attempt++) {
    const staged = new StagedWrites(context.store);
    const applied = await applyEach(contextOver(staged.view, context.clock, context.serviceAccountTokens), documents, namespace, options);
    if (options.dryRun) return applied.map((one) => ({ ...one, object: unversioned(one.object) }));
    try {
      const revisions = await staged.commit();
      for (const { object: { kind, metadata } } of applied) forgetAfter(context, findKind(kind)!, metadata.namespace ?? '', metadata.name ?? '');
      return applied.map((one) => ({ ...one, object: versioned(one.object, revisions) }));
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      const overtaken = error.code === 'CONFLICT' || error.code === 'ALREADY_EXISTS' || error.code === 'NOT_FOUND';
      if (overtaken && attempt < MAX_ATTEMPTS) continue;
      const row = error.key && findKind(error.key.kind);
      throw row && overtaken ? conflict(row, error.key!.name) : row ? toApiError(error, row, error.key!.name) : storeFailure(error);
    }
  }
}

/** A List stands for its items. */
function itemsOf({ value, duplicates }: ParsedText, place: string): Document[] {
  if (!isObject(value) || value['kind'] !== 'List' || !Array.isArray(value['items'])) return [{ value, duplicates, place }];
  return value['items'].map((item: unknown, index) => {
    const own = `items[${index}].`;
    return { value: item, duplicates: duplicates.filter((path) => path.startsWith(own)).map((path) => path.slice(own.length)), place: `${place}.${own.slice(0, -1)}` };
  });
}

async function applyEach(context: Context, documents: Document[], namespace: string | undefined, options: WriteOptions & { force?: boolean }): Promise<Applied[]> {
  const applied: Applied[] = [];
  const failures: { document: Document; error: ApiError }[] = [];
  const seen = new Map<string, string>();
  for (const document of documents) {
    try {
      const { row, ...place } = placeOf(document.value, namespace);
      const text = keyText({ kind: row.kind, ...place });
      if (seen.has(text)) throw badRequest(`the same object as ${seen.get(text)}`);
      seen.set(text, document.place);
      const target = { row, ...place };
      const written = await applyObject(context, target, structuredClone(document.value), { ...options, dryRun: false, duplicateFields: document.duplicates });
      applied.push({ object: written.object, warnings: written.warnings, outcome: written.created ? 'CREATED' : isStaged(written.object) ? 'CONFIGURED' : 'UNCHANGED' });
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      failures.push({ document, error });
    }
  }
  if (failures.length > 0) throw together(failures);
  return applied;
}

/** What the object is and where it belongs. @throws ApiError 400, 405 */
function placeOf(value: unknown, namespace: string | undefined): { row: KindRow; namespace: string; name: string } {
  if (!isObject(value)) throw badRequest('it is no object');
  const { kind, apiVersion } = value;
  const row = typeof kind === 'string' ? findKind(kind) : undefined;
  if (!row || apiVersionOf(row) !== apiVersion) throw badRequest(`no matches for kind ${JSON.stringify(kind ?? '')} in version ${JSON.stringify(apiVersion ?? '')}`);
  if (row.view) throw methodNotAllowed(row, 'apply');
  const metadata = isObject(value['metadata']) ? value['metadata'] : {};
  const { name, namespace: own } = metadata;
  if (name !== undefined && name !== null && typeof name !== 'string') throw badRequest(`metadata.name: it must be text, not ${JSON.stringify(name)}: put it in quotes`);
  if (!name) throw badRequest('metadata.name: it must have one: an object is applied to the one of that name');
  return { row, name, namespace: row.namespaced ? (namespace ?? (typeof own === 'string' && own !== '' ? own : 'default')) : '' };
}

function together(failures: { document: Document; error: ApiError }[]): ApiError {
  const [{ error: first }] = failures as [(typeof failures)[number]];
  const message = failures.map(({ document, error }) => `${document.place}${nameOf(document.value)}: ${error.message}`).join('; ');
  const causes = failures.flatMap(({ document: { place }, error: { status, message: text } }) => {
    const own = status.details?.causes ?? [];
    return own.length === 0 ? [{ reason: status.reason ?? '', message: text, field: place }] : own.map((cause) => ({ ...cause, field: `${place}${cause.field && !/^[.[]/.test(cause.field) ? '.' : ''}${cause.field}` }));
  });
  return new ApiError({ ...first.status, message, details: { ...first.status.details, causes } }, { cause: first });
}

function nameOf(value: unknown): string {
  if (!isObject(value) || !isObject(value['metadata'])) return '';
  return ` (${String(value['kind'])} ${JSON.stringify(value['metadata']['name'] ?? '')})`;
}

function versioned(object: KubeObject, revisions: Map<string, number>): KubeObject {
  const revision = revisions.get(keyText(keyOf(object)));
  return revision === undefined ? object : { ...object, metadata: { ...object.metadata, resourceVersion: String(revision) } };
}

const unversioned = (object: KubeObject): KubeObject => (isStaged(object) ? { ...object, metadata: { ...object.metadata, resourceVersion: undefined } } : object);
