/** What this machine is called. Each is '' where the machine does not say. */
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';

export interface MachineIds {
  machineID: string;
  systemUUID: string;
  bootID: string;
}

/** Virtual containers live in this process: its start is their machine's. */
export function machineIds(runtimeName: string): MachineIds {
  return {
    machineID: firstLine('/etc/machine-id'),
    systemUUID: firstLine('/sys/class/dmi/id/product_uuid'),
    bootID: runtimeName === 'virtual' ? randomUUID() : firstLine('/proc/sys/kernel/random/boot_id'),
  };
}

function firstLine(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    return ''; // Not every system has it, and not everybody may read it.
  }
}
