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

/** A change as it stands in the log. Everything that must be parsed is parsed when somebody asks, once for all readers. */
export class LogChange implements Change {
  readonly revision: number;
  readonly type: ChangeType;
  readonly key: Key;
  readonly uid: string;
  readonly committedAt: number;
  /** What this change takes in the ring, roughly: characters of text. */
  readonly size: number;
  private parsedObject?: KubeObject;
  private text?: string;
  private parsedLabels?: Labels;
  private parsedFields?: Labels;
  private parsedCause?: Cause;

  constructor(private readonly row: LogRow) {
    this.revision = row.revision;
    this.type = row.type;
    this.key = { kind: row.kind, namespace: row.namespace, name: row.name };
    this.uid = row.uid;
    this.committedAt = row.at;
    this.size = row.rest.length + row.metadata.length + (row.spec?.length ?? 0) + (row.status?.length ?? 0) + row.fields.length + row.labels.length + 500;
  }

  get json(): string {
    return (this.text ??= joinBody(this.row, this.revision));
  }

  get object(): KubeObject {
    return (this.parsedObject ??= JSON.parse(this.json) as KubeObject);
  }

  get labels(): Labels {
    return (this.parsedLabels ??= JSON.parse(this.row.labels) as Labels);
  }

  get fields(): Labels {
    return (this.parsedFields ??= this.readFields(this.row.fields));
  }

  get previousLabels(): Labels | undefined {
    if (this.type === 'ADDED') return undefined;
    return this.row.previous_labels === null ? this.labels : (JSON.parse(this.row.previous_labels) as Labels);
  }

  get previousFields(): Labels | undefined {
    if (this.type === 'ADDED') return undefined;
    return this.row.previous_fields === null ? this.fields : this.readFields(this.row.previous_fields);
  }

  get cause(): Cause {
    return (this.parsedCause ??= JSON.parse(this.row.cause) as Cause);
  }

  private readFields(stored: string): Labels {
    return readFields(this.row.kind, this.row.namespace, this.row.name, JSON.parse(stored) as Labels);
  }
}
