import { All, Controller, Get, Inject, Param, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { statuses } from '#apiserver';
import { asset } from '../ide/assets.js';
import { GraphqlTransports } from './transports.js';

/** What is below /graphql. (/graphql itself is Apollo's.) */
@Controller('graphql')
export class GraphqlController {
  constructor(@Inject(GraphqlTransports) private readonly transports: GraphqlTransports) {}

  /** The files of the IDE that a browser gets at /graphql. */
  @Get('assets/:name')
  asset(@Param('name') name: string, @Res() response: Response): void {
    const found = asset(name);
    if (!found) throw statuses.unknownPath();
    response.set({ 'Content-Type': found.type, 'Cache-Control': 'private, max-age=3600', 'X-Content-Type-Options': 'nosniff' }).send(found.bytes);
  }

  @All('stream')
  stream(@Req() request: Request, @Res() response: Response): Promise<void> {
    return this.transports.stream(request, response);
  }
}
