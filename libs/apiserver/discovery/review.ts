import { badRequest } from '../errors/status.js';
import { isObject } from '../resources/body.js';

/** authorization.k8s.io/v1 SelfSubjectAccessReview. @throws ApiError 400 */
export function reviewAccess(body: unknown): object {
  if (!isObject(body) || body['kind'] !== 'SelfSubjectAccessReview') throw badRequest('the body must be an object of kind SelfSubjectAccessReview');
  return { ...body, status: { allowed: true, reason: 'there are no permissions: whoever reaches this server on loopback may do everything' } };
}
