import { Module } from '@nestjs/common';
import type { DynamicModule } from '@nestjs/common';
import type { WorkerOptions } from './options.js';
import { Worker } from './worker.js';

/** A node and a share of the control work, as a Nest application context. */
@Module({})
export class WorkerModule {
  static forOptions(options: WorkerOptions, lost: (why: string) => void): DynamicModule {
    return { module: WorkerModule, providers: [{ provide: Worker, useFactory: () => new Worker(options, lost) }], exports: [Worker] };
  }
}
