import { Module } from '@nestjs/common';
import { PodActions } from '#apiserver';
import type { Resources } from '#apiserver';
import { Shutdown } from '../http/shutdown.js';
import { RESOURCES } from '../tokens.js';
import { Answer } from './answer.js';
import { DiscoveryController } from './discovery.controller.js';
import { HealthController } from './health.controller.js';
import { ResourceController } from './resource.controller.js';
import { ReviewController } from './review.controller.js';
import { WatchStream } from './watch-stream.js';

/** The Kubernetes REST API. Its last controller takes every path below /api/v1 and /apis, so this module is imported after those with narrower ones. */
@Module({
  controllers: [HealthController, DiscoveryController, ReviewController, ResourceController],
  providers: [
    { provide: PodActions, inject: [RESOURCES], useFactory: (resources: Resources) => new PodActions(resources) },
    Answer,
    Shutdown,
    WatchStream,
  ],
})
export class KubernetesModule {}
