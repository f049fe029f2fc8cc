import { describe, expect, it } from '@jest/globals';
import type { ServiceEntry } from '#runtime';
import { createMachine } from '../kernel/create-machine.js';
import { collect, exited, runUntil, START, TEST_IMAGE, testSandbox } from '../kernel/test-machine.js';

const services: ServiceEntry[] = [
  { namespace: 'default', name: 'web', ip: '10.96.0.20', ports: [{ name: 'http', protocol: 'TCP', port: 80, targets: [{ ip: '10.1.0.7', port: 8080 }] }, { name: 'dns', protocol: 'UDP', port: 53, targets: [] }] },
  { namespace: 'default', name: 'db', ip: 'None', ports: [{ name: 'pg', protocol: 'TCP', port: 5432, targets: [{ ip: '10.1.0.8', port: 5432 }, { ip: '10.1.0.9', port: 5432 }] }] },
  { namespace: 'default', name: 'out', ip: '', externalName: 'web.default.svc.cluster.local', ports: [] },
];
const DOMAIN = 'default.svc.cluster.local';

function run(script: string): string {
  const machine = createMachine({ seed: 1 });
  machine.addImage(TEST_IMAGE);
  machine.setServices(services);
  machine.addSandbox(testSandbox('pod'));
  machine.run(START, 0);
  machine.startContainer({ id: 'main', sandboxId: 'pod', name: 'main', imageId: 'busybox', argv: ['sh', '-c', script], env: {}, workingDir: '', mounts: [], uid: 0, gid: 0, tty: false, stdin: false, readonlyRootfs: false });
  const { stdout, stderr } = collect(runUntil(machine, exited('main')), 'main');
  return stdout + stderr;
}

describe('Asking the DNS', () => {
  it.each([
    ['dig +short', `dig +short web.${DOMAIN}`, '10.96.0.20\n'],
    ['dig +short with the search list', 'dig +short +search web; dig +short web', '10.96.0.20\n'],
    ['dig +short of a headless Service', `dig +short db.${DOMAIN}`, '10.1.0.8\n10.1.0.9\n'],
    ['dig SRV of a port', `dig +short SRV _http._tcp.web.${DOMAIN}; dig +short _dns._udp.web.${DOMAIN} srv`, `0 100 80 web.${DOMAIN}.\n0 100 53 web.${DOMAIN}.\n`],
    ['dig SRV of a headless Service', `dig +short -t srv _pg._tcp.db.${DOMAIN}`, `0 50 5432 10-1-0-8.db.${DOMAIN}.\n0 50 5432 10-1-0-9.db.${DOMAIN}.\n`],
    ['dig -x', 'dig +short -x 10.96.0.20; dig +short -x 10.1.0.8; dig +short -x 10.9.9.9', `web.${DOMAIN}.\n10-1-0-8.db.${DOMAIN}.\n`],
    ['dig of an alias', `dig +short out.${DOMAIN}`, `web.${DOMAIN}.\n10.96.0.20\n`],
    ['dig +noall +answer', `dig +noall +answer web.${DOMAIN} SRV`, `web.${DOMAIN}.\t30\tIN\tSRV\t0 50 80 web.${DOMAIN}.\nweb.${DOMAIN}.\t30\tIN\tSRV\t0 50 53 web.${DOMAIN}.\n`],
    ['dig tells what it asked, and of what is not there', `dig nope.${DOMAIN} | grep -E "status|^;nope"`, `;; ->>HEADER<<- opcode: QUERY, status: NXDOMAIN, id: 1\n;nope.${DOMAIN}.\t\tIN\tA\n`],
    ['dig of a type that the name has not', `dig TXT web.${DOMAIN} | grep -o "status: [A-Z]*"`, 'status: NOERROR\n'],
    ['nslookup -type=srv', `nslookup -type=srv _http._tcp.web.${DOMAIN} | tail -n +4`, `_http._tcp.web.${DOMAIN}\tservice = 0 100 80 web.${DOMAIN}\n\n`],
    ['nslookup -type=srv with the search list', 'nslookup -q=SRV _http._tcp.web | tail -n +4', `_http._tcp.web.${DOMAIN}\tservice = 0 100 80 web.${DOMAIN}\n\n`],
    ['nslookup -type=ptr, and of an address', 'nslookup -type=ptr 20.0.96.10.in-addr.arpa | tail -n +4; nslookup 10.96.0.20 | tail -n +4', `20.0.96.10.in-addr.arpa\tname = web.${DOMAIN}\n\n20.0.96.10.in-addr.arpa\tname = web.${DOMAIN}\n\n`],
    ['nslookup -type of what is not there', 'nslookup -type=srv _x._tcp.web | tail -n +4; nslookup -type=q web', '** server can\'t find _x._tcp.web: NXDOMAIN\n\nnslookup: invalid query type "Q"\n'],
  ])('%s', (_, script, expected) => expect(run(script)).toBe(expected));
});
