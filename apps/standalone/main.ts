import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SystemClock } from '#clock';
import { parseOptions } from './options.js';
import { StandaloneService } from './service.js';

const root = dirname(fileURLToPath(new URL('../../../package.json', import.meta.url)));
const print = (line: string) => console.log(line);

async function main(): Promise<void> {
  const options = parseOptions(process.argv.slice(2), process.env, root);
  const service = new StandaloneService(options, new SystemClock(), print);
  const stop = () => {
    print('podbox: stopping ...');
    void service.stop().then(() => {
      print('podbox: stopped; the data stays in ' + options.dataDir);
      if (options.runtime === 'cri') print(`podbox: containerd and its containers go on; to end them: npm run containerd -- stop ${join(options.dataDir, 'containerd')}`);
      process.exit(0);
    });
  };
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  // Ctrl-C reaches npm and us, and npm passes it on: the second one must not end us in the middle of stopping.
  process.on('SIGINT', () => undefined);
  await service.start();
  const server = `http://${options.host}:${options.port}`;
  const kubectl = options.port === 8080 ? 'kubectl' : `kubectl --server ${server}`;
  print(`
Podbox is ready on ${server}: one node, ${options.nodeName}, with the ${options.runtime} runtime. In another terminal:
  ${kubectl} create -f examples/myapp.yaml       submit a pod; it waits for two Services
  ${kubectl} get pods -w                         watch it come up, once: ${kubectl} create -f examples/services.yaml
  ${server}/graphql                  the same over GraphQL`);
}

main().catch((error: Error) => {
  console.error(`podbox: ${error.message}`);
  process.exit(1);
});
