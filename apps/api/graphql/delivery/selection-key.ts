import { print, visit, type DocumentNode, type OperationDefinitionNode } from 'graphql';

interface Shape {
  text: string;
  /** The variables that the text mentions. */
  variables: string[];
}

const shapes = new WeakMap<OperationDefinitionNode, Shape>();

/**
 * Two subscriptions with the same key get the same message for the same change: the same operation and variables, wherever they began. The
 * argument `after` of the subscription's own field is left out, and with it the variable that it takes.
 */
export function selectionKey(document: DocumentNode, operation: OperationDefinitionNode, variables: Record<string, unknown>, caller: string): string {
  let shape = shapes.get(operation);
  if (!shape) shapes.set(operation, (shape = shapeOf(document, operation)));
  return JSON.stringify([caller, shape.text, shape.variables.map((name) => variables[name] ?? null)]);
}

function shapeOf(document: DocumentNode, operation: OperationDefinitionNode): Shape {
  const selections = operation.selectionSet.selections.map((one) =>
    one.kind === 'Field' ? { ...one, arguments: one.arguments?.filter(({ name }) => name.value !== 'after') } : one,
  );
  const bare = { ...operation, selectionSet: { ...operation.selectionSet, selections } };
  const mentioned = new Set<string>();
  const others = document.definitions.filter((one) => one.kind === 'FragmentDefinition');
  for (const part of [bare.selectionSet, ...(bare.directives ?? []), ...others]) visit(part, { Variable: (node) => void mentioned.add(node.name.value) });
  const variableDefinitions = bare.variableDefinitions?.filter(({ variable }) => mentioned.has(variable.name.value));
  return { text: [print({ ...bare, name: undefined, variableDefinitions }), ...others.map(print)].join('\n'), variables: [...mentioned].sort() };
}
