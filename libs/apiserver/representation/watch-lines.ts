import type { Change } from '#store';
import { apiVersionOf } from '../kinds/row.js';
import type { KindInfo, ServedItem, Status } from '../types.js';
import { representObject } from './represent.js';
import type { View } from './represent.js';

const tableTexts = new WeakMap<Change, Map<string, string>>();

/** A watch item as one line of the stream. An object is serialized once a change for all who watch it, in whatever form. */
export function watchLine(kind: KindInfo, item: ServedItem, view: View): string {
  if (item.type === 'BOOKMARK')
    return `{"type":"BOOKMARK","object":${JSON.stringify(bookmark(kind, item.revision, item.initialEventsEnd === true))}}\n`;
  return `{"type":"${item.type}","object":${objectText(kind, item.change, view)}}\n`;
}

/** How a watch ends that cannot go on. */
export const errorLine = (status: Status): string => `{"type":"ERROR","object":${JSON.stringify(status)}}\n`;

function objectText(kind: KindInfo, change: Change, view: View): string {
  if (view.form === 'object') return change.json;
  const variant = `${view.form} ${view.include}`;
  const texts = tableTexts.get(change) ?? new Map<string, string>();
  tableTexts.set(change, texts);
  let text = texts.get(variant);
  if (text === undefined) texts.set(variant, (text = JSON.stringify(representObject(kind, change.object, view))));
  return text;
}

function bookmark(kind: KindInfo, revision: number, initialEventsEnd: boolean): object {
  const annotations = initialEventsEnd ? { annotations: { 'k8s.io/initial-events-end': 'true' } } : {};
  return {
    kind: kind.kind,
    apiVersion: apiVersionOf(kind),
    metadata: { resourceVersion: String(revision), creationTimestamp: null, ...annotations },
  };
}
