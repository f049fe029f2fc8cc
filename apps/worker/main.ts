import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { runProcess } from '../process.js';
import { parseOptions } from './options.js';
import { Worker } from './worker.js';
import { WorkerModule } from './worker.module.js';

await runProcess('worker', async (stopApp) => {
  const app = await NestFactory.createApplicationContext(WorkerModule.forOptions(parseOptions(process.env), stopApp), { logger: ['error', 'warn'], abortOnError: false });
  const worker = app.get(Worker);
  await worker.start();
  return {
    stop: async () => {
      await worker.stop();
      await app.close();
    },
    stats: () => worker.stats(),
  };
});
