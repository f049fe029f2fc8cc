import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { Inject, Module, type OnModuleInit } from '@nestjs/common';
import { ApiError, type Resources } from '#apiserver';
import type { Clock } from '#clock';
import { refuseUpgrade } from '#streams';
import { CLOCK, CLUSTER_SECRET, RESOURCES } from '../tokens.js';
import { PodStreams, type StreamingSubresource } from './pod-streams.js';
import { PodStreamsController, queryOf } from './pod-streams.controller.js';
import { UpgradeDispatcher } from './upgrade-dispatcher.js';
import { UpgradesModule } from './upgrades.module.js';

const PATH = /^\/api\/v1\/namespaces\/([^/]+)\/pods\/([^/]+)\/(exec|attach|portforward)$/;

/** A pod's log, exec and attach. */
@Module({
  imports: [UpgradesModule],
  controllers: [PodStreamsController],
  providers: [{ provide: PodStreams, inject: [RESOURCES, CLUSTER_SECRET, CLOCK], useFactory: (resources: Resources, secret: string, clock: Clock) => new PodStreams(resources, secret, clock) }],
  exports: [PodStreams],
})
export class StreamsModule implements OnModuleInit {
  constructor(
    @Inject(UpgradeDispatcher) private readonly upgrades: UpgradeDispatcher,
    @Inject(PodStreams) private readonly streams: PodStreams,
  ) {}

  onModuleInit(): void {
    this.upgrades.route((path) => PATH.test(path), (request, socket, head) => this.upgrade(request, socket, head));
  }

  private async upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const url = request.url ?? '';
    const [, namespace, name, what] = PATH.exec(url.split('?', 1)[0]!)!;
    try {
      await this.streams.upgrade(what as StreamingSubresource, namespace!, name!, queryOf(url), { request, socket, head });
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      refuseUpgrade(socket, error.status);
    }
  }
}
