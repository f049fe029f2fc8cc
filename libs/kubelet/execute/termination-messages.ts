/** What a container that has ended says of its end. Source: getTerminationMessage, convertToKubeContainerStatus in kuberuntime_container.go. */
import { join } from 'node:path';
import type { Clock } from '#clock';
import type { RuntimeContainer } from '#runtime';
import type { PodRecord } from '../pods/pod-record.js';
import { readLog } from '../streaming/read-log.js';
import { containerOf } from './container-of.js';
import { podLogDirectory } from './sandbox.js';

/** Source: MaxContainerTerminationMessageLogLines, MaxContainerTerminationMessageLogLength. */
const LOG_LINES = 80;
const LOG_BYTES = 2048;

export class TerminationMessages {
  constructor(
    private readonly dataDir: string,
    private readonly clock: Clock,
  ) {}

  /** The containers, those that have ended with their message: from their file, or, where their policy says so, from their log. */
  async fill(record: PodRecord, containers: RuntimeContainer[]): Promise<RuntimeContainer[]> {
    for (const id of record.messages.keys()) if (!containers.some((container) => container.id === id)) record.messages.delete(id);
    const filled: RuntimeContainer[] = [];
    for (const container of containers) {
      if (container.state !== 'EXITED') {
        filled.push(container);
        continue;
      }
      let message = record.messages.get(container.id);
      if (message === undefined) record.messages.set(container.id, (message = await this.messageOf(record, container)));
      filled.push(message === '' ? container : { ...container, message });
    }
    return filled;
  }

  private async messageOf(record: PodRecord, { metadata, terminationMessage, exitCode, reason, logPath }: RuntimeContainer): Promise<string> {
    if (terminationMessage) return terminationMessage;
    const policy = containerOf(record.pod, metadata.name)?.terminationMessagePolicy;
    if (policy !== 'FallbackToLogsOnError' || exitCode === 0 || reason === 'ContainerCannotRun') return '';
    return this.lastWords(join(podLogDirectory(this.dataDir, record.namespace, record.name, record.uid), logPath));
  }

  private async lastWords(path: string): Promise<string> {
    let text = Buffer.alloc(0);
    const options = { follow: false, timestamps: false, tailLines: LOG_LINES };
    for await (const piece of readLog({ path, running: async () => false }, options, this.clock, new AbortController().signal)) {
      text = Buffer.concat([text, piece]).subarray(-LOG_BYTES);
    }
    return text.toString();
  }
}
