import { createSourceEventStream, execute, type ExecutionArgs, type ExecutionResult, type GraphQLError, type GraphQLFormattedError, type OperationDefinitionNode } from 'graphql';
import type { Clock } from '#clock';
import { Delivery } from '../delivery/delivery.js';
import { Feed, type Deliverable } from '../delivery/feed.js';
import { selectionKey } from '../delivery/selection-key.js';
import { SharedTexts } from '../delivery/shared-texts.js';
import type { SharedResult } from '../delivery/spliced.js';
import type { GraphqlLimits } from '../limits/limits.js';
import type { Followed } from '../operations/changes.js';
import type { GraphqlContext } from './context.js';

/** A message of a subscription (operations/). */
interface Message extends Deliverable {
  /** Which message it is, the same for all who subscribe alike; undefined: each subscriber has messages of its own. */
  id?: string;
}

export type Format = (error: GraphQLError) => GraphQLFormattedError;

/** An operation as the transports hand it in. */
export interface Operation extends ExecutionArgs {
  operation: OperationDefinitionNode;
  contextValue: GraphqlContext;
}

/**
 * Runs subscriptions, for all transports. GraphQL's own `subscribe` would execute the selection and write the JSON once for each subscriber and change; here
 * that is done once for all who asked for the same, whatever they came by.
 */
export class Subscriptions {
  private readonly texts: SharedTexts;

  constructor(
    private readonly limits: GraphqlLimits,
    private readonly clock: Clock,
    private readonly format: Format,
  ) {
    this.texts = new SharedTexts(clock);
  }

  /** The messages as text; or what is wrong with the operation (errors not yet formatted). */
  async subscribe(args: Operation): Promise<Delivery<Message> | ExecutionResult> {
    const source = await createSourceEventStream(args);
    if (!(Symbol.asyncIterator in source)) return source;
    const key = selectionKey(args.document, args.operation, args.variableValues ?? {}, args.contextValue.caller.name);
    const group = this.texts.join(key);
    const textOf = (message: Message) => {
      const make = () => this.textOf({ ...args, rootValue: message });
      return message.id === undefined ? make() : group.text(message.id, make);
    };
    const after = (source as Partial<Followed<unknown>>).after as ((cursor: string) => AsyncGenerator<Message>) | undefined;
    const feed = after && group.feed(() => new Feed<Message>(after, textOf));
    return new Delivery((source as AsyncIterable<Message>)[Symbol.asyncIterator](), textOf, this.limits, this.clock, () => this.texts.leave(key), feed);
  }

  /** At once where no field has to be waited for. */
  private textOf(args: ExecutionArgs): string | Promise<string> {
    const result = execute(args);
    return result instanceof Promise ? result.then((one) => this.written(one)) : this.written(result);
  }

  private written({ data, errors, extensions }: ExecutionResult): string {
    return JSON.stringify({ data, ...(errors && { errors: errors.map(this.format) }), ...(extensions && { extensions }) });
  }
}

export const isStream = (result: Delivery<Message> | ExecutionResult): result is Delivery<Message> => Symbol.asyncIterator in result;
export type { SharedResult };
