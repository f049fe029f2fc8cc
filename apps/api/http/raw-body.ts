import type { NextFunction, Request, Response } from 'express';
import { ApiError, statuses } from '#apiserver';

/** Kubernetes' limit for a request's body. */
export const BODY_LIMIT = 3 * 1024 * 1024;

const WITH_BODY = ['POST', 'PUT', 'PATCH', 'DELETE'];

/** Reads the body as bytes, within the limit, into `request.body`. What they mean is decided by who handles the request. */
export function rawBody(request: Request, _response: Response, next: NextFunction): void {
  if (!WITH_BODY.includes(request.method)) return next();
  readBody(request).then(
    (bytes) => {
      request.body = bytes;
      next();
    },
    (error: unknown) => {
      // The client is gone: nobody is there to be answered.
      if (!request.destroyed || error instanceof ApiError) next(error);
    },
  );
}

async function readBody(request: Request): Promise<Buffer> {
  if (Number(request.headers['content-length'] ?? 0) > BODY_LIMIT) throw statuses.tooLarge(BODY_LIMIT);
  const encoding = request.headers['content-encoding'];
  if (encoding !== undefined && encoding !== 'identity')
    throw statuses.badRequest(`content-encoding ${JSON.stringify(encoding)} is not understood: send the body as it is`);
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > BODY_LIMIT) throw statuses.tooLarge(BODY_LIMIT);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
