import { All, Controller, Inject, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { GraphqlTransports } from './transports.js';

/** What is below /graphql. (/graphql itself is Apollo's.) */
@Controller('graphql')
export class GraphqlController {
  constructor(@Inject(GraphqlTransports) private readonly transports: GraphqlTransports) {}

  @All('stream')
  stream(@Req() request: Request, @Res() response: Response): Promise<void> {
    return this.transports.stream(request, response);
  }
}
