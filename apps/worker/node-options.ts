/** What a node has and how it is marked, as its environment says. */
import { isQuantity, labelValueFaults, qualifiedNameFaults } from '#objects';
import type { KubeletOptions } from '#kubelet';
import { WorkerStartError } from './errors.js';

export type NodeOptions = Required<Pick<KubeletOptions, 'capacity' | 'nodeLabels' | 'nodeTaints'>>;

const SINGLE = { PODBOX_NODE_CPU: 'cpu', PODBOX_NODE_MEMORY: 'memory', PODBOX_NODE_STORAGE: 'ephemeral-storage' };
const TAINT = /^([^=:]+)(?:=([^:]*))?:(NoSchedule|PreferNoSchedule|NoExecute)$/;

/** @throws WorkerStartError */
export function nodeOptions(env: NodeJS.ProcessEnv): NodeOptions {
  const single = Object.entries(SINGLE).flatMap(([variable, resource]) => (env[variable] ? [[resource, quantity(variable, env[variable])] as const] : []));
  const others = items(env, 'PODBOX_NODE_RESOURCES').map((text) => {
    const [name, amount] = pair('PODBOX_NODE_RESOURCES', text, 'example.com/gpu=2');
    return [name, quantity('PODBOX_NODE_RESOURCES', amount)] as const;
  });
  return {
    capacity: Object.fromEntries([...single, ...others]),
    nodeLabels: Object.fromEntries(items(env, 'PODBOX_NODE_LABELS').map(label)),
    nodeTaints: items(env, 'PODBOX_NODE_TAINTS').map(taint),
  };
}

const items = (env: NodeJS.ProcessEnv, variable: string): string[] => (env[variable] ?? '').split(',').map((text) => text.trim()).filter(Boolean);

function quantity(variable: string, text: string): string {
  if (!isQuantity(text) || text.startsWith('-')) throw new WorkerStartError(`${variable}: "${text}" is not an amount like 4, 500m or 16Gi`);
  return text;
}

function pair(variable: string, text: string, example: string): [name: string, value: string] {
  const at = text.indexOf('=');
  if (at < 1 || qualifiedNameFaults(text.slice(0, at)).length > 0) throw new WorkerStartError(`${variable}: "${text}" is not of the form ${example}`);
  return [text.slice(0, at), text.slice(at + 1)];
}

function label(text: string): [name: string, value: string] {
  const [name, value] = pair('PODBOX_NODE_LABELS', text, 'disk=ssd');
  const [fault] = labelValueFaults(value);
  if (fault) throw new WorkerStartError(`PODBOX_NODE_LABELS: "${text}": ${fault}`);
  return [name, value];
}

function taint(text: string): NodeOptions['nodeTaints'][number] {
  const [, key, value, effect] = TAINT.exec(text) ?? [];
  if (!key || !effect || qualifiedNameFaults(key).length > 0 || labelValueFaults(value ?? '').length > 0) {
    throw new WorkerStartError(`PODBOX_NODE_TAINTS: "${text}" is not of the form gpu=yes:NoSchedule (or PreferNoSchedule, NoExecute)`);
  }
  return { key, ...(value && { value }), effect };
}
