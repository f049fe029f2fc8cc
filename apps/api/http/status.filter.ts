import { Catch, HttpException, Logger } from '@nestjs/common';
import type { ArgumentsHost, ExceptionFilter } from '@nestjs/common';
import type { Request, Response } from 'express';
import { ApiError, statuses, storeFailure } from '#apiserver';
import type { Status } from '#apiserver';
import { StoreError } from '#store';

const logger = new Logger('Api');

/** Every failure is answered with a Status; what nobody foresaw is logged, with its stack, and told as an internal error. */
@Catch()
export class StatusFilter implements ExceptionFilter {
  catch(error: unknown, host: ArgumentsHost): void {
    // GraphQL has a form of its own for errors.
    if (host.getType() !== 'http') throw error;
    const http = host.switchToHttp();
    sendStatus(http.getRequest<Request>(), http.getResponse<Response>(), statusOf(error));
  }
}

export function sendStatus(request: Request, response: Response, status: Status): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  // What was not read of a body is not waited for.
  const hasBody = request.headers['transfer-encoding'] !== undefined || Number(request.headers['content-length'] ?? 0) > 0;
  if (hasBody && !request.complete) response.setHeader('Connection', 'close');
  const retryAfter = status.details?.retryAfterSeconds;
  if (retryAfter !== undefined) response.setHeader('Retry-After', String(retryAfter));
  response.status(status.code).json(status);
}

export function statusOf(error: unknown): Status {
  if (error instanceof ApiError) return error.status;
  if (error instanceof HttpException && error.getStatus() === 404) return statuses.unknownPath().status;
  // Express throws this for a path whose percent-encoding is broken.
  if (error instanceof URIError || (error instanceof HttpException && error.getStatus() === 400))
    return statuses.badRequest((error as Error).message).status;
  if (error instanceof StoreError) return storeFailure(error).status;
  logger.error(error instanceof Error ? (error.stack ?? error.message) : String(error));
  return statuses.internal(error instanceof Error ? error.message : String(error)).status;
}
