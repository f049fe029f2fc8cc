import {
  getNamedType,
  getNullableType,
  GraphQLError,
  isInterfaceType,
  isListType,
  isObjectType,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLNamedType,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';

/** What a list is taken to hold where nothing says how long it is: containers, conditions, events of a pod. */
const LIST = 5;
/** A field named so takes the length of its page from the argument `first`. */
const PAGE_FIELDS = ['nodes', 'edges'];

/**
 * How many field values an operation may have to find out: every field counts once for each object that it may be asked of; a page holds what `first` says.
 * Fragments are written out; that they cannot be endless, validation has seen to. */
export function costOf(schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode, variables: Record<string, unknown>): number {
  const fragments = new Map(document.definitions.flatMap((one) => (one.kind === 'FragmentDefinition' ? [[one.name.value, one] as const] : [])));
  const root = schema.getRootType(operation.operation);
  return root ? new Cost(schema, fragments, operation, variables).of(operation.selectionSet, root, 1) : 0;
}

/** undefined: it may run. */
export function costError(schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode, variables: Record<string, unknown>, limit: number): GraphQLError | undefined {
  const cost = costOf(schema, document, operation, variables);
  if (cost <= limit) return undefined;
  const message = `the operation may cost ${cost} field values, at most ${limit} are allowed: ask for smaller pages (first) or fewer fields`;
  return new GraphQLError(message, { nodes: operation, extensions: { code: 'COST_LIMIT_EXCEEDED', limit, cost } });
}

class Cost {
  constructor(
    private readonly schema: GraphQLSchema,
    private readonly fragments: Map<string, FragmentDefinitionNode>,
    private readonly operation: OperationDefinitionNode,
    private readonly variables: Record<string, unknown>,
  ) {}

  /** `page`: how many objects the lists of the connection hold that this is a selection of. */
  of(set: SelectionSetNode | undefined, type: GraphQLNamedType, page: number): number {
    let cost = 0;
    for (const selection of set?.selections ?? []) {
      if (selection.kind === 'Field') cost += this.ofField(selection, type, page);
      else if (selection.kind === 'InlineFragment') cost += this.of(selection.selectionSet, this.typeOf(selection.typeCondition?.name.value) ?? type, page);
      else {
        const fragment = this.fragments.get(selection.name.value);
        if (fragment) cost += this.of(fragment.selectionSet, this.typeOf(fragment.typeCondition.name.value) ?? type, page);
      }
    }
    return cost;
  }

  private ofField(node: FieldNode, parent: GraphQLNamedType, page: number): number {
    const field = isObjectType(parent) || isInterfaceType(parent) ? parent.getFields()[node.name.value] : undefined;
    // Introspection: it reads nothing.
    if (!field) return 1;
    const inPage = PAGE_FIELDS.includes(node.name.value) && page > 1;
    const count = isListType(getNullableType(field.type)) ? (inPage ? page : LIST) : 1;
    const first = field.args.find(({ name }) => name === 'first');
    const below = first ? this.pageSize(node, Number(first.defaultValue ?? 0)) : 1;
    return 1 + count * this.of(node.selectionSet, getNamedType(field.type), below);
  }

  private pageSize(node: FieldNode, otherwise: number): number {
    const given = node.arguments?.find(({ name }) => name.value === 'first')?.value;
    if (given?.kind === 'IntValue') return Math.max(1, Number(given.value));
    if (given?.kind !== 'Variable') return Math.max(1, otherwise);
    const name = given.name.value;
    const definition = this.operation.variableDefinitions?.find(({ variable }) => variable.name.value === name)?.defaultValue;
    const value = this.variables[name] ?? (definition?.kind === 'IntValue' ? definition.value : otherwise);
    return Math.max(1, Number(value) || otherwise);
  }

  private typeOf(name: string | undefined): GraphQLNamedType | undefined {
    return name === undefined ? undefined : this.schema.getType(name);
  }
}
