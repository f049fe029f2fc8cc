import { Controller, Get, Header, Inject } from '@nestjs/common';
import { statuses } from '#apiserver';
import type { Store } from '#store';
import { STORE } from '../tokens.js';

@Controller()
export class HealthController {
  constructor(@Inject(STORE) private readonly store: Store) {}

  @Get(['healthz', 'livez'])
  @Header('Content-Type', 'text/plain; charset=utf-8')
  live(): string {
    return 'ok';
  }

  /** Ready while the database answers. */
  @Get('readyz')
  @Header('Content-Type', 'text/plain; charset=utf-8')
  async ready(): Promise<string> {
    await this.store.currentRevision().catch((error: Error) => {
      throw statuses.unavailable(error.message);
    });
    return 'ok';
  }
}
