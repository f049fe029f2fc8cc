import { Inject, Injectable } from '@nestjs/common';
import type { Response } from 'express';
import { contentType, encodeBody, includeObject, representList, representObject } from '#apiserver';
import type { Status, View, Written } from '#apiserver';
import type { Clock } from '#clock';
import type { KubeObject } from '#objects';
import type { ListResult } from '#store';
import { CLOCK } from '../tokens.js';
import type { ResourceRequest } from './resource.request.js';

/** Writes answers in the form and encoding that the client asked for. */
@Injectable()
export class Answer {
  constructor(@Inject(CLOCK) private readonly clock: Clock) {}

  view(request: ResourceRequest): View {
    return { form: request.representation.form, include: includeObject(request.query), now: this.clock.now() };
  }

  object(request: ResourceRequest, response: Response, object: KubeObject | Status, code = 200): void {
    this.send(request, response, code, representObject(request.kind, object as KubeObject, this.view(request)));
  }

  written(request: ResourceRequest, response: Response, { object, warnings }: Written, code: number): void {
    for (const warning of warnings) response.append('Warning', `299 - ${JSON.stringify(warning)}`);
    this.object(request, response, object, code);
  }

  list(request: ResourceRequest, response: Response, result: ListResult): void {
    this.send(request, response, 200, representList(request.kind, result, this.view(request)));
  }

  private send({ representation }: ResourceRequest, response: Response, code: number, value: unknown): void {
    response.status(code).setHeader('Content-Type', contentType(representation));
    response.setHeader('Cache-Control', 'no-cache, private');
    response.end(encodeBody(value, representation));
  }
}
