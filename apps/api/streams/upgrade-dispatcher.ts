import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { failureStatus, refuseUpgrade } from '#streams';

export type UpgradeHandler = (request: IncomingMessage, socket: Duplex, head: Buffer) => void | Promise<void>;
/** The Status with which a request is refused before anything looks at its path; undefined: it is not. */
export type UpgradeGuard = (request: IncomingMessage) => { code?: number } | undefined;

/**
 * The one listener for the server's upgrade requests (exec, attach, graphql-ws share it). Every request is answered: what nobody takes
 * gets 404 at once. (With no answer, or with two listeners that answer, clients hang or break.)
 */
export class UpgradeDispatcher {
  private readonly routes: { takes: (path: string) => boolean; handle: UpgradeHandler }[] = [];
  private readonly open = new Set<Duplex>();

  constructor(
    private readonly guard: UpgradeGuard,
    private readonly report: (error: unknown) => void,
  ) {}

  /** `takes` sees the path without its query. The first route that takes a request handles it. */
  route(takes: (path: string) => boolean, handle: UpgradeHandler): void {
    this.routes.push({ takes, handle });
  }

  attach(server: Server): void {
    server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      this.open.add(socket);
      socket.once('close', () => this.open.delete(socket));
      // Who handles the connection sees its 'close'; without a listener an error would end the process.
      socket.on('error', () => socket.destroy());
      this.dispatch(request, socket, head).catch((error: unknown) => {
        this.report(error);
        refuseUpgrade(socket, failureStatus(500, 'InternalError', `Internal error occurred: ${error instanceof Error ? error.message : String(error)}`));
      });
    });
  }

  /** Ends what is still open: a server does not count upgraded connections as its own. */
  close(): void {
    for (const socket of this.open) socket.destroy();
  }

  private async dispatch(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const refusal = this.guard(request);
    if (refusal) return refuseUpgrade(socket, refusal);
    const path = (request.url ?? '').split('?', 1)[0]!;
    const route = this.routes.find(({ takes }) => takes(path));
    if (!route) return refuseUpgrade(socket, failureStatus(404, 'NotFound', `the server could not find the requested resource: nothing at ${path} can be upgraded to`));
    await route.handle(request, socket, head);
  }
}
