import { created, startFailed, started } from '#lifecycle';
import type { PodAction } from '#lifecycle';
import type { ContainerConfig, ContainerRuntime } from '#runtime';
import { messageOf } from '../errors.js';
import type { PodRecord } from '../pods/pod-record.js';

type StartAction = Extract<PodAction, { type: 'startContainer' }>;

/**
 * Creates and starts a container. What keeps it from starting is its own affair: it is noted as its start error, told in an event, and
 * the other containers go on. Returns the started container's id.
 */
export async function startContainer(
  runtime: ContainerRuntime,
  record: PodRecord,
  action: StartAction,
  sandboxId: string,
  makeConfig: () => Promise<ContainerConfig>,
): Promise<string | undefined> {
  const { container } = action;
  const fail = (reason: string, error: unknown) => {
    record.startErrors[container] = { reason, message: messageOf(error), at: record.clock.now() };
    record.event(startFailed(messageOf(error)), action);
    return undefined;
  };
  let config: ContainerConfig;
  try {
    config = await makeConfig();
  } catch (error) {
    return fail('CreateContainerConfigError', error);
  }
  let id: string;
  try {
    id = await runtime.createContainer(sandboxId, config);
  } catch (error) {
    return fail('CreateContainerError', error);
  }
  record.event(created(), action);
  try {
    await runtime.startContainer(id);
  } catch (error) {
    return fail('RunContainerError', error);
  }
  delete record.startErrors[container];
  record.event(started(), action);
  return id;
}
