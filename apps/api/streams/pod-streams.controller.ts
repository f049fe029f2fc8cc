import { pipeline } from 'node:stream/promises';
import { All, Controller, Get, Inject, Param, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { statuses } from '#apiserver';
import { PodStreams } from './pod-streams.js';

@Controller('api/v1/namespaces/:namespace/pods/:name')
export class PodStreamsController {
  constructor(@Inject(PodStreams) private readonly streams: PodStreams) {}

  @Get('log')
  async log(@Param('namespace') namespace: string, @Param('name') name: string, @Req() request: Request, @Res() response: Response): Promise<void> {
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    const text = await this.streams.log(namespace, name, queryOf(request.originalUrl), gone.signal);
    response.status(200).setHeader('Content-Type', 'text/plain');
    response.flushHeaders();
    if (!text) return void response.end();
    // A log that breaks off in the middle, on either side, has no better end than a closed connection.
    await pipeline(text, response).catch(() => response.destroy());
  }

  /** Upgrades never come here: what does is an ordinary request. */
  @All(['exec', 'attach', 'portforward'])
  upgradeOnly(): never {
    throw statuses.badRequest('Upgrade request required');
  }
}

export const queryOf = (url: string): URLSearchParams => new URL(url, 'http://api').searchParams;
