import { getOperationAST, GraphQLError, parse, specifiedRules, validate, type DocumentNode, type GraphQLSchema, type OperationDefinitionNode, type ValidationRule } from 'graphql';
import { costError } from '../limits/cost.js';
import { noIntrospectionRule } from '../limits/introspection-rule.js';
import type { GraphqlLimits } from '../limits/limits.js';
import { sizeRule } from '../limits/size-rule.js';

/** An operation that may be run. */
export interface Prepared {
  document: DocumentNode;
  operation: OperationDefinitionNode;
}

/** Documents that are kept parsed and checked: clients send the same ones again and again. */
const KEPT = 500;
/** Longer documents are not kept. */
const KEPT_LENGTH = 20_000;

/** The rules beyond GraphQL's own. */
export const limitRules = (limits: GraphqlLimits): ValidationRule[] => [sizeRule(limits), ...(limits.introspection ? [] : [noIntrospectionRule])];

/** Reads and checks the operations that come over websockets and server-sent events, by the same limits as over plain HTTP. */
export class Documents {
  private readonly checked = new Map<string, DocumentNode | readonly GraphQLError[]>();

  constructor(
    private readonly schema: GraphQLSchema,
    private readonly limits: GraphqlLimits,
  ) {}

  /** The operation, or what is wrong with it. */
  prepare(query: string, operationName: string | null | undefined, variables: Record<string, unknown>): Prepared | readonly GraphQLError[] {
    const document = this.check(query);
    if (!('kind' in document)) return document;
    const operation = getOperationAST(document, operationName);
    if (!operation) return [new GraphQLError('operationName must name one of the operations of the document')];
    const tooDear = costError(this.schema, document, operation, variables, this.limits.cost);
    return tooDear ? [tooDear] : { document, operation };
  }

  private check(query: string): DocumentNode | readonly GraphQLError[] {
    const known = this.checked.get(query);
    if (known) return known;
    const result = this.read(query);
    if (query.length <= KEPT_LENGTH) {
      if (this.checked.size >= KEPT) this.checked.delete(this.checked.keys().next().value!);
      this.checked.set(query, result);
    }
    return result;
  }

  private read(query: string): DocumentNode | readonly GraphQLError[] {
    let document;
    try {
      document = parse(query, { maxTokens: this.limits.tokens });
    } catch (error) {
      // What is no syntax error is one too: nested so deep that the parser gave up.
      return [error instanceof GraphQLError ? error : new GraphQLError('the operation cannot be parsed: it is nested too deep')];
    }
    const errors = validate(this.schema, document, [...specifiedRules, ...limitRules(this.limits)]);
    return errors.length > 0 ? errors : document;
  }
}
