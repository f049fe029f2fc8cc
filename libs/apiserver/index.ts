export * from './types.js';
export * as statuses from './errors/status.js';
export { storeFailure } from './errors/store-errors.js';
export { KINDS, findKind, findResource, kindRows } from './kinds/table.js';
export { apiVersionOf } from './kinds/row.js';
export type { KindRow } from './kinds/row.js';
export { StoreResources } from './resources/resources.js';
export { ClockStepper } from './clocks/stepper.js';
export { stepRequest } from './clocks/request.js';
export type { ClockNodes, NodeSettled, StepHappening, StepRequest, StepResult } from './clocks/types.js';
export { PodActions } from './resources/pod-actions.js';
export { ensureSystemObjects } from './resources/system-objects.js';
export { parseBody, parseJson } from './decode/body.js';
export { parseYaml, parseYamlDocuments } from './decode/yaml.js';
export type { ParsedText } from './decode/yaml.js';
export { resourcePath } from './request/path.js';
export type { ResourcePath } from './request/path.js';
export { parsePatch } from './request/patch-body.js';
export { deleteRequest, includeObject, isWatch, listOptions, watchQuery, writeOptions } from './request/query.js';
export type { WatchQuery } from './request/query.js';
export { isLoopback, loopbackRefusal } from './request/loopback.js';
export { negotiate } from './representation/accept.js';
export type { Form, Representation } from './representation/accept.js';
export { contentType, encodeBody, representList, representObject } from './representation/represent.js';
export type { View } from './representation/represent.js';
export { errorLine, watchLine } from './representation/watch-lines.js';
export { columnsOf } from './table/columns.js';
export { toTable } from './table/table.js';
export type { IncludeObject, Table } from './table/table.js';
export {
  aggregated,
  aggregatedVersion,
  apiGroup,
  apiGroupList,
  apiResourceList,
  apiVersions,
  rootPaths,
  versionInfo,
} from './discovery/documents.js';
export { openApiDocument, openApiIndex } from './discovery/openapi.js';
export type { OpenApiDocument } from './discovery/openapi.js';
export { reviewAccess } from './discovery/review.js';
