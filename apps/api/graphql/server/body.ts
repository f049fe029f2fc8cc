import { json, type NextFunction, type Request, type Response } from 'express';
import type { GraphqlLimits } from '../limits/limits.js';

/** Kubernetes' limit for a request's body. */
const MAX_BODY = '3mb';

const parse = json({ limit: MAX_BODY });

/** Reads the JSON body of a POST, one operation or a batch; what cannot be read is answered in GraphQL's form. */
export const graphqlBody =
  ({ batch }: Pick<GraphqlLimits, 'batch'>) =>
  (request: Request, response: Response, next: NextFunction): void => {
    const refuse = (status: number, code: string, message: string) => response.status(status).json({ errors: [{ message, extensions: { code } }] });
    parse(request, response, (error?: unknown) => {
      const body = request.body as unknown;
      if (!error && Array.isArray(body) && body.length > batch) return refuse(400, 'BATCH_LIMIT_EXCEEDED', `${body.length} operations in one request: at most ${batch} are allowed`);
      if (!error) return next();
      const { status = 400, message } = error as { status?: number; message: string };
      if (status === 413) return refuse(status, 'REQUEST_ENTITY_TOO_LARGE', `the body is larger than ${MAX_BODY}`);
      return refuse(status, 'BAD_REQUEST', `the body cannot be read as JSON: ${message}`);
    });
  };
