import type { IncomingMessage } from 'node:http';
import type { NextFunction, Request, Response } from 'express';
import { loopbackRefusal } from '#apiserver';
import type { Status } from '#apiserver';

/** Why a request (an upgrade too) is refused before anything else looks at it; undefined: it is not. */
export function refusalFor(request: IncomingMessage): Status | undefined {
  return loopbackRefusal({ host: request.headers.host, origin: request.headers.origin, port: request.socket.localPort ?? 0 });
}

/** The same as middleware, in front of every face. */
export function loopbackGuard(request: Request, response: Response, next: NextFunction): void {
  const refusal = refusalFor(request);
  if (refusal) response.status(refusal.code).json(refusal);
  else next();
}
