import { GraphQLError, type FragmentDefinitionNode, type SelectionNode, type SelectionSetNode, type ValidationRule } from 'graphql';

interface Size {
  depth: number;
  fields: number;
  aliases: number;
}

const NOTHING: Size = { depth: 0, fields: 0, aliases: 0 };

const CODES = { depth: 'DEPTH_LIMIT_EXCEEDED', fields: 'FIELD_LIMIT_EXCEEDED', aliases: 'ALIAS_LIMIT_EXCEEDED' } as const;

/** Measures every operation with its fragments written out. Introspection may be deeper: clients' tools need it so, and it reads nothing. */
export const sizeRule =
  (limits: Size): ValidationRule =>
  (context) => ({
    OperationDefinition(operation) {
      const size = new Measure((name) => context.getFragment(name)).of(operation.selectionSet);
      for (const limit of ['depth', 'fields', 'aliases'] as const) {
        if (size[limit] <= limits[limit]) continue;
        const message = `the operation is too large: ${limit} ${size[limit]}, at most ${limits[limit]} are allowed`;
        context.reportError(new GraphQLError(message, { nodes: operation, extensions: { code: CODES[limit], limit: limits[limit] } }));
      }
    },
  });

class Measure {
  private readonly fragments = new Map<string, Size>();

  constructor(private readonly definition: (name: string) => FragmentDefinitionNode | null | undefined) {}

  of(set: SelectionSetNode | undefined): Size {
    const whole = { ...NOTHING };
    for (const selection of set?.selections ?? []) {
      const size = this.ofOne(selection);
      whole.depth = Math.max(whole.depth, size.depth);
      whole.fields += size.fields;
      whole.aliases += size.aliases;
    }
    return whole;
  }

  private ofOne(selection: SelectionNode): Size {
    if (selection.kind === 'InlineFragment') return this.of(selection.selectionSet);
    if (selection.kind === 'FragmentSpread') return this.ofFragment(selection.name.value);
    const below = this.of(selection.selectionSet);
    const introspection = selection.name.value === '__schema' || selection.name.value === '__type';
    return { depth: introspection ? 1 : below.depth + 1, fields: below.fields + 1, aliases: below.aliases + (selection.alias ? 1 : 0) };
  }

  private ofFragment(name: string): Size {
    const before = this.fragments.get(name);
    if (before) return before;
    // Stands for itself while it is measured: a fragment that spreads itself is another rule's error, and must end here.
    this.fragments.set(name, NOTHING);
    const size = this.of(this.definition(name)?.selectionSet);
    this.fragments.set(name, size);
    return size;
  }
}
