import { Inject, Logger, Module, type OnApplicationBootstrap, type BeforeApplicationShutdown } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { refusalFor } from '../security/loopback-guard.js';
import { UpgradeDispatcher } from './upgrade-dispatcher.js';

const logger = new Logger('Upgrades');

/** Owns the api's one upgrade listener; other modules give it routes. */
@Module({
  providers: [{ provide: UpgradeDispatcher, useFactory: () => new UpgradeDispatcher(refusalFor, (error) => logger.error(error)) }],
  exports: [UpgradeDispatcher],
})
export class UpgradesModule implements OnApplicationBootstrap, BeforeApplicationShutdown {
  constructor(
    @Inject(UpgradeDispatcher) private readonly dispatcher: UpgradeDispatcher,
    @Inject(HttpAdapterHost) private readonly host: HttpAdapterHost,
  ) {}

  onApplicationBootstrap(): void {
    this.dispatcher.attach(this.host.httpAdapter.getHttpServer());
  }

  beforeApplicationShutdown(): void {
    this.dispatcher.close();
  }
}
