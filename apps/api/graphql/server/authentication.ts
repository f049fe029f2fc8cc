/**
 * Who a request comes from. This is the one place where clients will be told apart once there are tokens: HTTP requests and event streams come here with
 * their headers, websockets at connection_init with its payload too. Today whoever reaches the loopback address (security/loopback-guard.ts) may do everything.
 */
import type { IncomingHttpHeaders } from 'node:http';

export interface Credentials {
  headers: IncomingHttpHeaders;
  /** connection_init's payload. */
  connectionParams?: Record<string, unknown>;
}

export interface Caller {
  name: string;
  /** The program, as it says. */
  userAgent?: string;
}

const ANONYMOUS = 'system:anonymous';

/** undefined: not admitted (HTTP: 401; a websocket is closed with 4403). */
export const authenticate = ({ headers }: Credentials): Caller | undefined => ({ name: ANONYMOUS, userAgent: headers['user-agent'] });
