import { Inject, Injectable } from '@nestjs/common';
import type { Response } from 'express';
import { contentType, encodeBody, includeObject, representList, representObject } from '#apiserver';
import type { Resources, Status, View, Written } from '#apiserver';
import type { Clock } from '#clock';
import type { KubeObject } from '#objects';
import type { ListResult } from '#store';
import { CLOCK, RESOURCES } from '../tokens.js';
import type { ResourceRequest } from './resource.request.js';

/** Writes answers in the form and encoding that the client asked for. */
@Injectable()
export class Answer {
  constructor(
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(RESOURCES) private readonly resources: Resources,
  ) {}

  /** Ages are those of the namespace's clock; `namespace` undefined: of all namespaces. */
  async view(request: ResourceRequest, namespace = request.namespace): Promise<View> {
    const { kind, query, representation } = request;
    const { form } = representation;
    // Only tables show ages, and only kinds in namespaces have another time.
    const times = form === 'table' && kind.namespaced ? await this.resources.times(namespace) : undefined;
    return { form, include: includeObject(query), now: this.clock.now(), ...(times && { times }) };
  }

  async object(request: ResourceRequest, response: Response, object: KubeObject | Status, code = 200): Promise<void> {
    this.send(request, response, code, representObject(request.kind, object as KubeObject, await this.view(request)));
  }

  async written(request: ResourceRequest, response: Response, { object, warnings }: Written, code: number): Promise<void> {
    for (const warning of warnings) response.append('Warning', `299 - ${JSON.stringify(warning)}`);
    await this.object(request, response, object, code);
  }

  async list(request: ResourceRequest, response: Response, result: ListResult): Promise<void> {
    this.send(request, response, 200, representList(request.kind, result, await this.view(request)));
  }

  private send({ representation }: ResourceRequest, response: Response, code: number, value: unknown): void {
    response.status(code).setHeader('Content-Type', contentType(representation));
    response.setHeader('Cache-Control', 'no-cache, private');
    response.end(encodeBody(value, representation));
  }
}
