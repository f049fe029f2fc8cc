import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { chooseAttempt, logPath, loggedAttempts, mayWrite } from './find-log.js';
import { readLog } from './read-log.js';
import type { StreamingRequest } from './request.js';
import type { StreamingPod, StreamingServerOptions } from './types.js';

type LogRequest = Extract<StreamingRequest, { type: 'log' }>;

/** Answers /containerLogs/..: the selected part of a log as text, and what follows it. */
export async function serveLog(request: LogRequest, pod: StreamingPod, server: StreamingServerOptions, response: ServerResponse<IncomingMessage>): Promise<void> {
  const { container } = request;
  const list = () => server.runtime.listContainers({ podUid: pod.uid });
  const attempt = chooseAttempt(request, await list(), await loggedAttempts(pod.logDirectory, container));
  if (attempt === undefined) {
    response.writeHead(400, { 'Content-Type': 'text/plain' });
    response.end(`previous terminated container "${container}" in pod "${request.pod}" not found`);
    return;
  }
  const since = request.sinceSeconds === undefined ? request.options.since : pod.clock.now() - request.sinceSeconds * 1000;
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  response.writeHead(200, { 'Content-Type': 'text/plain' });
  // A follower of a silent container must know at once that it is connected.
  response.flushHeaders();
  const source = { path: logPath(pod.logDirectory, container, attempt), running: async () => mayWrite(await list(), container, attempt) };
  const text = readLog(source, { ...request.options, since }, server.clock, gone.signal);
  try {
    await pipeline(Readable.from(text, { objectMode: false }), response);
  } catch (error) {
    // The client going away in the middle is how a followed log usually ends.
    if (!gone.signal.aborted) throw error;
  }
}
