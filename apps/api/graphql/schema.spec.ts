import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { buildSchema, findBreakingChanges, findDangerousChanges, isEnumType, isInputObjectType, isIntrospectionType, isObjectType, isSpecifiedScalarType } from 'graphql';
import type { GraphQLSchema } from 'graphql';

const read = (file: string) => buildSchema(readFileSync(new URL(file, import.meta.url), 'utf8'));
const schema = read('schema.graphql');

const REMEDY = `
schema.graphql breaks what clients of apps/api/graphql/published.graphql rely on. Add beside what is there (and mark it @deprecated) instead of changing it.
If nobody can rely on it yet, publish the schema as it is: npm run graphql:publish`;

describe('the schema that clients rely on', () => {
  it('keeps everything that was published', () => {
    const broken = findBreakingChanges(read('published.graphql'), schema).map(({ type, description }) => `${type}: ${description}`);
    if (broken.length > 0) throw new Error(`${broken.join('\n')}\n${REMEDY}`);
  });

  it('does not change defaults or optional arguments under its clients either', () => {
    const dangerous = findDangerousChanges(read('published.graphql'), schema).filter(({ type }) => type === 'ARG_DEFAULT_VALUE_CHANGE');
    if (dangerous.length > 0) throw new Error(`${dangerous.map(({ description }) => description).join('\n')}\n${REMEDY}`);
  });

  it('a field that is taken away would be found', () => {
    const less = buildSchema('type Query { pods: Int }');
    const more = buildSchema('type Query { pods: Int pod: Int }');
    expect(findBreakingChanges(more, less)).toMatchObject([{ type: 'FIELD_REMOVED' }]);
  });

  it('says of every type, field, argument and value what it means', () => {
    expect(undescribed(schema)).toEqual([]);
  });
});

function undescribed(of: GraphQLSchema): string[] {
  const missing: string[] = [];
  const look = (what: string, { description }: { description?: string | null }) => {
    if (!description?.trim()) missing.push(what);
  };
  for (const type of Object.values(of.getTypeMap())) {
    if (isIntrospectionType(type) || isSpecifiedScalarType(type)) continue;
    look(type.name, type);
    if (isEnumType(type)) for (const value of type.getValues()) look(`${type.name}.${value.name}`, value);
    if (!isObjectType(type) && !isInputObjectType(type)) continue;
    for (const field of Object.values(type.getFields())) {
      look(`${type.name}.${field.name}`, field);
      if ('args' in field) for (const argument of field.args) look(`${type.name}.${field.name}(${argument.name})`, argument);
    }
  }
  return missing;
}
