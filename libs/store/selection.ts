import type { Change, ChangeType, Scope } from './types.js';

/** Whether a change happened to a key of the scope, whatever its selector says. */
export function inScope(scope: Scope, change: Change): boolean {
  const { kind, namespace, name } = change.key;
  return kind === scope.kind && (scope.namespace === undefined || namespace === scope.namespace) && (scope.name === undefined || name === scope.name);
}

/**
 * As what a change reaches a watcher with this selector; undefined: not at all. An object that enters the selection is ADDED, one
 * that leaves it DELETED. Source: staging/src/k8s.io/apiserver/pkg/storage/cacher/cache_watcher.go (convertToWatchEvent).
 */
export function changeTypeFor(matches: Scope['matches'], change: Change): ChangeType | undefined {
  if (!matches) return change.type;
  const was = change.previousLabels !== undefined && matches(change.previousLabels, change.previousFields ?? {});
  if (change.type === 'DELETED') return was ? 'DELETED' : undefined;
  const is = matches(change.labels, change.fields);
  if (is) return was ? 'MODIFIED' : 'ADDED';
  return was ? 'DELETED' : undefined;
}
