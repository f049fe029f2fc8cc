/** ghost (the blog): listens on 2368 and answers a page. */
import { errorMessage } from '../kernel/errors.js';
import { now } from '../kernel/kernel.js';
import { RAN } from '../kernel/program.js';
import type { Program } from '../kernel/program.js';
import { SIGINT, SIGTERM } from '../kernel/signals.js';
import { response, httpDate } from '../net/http.js';
import { openListener, stepServer } from '../net/server.js';
import type { Server } from '../net/server.js';
import { flush } from './simple.js';
import { formatTime } from './times.js';

const PORT = 2368;
const PAGE = `<!DOCTYPE html>
<html lang="en">
<head>
    <meta charset="utf-8" />
    <title>Ghost</title>
    <meta name="generator" content="Ghost" />
</head>
<body class="home-template">
    <h1 class="site-title">Ghost</h1>
    <h2 class="site-description">Thoughts, stories and ideas.</h2>
    <article class="post"><h2 class="post-card-title">Welcome to Ghost</h2></article>
</body>
</html>
`;

interface GhostState extends Server {
  pending: [number, string][];
  code: number;
}

export const ghost: Program<GhostState> = {
  catches: (1 << SIGTERM) | (1 << SIGINT),
  init: () => ({ listeners: [], connections: [], pending: [], code: -1 }),
  step(k, p, s) {
    const left = flush(k, p, s.pending);
    if (left !== 0) return left;
    if (s.code >= 0) return s.code;
    const line = (level: string, text: string) => `[${formatTime(now(k), '%Y-%m-%d %H:%M:%S')}] ${level} ${text}\n`;
    if (p.pending) {
      s.pending.push([1, line('WARN', 'Ghost is shutting down')]);
      s.code = 0;
      return RAN;
    }
    if (s.listeners.length === 0) {
      const fd = openListener(k, p, PORT, p.env['server__host']);
      if (fd < 0) {
        s.pending.push([2, line('ERROR', `Ghost was unable to start: listen EADDRINUSE: ${errorMessage(fd)} 0.0.0.0:${PORT}`)]);
        s.code = 1;
        return RAN;
      }
      s.listeners.push(fd);
      s.pending.push([1, line('INFO', 'Ghost is running in production...') + line('INFO', `Your site is now available on http://localhost:${PORT}/`) + line('INFO', 'Ctrl+C to shut down') + line('INFO', 'Ghost boot 1.0s')]);
      return RAN;
    }
    return stepServer(k, p, s, (request) => {
      const found = request.target.split('?')[0] === '/';
      const body = found ? PAGE : '<!DOCTYPE html>\n<html><head><title>404 — Page not found</title></head><body><h1 class="error-code">404</h1></body></html>\n'.replace('—', '-');
      const keep = request.headers['connection']?.toLowerCase() !== 'close';
      const headers = { 'X-Powered-By': 'Express', 'Cache-Control': 'public, max-age=0', 'Content-Type': 'text/html; charset=utf-8', Date: httpDate(now(k)), Connection: keep ? 'keep-alive' : 'close' };
      s.pending.push([1, line('INFO', `"${request.method} ${request.target}" ${found ? 200 : 404} 5ms`)]);
      return { response: response(found ? 200 : 404, headers, body, request.method), keep };
    });
  },
};
