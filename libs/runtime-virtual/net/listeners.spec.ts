import { describe, expect, it } from '@jest/globals';
import { runCommand } from '../kernel/test-machine.js';

const run = (script: string) => {
  const { stdout, stderr } = runCommand(['sh', '-c', script]);
  return stdout + stderr;
};
const OWN = '10.1.0.5';
const page = 'mkdir /www; echo page > /www/index.html; httpd -h /www -p';
const get = (where: string) => `wget -qO- http://${where}/ 2>&1`;
const redis = 'redis-server --bind 127.0.0.1 > /dev/null & sleep 1;';
const nginx = (servers: string) => `mkdir -p /etc/nginx /run /var/log/nginx; echo 'events {} http { access_log off; error_log stderr; ${servers} }' > /etc/nginx/nginx.conf; nginx 2>&1; sleep 1;`;

describe('A listener', () => {
  it.each([
    ['at no address answers at all of them', `${page} 80; ${get('localhost')}; ${get(OWN)}; ${get('127.0.0.9')}`, 'page\npage\npage\n'],
    ['at 127.0.0.1 answers there alone', `${page} 127.0.0.1:80; ${get('localhost')}; ${get(OWN)}`, `page\nwget: can't connect to remote host (${OWN}): Connection refused\n`],
    ['at a name answers at its address', `${page} localhost:80; ${get('127.0.0.1')}; ${get('127.0.0.2')}`, "page\nwget: can't connect to remote host (127.0.0.2): Connection refused\n"],
    ['at the pod\'s address is not at localhost', `${page} ${OWN}:80; ${get(OWN)}; ${get('localhost')}`, "page\nwget: can't connect to remote host (127.0.0.1): Connection refused\n"],
    ['nc -s binds where it is told', `nc -l -s 127.0.0.1 -p 9 -e echo hello & sleep 1; nc ${OWN} 9 2>&1 </dev/null; nc 127.0.0.1 9 </dev/null`, `nc: can't connect to remote host (${OWN}): Connection refused\nhello\n`],
    ['is refused an address that is not the sandbox\'s', 'httpd -p 10.9.9.9:80; echo $?', '1\nhttpd: bind: Cannot assign requested address\n'],
    ['has its address in netstat and ss', `${page} 127.0.0.1:81; ${page.slice(11)} 82; netstat -ntl | tail -n +3; ss -Hntl`, /^tcp +0 +0 127\.0\.0\.1:81 +0\.0\.0\.0:\* +LISTEN *\ntcp +0 +0 0\.0\.0\.0:82 +0\.0\.0\.0:\* +LISTEN *\nLISTEN +0 +128 +127\.0\.0\.1:81 [^\n]*\nLISTEN +0 +128 +0\.0\.0\.0:82 /],
    ['is in /proc/net/tcp', `${page} 127.0.0.1:8080; tail -n +2 /proc/net/tcp; tail -n +2 /proc/self/net/tcp6`, /^ {3}0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000 {5}0 {8}0 \d+ 1 0000000000000000 100 0 0 10 0\n$/],
    ['and what it serves is there, with both ends', 'nc -l -p 9 -e sleep 5 & sleep 1; (sleep 5) | nc 127.0.0.1 9 & sleep 1; cut -c7-36 /proc/net/tcp | tail -n +2 | sort | sed "s/:80[0-9A-F][0-9A-F]/:PORT/"; kill $!', '0100007F:0009 0100007F:PORT 01\n0100007F:PORT 0100007F:0009 01\n'],
    ['is told by netstat, ss, and the descriptors of its process alike', `${page} 127.0.0.1:8080; netstat -tlnp | tail -1; ss -tlnpH; i=$(awk 'NR==2{print $10}' /proc/net/tcp); ls -l /proc/$(pidof httpd)/fd | grep -c "socket:.$i."`, /127\.0\.0\.1:8080 +0\.0\.0\.0:\* +LISTEN +(\d+)\/httpd\n.*127\.0\.0\.1:8080 .*\(\("httpd",pid=\1,fd=\d\)\)\n1\n$/],
    ['redis --bind', `${redis} redis-cli ping; redis-cli -h ${OWN} ping`, /^PONG\n[^]*Connection refused/],
    ['redis by its configuration file', `printf 'port 7000\\nbind 127.0.0.1 -::1\\n# more\\n' > /r.conf; redis-server /r.conf > /dev/null & sleep 1; netstat -ntl | grep -o '[0-9.]*:7000'`, '127.0.0.1:7000\n'],
    ['nginx: listen 127.0.0.1:80', `${nginx('server { listen 127.0.0.1:80; return 200 hi; }')} ${get('localhost')}; ${get(OWN)}`, `hiwget: can't connect to remote host (${OWN}): Connection refused\n`],
    ['nginx: a server of the very address goes first', `${nginx('server { listen 80; return 200 any; } server { listen 127.0.0.1:80; return 200 own; }')} ${get('localhost')}; ${get(OWN)}; netstat -ntl | grep -c :80`, 'ownany1\n'],
    ['nginx: the same in IPv6\'s words is the same here', `${nginx('server { listen 80; listen [::]:80; return 200 hi; }')} ${get('localhost')}`, 'hi'],
    ['nginx: an address that is not the sandbox\'s', nginx('server { listen 10.9.9.9:80; }'), /bind\(\) to 10\.9\.9\.9:80 failed \(99: Cannot assign requested address\)/],
    ['nginx: a name that there is not', nginx('server { listen nosuch:80; }'), /host not found in "nosuch:80" of the "listen" directive in \/etc\/nginx\/nginx\.conf:1/],
  ])('%s', (_, script, expected) => {
    const said = run(script);
    if (typeof expected === 'string') expect(said).toBe(expected);
    else expect(said).toMatch(expected);
  });

  it.each([
    ['127.0.0.1:80', '127.0.0.1:80', true],
    ['80', '127.0.0.1:80', true],
    ['127.0.0.1:80', '80', true],
    [`${OWN}:80`, '80', true],
    ['127.0.0.1:80', `${OWN}:80`, false],
    ['127.0.0.1:80', '127.0.0.2:80', false],
    ['80', '81', false],
  ])('at %s and one at %s exclude each other: %s', (first, second, conflict) => {
    expect(run(`httpd -p ${first}; httpd -p ${second}`)).toBe(conflict ? 'httpd: bind: Address already in use\n' : '');
  });

  it('that has ended leaves its address free', () => {
    expect(run('httpd -p 80; killall httpd; sleep 1; httpd -p 127.0.0.1:80; netstat -ntl | grep -o "[0-9.]*:80"')).toBe('127.0.0.1:80\n');
  });
});
