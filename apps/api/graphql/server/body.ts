import { json, type NextFunction, type Request, type Response } from 'express';

/** Kubernetes' limit for a request's body. */
const MAX_BODY = '3mb';

const parse = json({ limit: MAX_BODY });

/** Reads the JSON body of a POST; what cannot be read is answered in GraphQL's form. */
export function graphqlBody(request: Request, response: Response, next: NextFunction): void {
  parse(request, response, (error?: unknown) => {
    if (!error) return next();
    const { status = 400, message } = error as { status?: number; message: string };
    const code = status === 413 ? 'REQUEST_ENTITY_TOO_LARGE' : 'BAD_REQUEST';
    const text = status === 413 ? `the body is larger than ${MAX_BODY}` : `the body cannot be read as JSON: ${message}`;
    response.status(status).json({ errors: [{ message: text, extensions: { code } }] });
  });
}
