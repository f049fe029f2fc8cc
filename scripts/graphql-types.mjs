// Makes the resolver types of apps/api/graphql/schema.graphql, mapped to our own types (scripts/build.mjs runs it when the schema changed).
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { codegen } from '@graphql-codegen/core';
import * as typescript from '@graphql-codegen/typescript';
import * as resolvers from '@graphql-codegen/typescript-resolvers';
import { parse } from 'graphql';

const SCHEMA = 'apps/api/graphql/schema.graphql';
const FOLDER = 'apps/api/graphql/generated';
const FILE = `${FOLDER}/types.ts`;

const objects = (name) => `../objects.js#${name}Object`;
const config = {
  useTypeImports: true,
  enumsAsTypes: true,
  noSchemaStitching: true,
  emitLegacyCommonJSImports: false,
  inputMaybeValue: 'T | null | undefined',
  // A field of a Kubernetes object that is not set is not there: null or undefined come to the same.
  maybeValue: 'T | null | undefined',
  scalars: { JSON: 'unknown', StringMap: 'Record<string, string>', Time: 'string', ID: 'string' },
  contextType: '../server/context.js#GraphqlContext',
  // What stands behind a type is the Kubernetes object itself; no second set of classes.
  mappers: {
    Pod: objects('Pod'),
    Event: objects('Event'),
    Node: objects('Node'),
    Namespace: objects('Namespace'),
    Service: objects('Service'),
    ServicePort: objects('ServicePort'),
    Clock: objects('Clock'),
    Container: '../fields/containers.js#PodContainer',
    ContainerState: objects('ContainerState'),
    PodConnection: '../operations/connection.js#Connection<PodObject>',
    Cause: objects('Cause'),
    AppliedObject: '../objects.js#AppliedManifest',
    Span: objects('Span'),
    PodHistoryConnection: '../operations/history.js#PodHistory',
    PodHistoryEntry: '../operations/history.js#PodStep',
    EventConnection: '../operations/connection.js#Connection<EventObject>',
  },
};

const text = await codegen({
  filename: FILE,
  schema: parse(readFileSync(SCHEMA, 'utf8')),
  documents: [],
  config,
  plugins: [{ typescript: {} }, { resolvers: {} }],
  pluginMap: { typescript, resolvers },
});
mkdirSync(FOLDER, { recursive: true });
writeFileSync(FILE, `// Made from schema.graphql by scripts/graphql-types.mjs.\n${text}`);
