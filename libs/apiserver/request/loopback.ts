/**
 * A service on loopback is within reach of every page that a browser on this machine shows: by DNS rebinding (Host names somebody else), or
 * by a plain cross-site request (Origin is somebody else). Both are told by the headers. Decides for requests and upgrades alike.
 */
import { refused } from '../errors/status.js';
import type { Status } from '../types.js';

export interface Addressed {
  host: string | undefined;
  origin: string | undefined;
  /** The port that the request came in on. */
  port: number;
}

const HOST = /^(localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::(\d{1,5}))?$/i;

/** Why the request is refused (403); undefined: it is not. */
export function loopbackRefusal({ host, origin, port }: Addressed): Status | undefined {
  if (host === undefined || !isOwnHost(host, port)) {
    return refused(
      `the Host header ${JSON.stringify(host ?? '')} is not this server: call it by localhost, 127.0.0.1 or [::1], with port ${port} or none`,
    ).status;
  }
  if (origin !== undefined && origin.toLowerCase() !== `http://${host.toLowerCase()}`) {
    return refused(`the Origin header ${JSON.stringify(origin)} is another site's: requests from pages are taken from http://${host} only`).status;
  }
  return undefined;
}

function isOwnHost(host: string, port: number): boolean {
  const match = HOST.exec(host);
  return match !== null && (match[2] === undefined || Number(match[2]) === port);
}

/** Whether an address to listen on is this machine's alone. */
export const isLoopback = (address: string): boolean => HOST.test(address.includes(':') && !address.startsWith('[') ? `[${address}]` : address);
