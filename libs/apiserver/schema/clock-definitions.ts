/** The OpenAPI schemas of podbox.dev/v1, written by hand: their types come from #clock. */
import type { OpenApiSchema } from './definitions.js';

const META = 'io.k8s.apimachinery.pkg.apis.meta.v1';
const ref = (name: string, description: string): OpenApiSchema => ({ description, allOf: [{ $ref: `#/components/schemas/${name}` }] });
const text = (description: string): OpenApiSchema => ({ type: 'string', description });
const time = (description: string): OpenApiSchema => ({ type: 'string', format: 'date-time', description });
const apiVersion = text('APIVersion defines the versioned schema of this representation of an object.');
const kind = text('Kind is a string value representing the REST resource this object represents.');

const spec: OpenApiSchema = {
  type: 'object',
  description: 'How fast time passes in the namespace.',
  properties: {
    rate: { type: 'number', format: 'double', description: 'Seconds of the namespace that pass in a second: 0.1 to 1000. Default 1.' },
    paused: { type: 'boolean', description: 'Time stands still, but for steps. Default false.' },
  },
};

const status: OpenApiSchema = {
  type: 'object',
  description: 'Where the clock stands. Written by the server.',
  properties: {
    observedGeneration: { type: 'integer', format: 'int64', description: 'The generation of the spec that is in effect.' },
    now: time('What the clock shows when the object is read; in a watch, when it was written.'),
    realBase: time('At this real time the clock showed virtualBase.'),
    virtualBase: time('What the clock showed at realBase.'),
    step: {
      type: 'object',
      description: 'The step that is under way.',
      properties: {
        id: text('Names the step.'),
        to: time('Where it ends at the latest.'),
        untilPod: text('The pod whose next change ends it.'),
        renewedAt: time('When whoever makes the step last went on; real time.'),
      },
    },
    lastStep: {
      type: 'object',
      description: 'The step before.',
      properties: {
        from: time('Where it began.'),
        to: time('Where it ended.'),
        outcome: text('Reached, PodChanged, NothingDue or TimedOut.'),
        message: text('Why it ended early.'),
      },
    },
  },
};

export const clockDefinitions: Record<string, OpenApiSchema> = {
  'dev.podbox.v1.Clock': {
    type: 'object',
    description: 'The time of a namespace: of its pods, their back-offs, probes, deadlines and processes. A namespace has one at most, named "clock"; without one it has real time.',
    properties: { apiVersion, kind, metadata: ref(`${META}.ObjectMeta`, 'Standard object metadata.'), spec: ref('dev.podbox.v1.ClockSpec', 'What is wanted.'), status: ref('dev.podbox.v1.ClockStatus', 'What is.') },
  },
  'dev.podbox.v1.ClockSpec': spec,
  'dev.podbox.v1.ClockStatus': status,
  'dev.podbox.v1.ClockList': {
    type: 'object',
    description: 'A list of Clocks.',
    properties: {
      apiVersion,
      kind,
      metadata: ref(`${META}.ListMeta`, 'Standard list metadata.'),
      items: { type: 'array', items: { $ref: '#/components/schemas/dev.podbox.v1.Clock' }, description: 'The Clocks.' },
    },
    required: ['items'],
  },
  'dev.podbox.v1.ClockStepRequest': {
    type: 'object',
    description: 'Drives a Clock forward: what POST .../clocks/clock/step takes.',
    properties: {
      apiVersion,
      kind,
      metadata: ref(`${META}.ObjectMeta`, 'Not used.'),
      seconds: { type: 'number', format: 'double', description: 'By how much; with untilPod: by how much at most (default 86400).' },
      untilPod: text('Until the next change of the status of the pod of this name, after it has come to rest.'),
    },
  },
};
