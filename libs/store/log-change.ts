import type { Key, KubeObject } from '#objects';
import { BODY_COLUMNS, joinBody, readFields, type BodyRow } from './body.js';
import type { Cause, Change, ChangeType } from './types.js';

export interface LogRow extends BodyRow {
  revision: number;
  at: number;
  type: ChangeType;
  kind: string;
  namespace: string;
  name: string;
  uid: string;
  labels: string;
  fields: string;
  previous_labels: string | null;
  previous_fields: string | null;
  cause: string;
  log_bytes: number;
}

export const LOG_COLUMNS = `revision, at, type, kind, namespace, name, uid, labels, fields, previous_labels, previous_fields, cause, ${BODY_COLUMNS}, log_bytes`;

type Labels = Record<string, string>;
type Head = Pick<LogRow, 'labels' | 'fields' | 'previous_labels' | 'previous_fields' | 'cause'>;

/** A change as it stands in the log. Everything that must be parsed is parsed when somebody asks, once for all readers. */
export class LogChange implements Change {
  readonly revision: number;
  readonly type: ChangeType;
  readonly key: Key;
  readonly uid: string;
  readonly committedAt: number;
  /** What this change takes in the ring, roughly: characters of text. */
  readonly size: number;
  private readonly head: Head;
  private parsedObject?: KubeObject;
  /** The object's parts, until somebody wants it whole. */
  private body: BodyRow | string;
  private parsedLabels?: Labels;
  private parsedFields?: Labels;
  private parsedCause?: Cause;

  constructor(row: LogRow) {
    const { rest, metadata, spec, status, labels, fields, previous_labels, previous_fields, cause } = row;
    this.head = { labels, fields, previous_labels, previous_fields, cause };
    this.body = { rest, metadata, spec, status };
    this.revision = row.revision;
    this.type = row.type;
    this.key = { kind: row.kind, namespace: row.namespace, name: row.name };
    this.uid = row.uid;
    this.committedAt = row.at;
    this.size = rest.length + metadata.length + (spec?.length ?? 0) + (status?.length ?? 0) + row.fields.length + row.labels.length + 500;
  }

  get json(): string {
    if (typeof this.body !== 'string') this.body = joinBody(this.body, this.revision);
    return this.body;
  }

  get object(): KubeObject {
    return (this.parsedObject ??= JSON.parse(this.json) as KubeObject);
  }

  get labels(): Labels {
    return (this.parsedLabels ??= JSON.parse(this.head.labels) as Labels);
  }

  get fields(): Labels {
    return (this.parsedFields ??= this.readFields(this.head.fields));
  }

  get previousLabels(): Labels | undefined {
    if (this.type === 'ADDED') return undefined;
    return this.head.previous_labels === null ? this.labels : (JSON.parse(this.head.previous_labels) as Labels);
  }

  get previousFields(): Labels | undefined {
    if (this.type === 'ADDED') return undefined;
    return this.head.previous_fields === null ? this.fields : this.readFields(this.head.previous_fields);
  }

  get cause(): Cause {
    return (this.parsedCause ??= JSON.parse(this.head.cause) as Cause);
  }

  private readFields(stored: string): Labels {
    return readFields(this.key.kind, this.key.namespace, this.key.name, JSON.parse(stored) as Labels);
  }
}
