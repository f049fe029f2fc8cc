import { Controller, Delete, Get, Inject, Patch, Post, Put, Res } from '@nestjs/common';
import type { Response } from 'express';
import { ClockStepper, deleteRequest, isWatch, listOptions, parsePatch, PodActions, statuses, stepRequest, writeOptions } from '#apiserver';
import type { Resources } from '#apiserver';
import { RESOURCES, STEPPER } from '../tokens.js';
import { Answer } from './answer.js';
import { Resource } from './resource.request.js';
import type { ResourceRequest } from './resource.request.js';
import { WatchStream } from './watch-stream.js';

/** All kinds in all groups: which one, the path says. Subresources with a controller of their own (log, exec ..) come before this one. */
@Controller(['api/v1', 'apis/:group/:version'])
export class ResourceController {
  constructor(
    @Inject(RESOURCES) private readonly resources: Resources,
    @Inject(STEPPER) private readonly stepper: ClockStepper,
    private readonly podActions: PodActions,
    private readonly answer: Answer,
    private readonly watches: WatchStream,
  ) {}

  @Get('*path')
  async read(@Resource() request: ResourceRequest, @Res() response: Response): Promise<void> {
    const { kind, namespace, name, place, query } = request;
    if (isWatch(query)) return this.watches.send(request, response);
    if (name === undefined) return this.answer.list(request, response, await this.resources.list(kind, namespace, listOptions(query)));
    await this.answer.object(request, response, await this.resources.get(kind, place, name));
  }

  @Post('*path')
  async create(@Resource() request: ResourceRequest, @Res() response: Response): Promise<void> {
    const { kind, name, place, subresource, query } = request;
    const { value, duplicates } = request.body();
    const options = { ...writeOptions(query, request), duplicateFields: duplicates };
    if (kind.kind === 'Clock' && subresource === 'step') return this.step(request, value, response);
    if (subresource !== undefined && name !== undefined)
      return await this.answer.object(request, response, await this.podActions.run(subresource, place, name, value, options), 201);
    if (name !== undefined) throw statuses.wrongMethod();
    await this.answer.written(request, response, await this.resources.create(kind, place, value, options), 201);
  }

  /** A namespace has one Clock: another name has none to step. */
  private async step({ kind, place, name = '', cause }: ResourceRequest, body: unknown, response: Response): Promise<void> {
    await this.resources.get(kind, place, name);
    response.status(200).json(await this.stepper.step(place, stepRequest(body), cause));
  }

  @Put('*path')
  async replace(@Resource() request: ResourceRequest, @Res() response: Response): Promise<void> {
    const { kind, place, subresource, query } = request;
    const { value, duplicates } = request.body();
    const options = { ...writeOptions(query, request), duplicateFields: duplicates, ...(subresource !== undefined && { subresource }) };
    await this.answer.written(request, response, await this.resources.update(kind, place, named(request), value, options), 200);
  }

  @Patch('*path')
  async patch(@Resource() request: ResourceRequest, @Res() response: Response): Promise<void> {
    const { kind, place, subresource, query } = request;
    const { type, value, duplicates } = parsePatch(request.bytes, request.contentType);
    const options = { ...writeOptions(query, request), duplicateFields: duplicates, ...(subresource !== undefined && { subresource }) };
    const written = await this.resources.patch(kind, place, named(request), type, value, options);
    await this.answer.written(request, response, written, written.created ? 201 : 200);
  }

  @Delete('*path')
  async remove(@Resource() request: ResourceRequest, @Res() response: Response): Promise<void> {
    const { kind, name, namespace, place, subresource, query } = request;
    if (subresource !== undefined) throw statuses.wrongMethod();
    const { value } = request.body();
    const options = deleteRequest(query, request);
    if (name !== undefined) return this.answer.object(request, response, await this.resources.delete(kind, place, name, value, options));
    const items = await this.resources.deleteCollection(kind, namespace, value, { ...options, ...listOptions(query) });
    await this.answer.list(request, response, { items, revision: 0 });
  }
}

/** @throws ApiError 405: the verb is not for collections. */
function named({ name }: ResourceRequest): string {
  if (name === undefined) throw statuses.wrongMethod();
  return name;
}
