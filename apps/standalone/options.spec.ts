import { describe, expect, it } from '@jest/globals';
import { parseOptions } from './options.js';

const parse = (args: string[], env: NodeJS.ProcessEnv = {}) => parseOptions(args, env, '/project');

describe('the options of npm start', () => {
  it('default to the address that kubectl uses without a kubeconfig', () => {
    expect(parse([])).toEqual({ host: '127.0.0.1', port: 8080, runtime: 'virtual', nodeName: 'podbox-node', dataDir: '/project/.podbox' });
  });

  it('take the command line before the environment', () => {
    const env = { PODBOX_LISTEN: '127.0.0.1:9000', PODBOX_RUNTIME: 'cri', DATABASE_URL: 'postgres://db', REDIS_URL: 'redis://r' };
    expect(parse(['--runtime', 'virtual', '--data=/tmp/x'], env)).toMatchObject({
      port: 9000,
      runtime: 'virtual',
      dataDir: '/tmp/x',
      databaseUrl: 'postgres://db',
      redisUrl: 'redis://r',
    });
  });

  it('leave the worker time to drain its node', () => {
    expect(parse([], { PODBOX_ON_SHUTDOWN: 'drain' }).drainSeconds).toBe(60);
    expect(parse([], { PODBOX_ON_SHUTDOWN: 'drain', PODBOX_DRAIN_SECONDS: '5' }).drainSeconds).toBe(5);
    expect(parse([], { PODBOX_DRAIN_SECONDS: '5' }).drainSeconds).toBeUndefined();
  });

  it.each([
    ['0.0.0.0:8080', /only loopback/],
    ['192.168.1.4:8080', /only loopback/],
    ['example.com:8080', /only loopback/],
    ['127.0.0.1:99999', /HOST:PORT/],
    ['nonsense', /HOST:PORT/],
  ])('refuse to listen on %s', (listen, message) => {
    expect(() => parse(['--listen', listen])).toThrow(message);
  });

  it.each([['localhost:1'], ['[::1]:8080'], ['127.1.2.3:8080'], ['8081']])('accept the loopback address %s', (listen) => {
    expect(parse(['--listen', listen]).port).toBeGreaterThan(0);
  });

  it('say what they know when they are not understood', () => {
    expect(() => parse(['--help-me'])).toThrow('unknown argument "--help-me"; usage: npm start -- [--runtime virtual|cri]');
    expect(() => parse(['--data'])).toThrow('--data wants a value');
  });
});
