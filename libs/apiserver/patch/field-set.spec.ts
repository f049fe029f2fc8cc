import { describe, expect, it } from '@jest/globals';
import { nodeOf } from '../schema/nodes.js';
import { contested, difference, fieldsOf, overlay, union, without } from './field-set.js';

const POD = nodeOf('io.k8s.api.core.v1.Pod');
const spec = (...containers: object[]) => ({ spec: { containers } });

describe('the fields that a configuration sets', () => {
  it('are told by name, by the keys of list items, and by value in sets', () => {
    const applied = {
      metadata: { labels: { a: 'b' }, finalizers: ['f'] },
      spec: { containers: [{ name: 'c', image: 'i', ports: [{ containerPort: 80 }], args: ['x'] }] },
    };
    expect(fieldsOf(applied, POD)).toEqual({
      'f:metadata': { 'f:labels': { 'f:a': {} }, 'f:finalizers': { 'v:"f"': {} } },
      'f:spec': {
        'f:containers': {
          'k:{"name":"c"}': {
            '.': {},
            'f:name': {},
            'f:image': {},
            'f:args': {},
            'f:ports': { 'k:{"containerPort":80,"protocol":"TCP"}': { '.': {}, 'f:containerPort': {} } },
          },
        },
      },
    });
  });

  it('can be taken from each other and put together', () => {
    const a = { x: { y: {}, z: {} }, w: {} };
    const b = { x: { y: {} } };
    expect(difference(a, b)).toEqual({ x: { z: {} }, w: {} });
    expect(difference(b, a)).toEqual({});
    expect(union(b, { v: {} })).toEqual({ x: { y: {} }, v: {} });
  });
});

describe('an applied configuration', () => {
  it('is laid over what is there, list items by their keys', () => {
    expect(overlay(spec({ name: 'a', image: '1', tty: true }, { name: 'b' }), spec({ name: 'a', image: '2' }), POD)).toEqual(
      spec({ name: 'a', image: '2', tty: true }, { name: 'b' }),
    );
  });

  it('drops what it no longer says', () => {
    const dropped = { 'f:spec': { 'f:containers': { 'k:{"name":"b"}': { '.': {} }, 'k:{"name":"a"}': { 'f:image': {} } } } };
    expect(without(spec({ name: 'a', image: '1', tty: true }, { name: 'b' }), dropped, POD)).toEqual(spec({ name: 'a', tty: true }));
  });

  it('contests only what it would change', () => {
    const applied = spec({ name: 'a', image: '2', tty: true });
    const live = spec({ name: 'a', image: '1', tty: true });
    const theirs = fieldsOf(spec({ name: 'a', image: '1', tty: true }), POD);
    expect([...contested(fieldsOf(applied, POD), theirs, applied, live, POD).keys()]).toEqual(['.spec.containers[name="a"].image']);
  });
});
