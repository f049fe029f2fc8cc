import { GraphQLError, type ValidationRule } from 'graphql';

/** Where the schema is not to answer questions about itself. __typename stays: it tells nothing that the document does not know. */
export const noIntrospectionRule: ValidationRule = (context) => ({
  Field(node) {
    if (node.name.value !== '__schema' && node.name.value !== '__type') return;
    context.reportError(new GraphQLError('introspection is switched off', { nodes: node, extensions: { code: 'INTROSPECTION_DISABLED' } }));
  },
});
