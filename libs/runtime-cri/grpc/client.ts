import { fileURLToPath } from 'node:url';
import { Client, credentials, Metadata, type ClientReadableStream, type ServiceDefinition } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { runtimeError } from './errors.js';
import type { ContainerCalls, ExitEnvelope, ImageCalls, RuntimeCalls, TaskCalls } from './messages.js';

const file = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const definitions = loadSync(['cri.proto', 'events.proto', 'tasks.proto', 'containers.proto'].map(file), { longs: Number, enums: String, defaults: true });
const service = (name: string) => definitions[name] as ServiceDefinition;
const RUNTIME = service('runtime.v1.RuntimeService');
const IMAGES = service('runtime.v1.ImageService');
const EVENTS = service('containerd.services.events.v1.Events');
const TASKS = service('containerd.services.tasks.v1.Tasks');
const CONTAINERS = service('containerd.services.containers.v1.Containers');

/** What CRI makes lies in this namespace of containerd's. */
const NAMESPACE = 'k8s.io';
const EXITS = `namespace==${NAMESPACE},topic=="/tasks/exit"`;

/** containerd's gRPC socket: CRI, and beside it the services of containerd's own that CRI has no word for. Every failure is a RuntimeError. */
export class CriClient {
  private readonly client: Client;
  private readonly metadata = new Metadata();

  constructor(socket: string) {
    this.client = new Client(`unix:${socket}`, credentials.createInsecure(), {
      // ExecSync gives up to 16 MiB of each output.
      'grpc.max_receive_message_length': 64 * 1024 * 1024,
      // containerd that was started again is found soon.
      'grpc.initial_reconnect_backoff_ms': 100,
      'grpc.min_reconnect_backoff_ms': 100,
      'grpc.max_reconnect_backoff_ms': 1000,
    });
    this.metadata.set('containerd-namespace', NAMESPACE);
  }

  runtime<K extends keyof RuntimeCalls>(method: K, request: RuntimeCalls[K][0]): Promise<RuntimeCalls[K][1]> {
    return this.call(RUNTIME, method, request);
  }
  images<K extends keyof ImageCalls>(method: K, request: ImageCalls[K][0]): Promise<ImageCalls[K][1]> {
    return this.call(IMAGES, method, request);
  }
  tasks<K extends keyof TaskCalls>(method: K, request: TaskCalls[K][0]): Promise<TaskCalls[K][1]> {
    return this.call(TASKS, method, request);
  }
  containers<K extends keyof ContainerCalls>(method: K, request: ContainerCalls[K][0]): Promise<ContainerCalls[K][1]> {
    return this.call(CONTAINERS, method, request);
  }

  /** The ends of processes, from now on, until the stream is cancelled or breaks. */
  exits(): ClientReadableStream<ExitEnvelope> {
    const { path, requestSerialize, responseDeserialize } = EVENTS.Subscribe!;
    return this.client.makeServerStreamRequest(path, requestSerialize, responseDeserialize as (bytes: Buffer) => ExitEnvelope, { filters: [EXITS] }, this.metadata);
  }

  close(): void {
    this.client.close();
  }

  private call<Response>(definition: ServiceDefinition, method: string, request: object): Promise<Response> {
    const { path, requestSerialize, responseDeserialize } = definition[method]!;
    return new Promise((resolve, reject) => {
      this.client.makeUnaryRequest(path, requestSerialize, responseDeserialize as (bytes: Buffer) => Response, request, this.metadata, (error, response) => {
        if (error) reject(runtimeError(error, method));
        else resolve(response as Response);
      });
    });
  }
}
