import { Controller, Headers, HttpCode, Post, Req } from '@nestjs/common';
import type { Request } from 'express';
import { parseBody, reviewAccess } from '#apiserver';

/** Questions that are answered and not stored: `kubectl auth can-i`. */
@Controller('apis/authorization.k8s.io/v1')
export class ReviewController {
  @Post('selfsubjectaccessreviews')
  @HttpCode(201)
  selfSubjectAccess(@Req() request: Request, @Headers('content-type') contentType: string | undefined): object {
    return reviewAccess(parseBody(request.body as Buffer, contentType).value);
  }
}
