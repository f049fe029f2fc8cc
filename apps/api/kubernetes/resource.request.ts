import { createParamDecorator } from '@nestjs/common';
import type { ExecutionContext } from '@nestjs/common';
import type { Request } from 'express';
import { negotiate, parseBody, resourcePath } from '#apiserver';
import type { ParsedText, Representation, ResourcePath } from '#apiserver';

/** A request of the Kubernetes API, read. */
export interface ResourceRequest extends ResourcePath {
  /** Decoded from the namespace of the path; '' for none. */
  place: string;
  query: URLSearchParams;
  representation: Representation;
  /** For the change log: method and path. */
  cause: string;
  userAgent: string | undefined;
  contentType: string | undefined;
  /** @throws ApiError 400, 415 */
  body(): ParsedText;
  bytes: Buffer;
}

/** The path, query and headers of a request. @throws ApiError 404 for an unknown kind, 406 */
export const Resource = createParamDecorator((_data: unknown, context: ExecutionContext): ResourceRequest => {
  const request = context.switchToHttp().getRequest<Request<{ group?: string; version?: string; path: string[] }>>();
  const { group = '', version = 'v1', path } = request.params;
  const target = resourcePath(group, version, path);
  const url = new URL(request.url, 'http://localhost');
  const bytes = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
  return {
    ...target,
    place: target.namespace ?? '',
    query: url.searchParams,
    representation: negotiate(request.headers.accept),
    cause: `${request.method} ${url.pathname}`,
    userAgent: request.headers['user-agent'],
    contentType: request.headers['content-type'],
    bytes,
    body: () => parseBody(bytes, request.headers['content-type']),
  };
});
