import { once } from 'node:events';
import { Inject, Injectable, Logger } from '@nestjs/common';
import type { Response } from 'express';
import { ApiError, errorLine, listOptions, statuses, watchLine, watchQuery } from '#apiserver';
import type { Resources } from '#apiserver';
import type { Clock } from '#clock';
import { Shutdown } from '../http/shutdown.js';
import { CLOCK, RESOURCES } from '../tokens.js';
import { Answer } from './answer.js';
import type { ResourceRequest } from './resource.request.js';

const logger = new Logger('Watch');

/** Streams a watch as lines of JSON, as fast as the client reads: the store keeps nothing for a slow one. */
@Injectable()
export class WatchStream {
  constructor(
    @Inject(RESOURCES) private readonly resources: Resources,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly shutdown: Shutdown,
    private readonly answer: Answer,
  ) {}

  async send(request: ResourceRequest, response: Response): Promise<void> {
    const { after, bookmarks, initialEvents, timeoutSeconds } = watchQuery(request.query);
    const { labelSelector, fieldSelector } = listOptions(request.query);
    const end = new AbortController();
    const stop = () => end.abort();
    response.once('close', stop);
    this.shutdown.signal.addEventListener('abort', stop, { once: true });
    const cancelTimeout = timeoutSeconds === undefined ? () => undefined : this.clock.at(this.clock.now() + timeoutSeconds * 1000, stop);
    try {
      // What is wrong with the request itself is answered before the stream begins.
      const items = this.resources.watch(request.kind, request.namespace, {
        signal: end.signal,
        bookmarks,
        initialEvents,
        ...(after !== undefined && { after }),
        ...(request.name !== undefined && { name: request.name }),
        ...(labelSelector !== undefined && { labelSelector }),
        ...(fieldSelector !== undefined && { fieldSelector }),
      });
      // At once: kubectl wait blocks until it has seen the headers.
      response.writeHead(200, { 'Content-Type': 'application/json', 'Cache-Control': 'no-cache, private' });
      response.flushHeaders();
      for await (const item of items) {
        if (!response.write(watchLine(request.kind, item, await this.answer.view(request, item.type === 'BOOKMARK' ? '' : item.change.key.namespace)))) await drained(response, end.signal);
      }
      response.end();
    } catch (error) {
      if (!response.headersSent) throw error;
      if (!end.signal.aborted) response.end(errorLine(this.failure(error).status));
      else response.end();
    } finally {
      cancelTimeout();
      this.shutdown.signal.removeEventListener('abort', stop);
    }
  }

  private failure(error: unknown): ApiError {
    if (error instanceof ApiError) return error;
    logger.error(error instanceof Error ? (error.stack ?? error.message) : String(error));
    return statuses.internal(error instanceof Error ? error.message : String(error));
  }
}

/** Resolves when the client has read on, or the watch has ended. */
async function drained(response: Response, signal: AbortSignal): Promise<void> {
  try {
    await once(response, 'drain', { signal });
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
