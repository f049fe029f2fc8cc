import { describe, expect, it } from '@jest/globals';
import type { ImageFile } from '../../kernel/machine.js';
import { runCommand } from '../../kernel/test-machine.js';

const file = (content: string): ImageFile => ({ type: 'file', mode: 0o644, content });
const MAIN = `events {}
pid /run/nginx.pid;
http {
  types { text/html html; text/plain txt; }
  default_type application/octet-stream;
  include /etc/nginx/conf.d/*.conf;
}
`;

/** Starts nginx with this configuration as /etc/nginx/conf.d/a.conf, then runs the script. */
function run(conf: string, script: string, start = 'nginx') {
  const { stdout, stderr } = runCommand(['sh', '-c', `${start}\n${script}`], {
    env: { NGINX_VERSION: '1.27.1' },
    files: {
      '/etc/nginx/nginx.conf': file(MAIN), '/etc/nginx/conf.d/a.conf': file(conf), '/var/log/nginx': { type: 'dir', mode: 0o755 }, '/srv/index.html': file('home\n'), '/srv/a.txt': file('text\n'), '/srv/sub/index.html': file('sub\n'),
      '/srv/50x.html': file('sorry\n'), '/srv/none/x': file(''),
    },
  });
  return { stdout, stderr };
}

const get = (path: string, options = '') => `curl -s ${options} http://localhost${path}`;

describe('nginx', () => {
  it.each([
    ['serves the index of its root', 'root /srv;', get('/'), 'home\n'],
    ['serves a file with its type', 'root /srv;', `${get('/a.txt', '-i')} | grep -i ^content-type`, 'Content-Type: text/plain\r\n'],
    ['sends folders their slash', 'root /srv;', get('/sub', "-o /dev/null -w '%{http_code}'"), '301'],
    ['looks for the index in folders', 'root /srv;', get('/sub/'), 'sub\n'],
    ['has a page for what is not there', 'root /srv;', `${get('/nope')} | grep h1`, '<center><h1>404 Not Found</h1></center>\r\n'],
    ['forbids a folder without an index', 'root /srv;', get('/none/', "-o /dev/null -w '%{http_code}'"), '403'],
    ['lists a folder when told to', 'root /srv; autoindex on;', `${get('/none/')} | grep -c 'href="x"'`, '1\n'],
    ['returns texts', 'location /hi { return 200 "hello $arg_name from $uri\\n"; }', get('/hi?name=you'), 'hello you from /hi\n'],
    ['returns a redirect', 'location = /old { return 301 /new; }', `${get('/old', '-i')} | grep -i ^location`, 'Location: http://localhost/new\r\n'],
    ['prefers the exact location', 'location / { return 200 any; } location = /x { return 200 exact; }', get('/x'), 'exact'],
    ['prefers the longest prefix', 'location / { return 200 any; } location /a/b { return 200 long; } location /a { return 200 short; }', get('/a/b/c'), 'long'],
    ['asks expressions before prefixes', 'location /a { return 200 prefix; } location ~ \\.php$ { return 200 regex; }', get('/a/x.php'), 'regex'],
    ['leaves expressions out after ^~', 'location ^~ /a { return 200 prefix; } location ~ \\.php$ { return 200 regex; }', get('/a/x.php'), 'prefix'],
    ['gives the groups of an expression', 'location ~ ^/u/(\\w+)$ { return 200 $1; }', get('/u/bob'), 'bob'],
    ['uses an alias', 'location /files/ { alias /srv/; }', get('/files/a.txt'), 'text\n'],
    ['tries files in turn', 'root /srv; location / { try_files $uri /index.html; }', `${get('/a.txt')}; ${get('/nope')}`, 'text\nhome\n'],
    ['tries a named location last', 'root /srv; location / { try_files $uri @app; } location @app { return 200 app; }', get('/nope'), 'app'],
    ['rewrites', 'root /srv; rewrite ^/t/(.*)$ /$1 last; location / { rewrite ^/t/(.*)$ /$1 last; }', get('/t/a.txt'), 'text\n'],
    ['what a server says comes before its locations', 'root /srv; rewrite ^/old/(.*)$ /$1; location = /a.txt { return 200 found; } location / { return 200 other; }', `${get('/old/a.txt')} ${get('/x')}`.replace(' curl', '; curl'), 'foundother'],
    ['returns for the whole server', 'return 301 https://$host$request_uri; location / { return 200 no; }', `${get('/a?b', '-i')} | grep -i ^location`, 'Location: https://localhost/a?b\r\n'],
    ['shows its own error pages', 'root /srv; error_page 404 /50x.html;', get('/nope', "-w '%{http_code}'"), 'sorry\n404'],
    ['adds headers', 'location / { add_header X-Pod $hostname; return 200 ok; }', `${get('/', '-i')} | grep -i ^x-pod`, 'X-Pod: pod\r\n'],
    ['denies', 'location / { deny all; }', get('/', "-o /dev/null -w '%{http_code}'"), '403'],
    ['says 502 when nobody answers', 'location / { proxy_pass http://127.0.0.1:9999; }', get('/', "-o /dev/null -w '%{http_code}'"), '502'],
  ])('%s', (_what, server, script, stdout) => {
    expect(run(`server { listen 80; ${server} }`, script).stdout).toBe(stdout);
  });

  const BACKEND = 'server { listen 81; location / { return 200 "$request_method $request_uri $http_host $http_x_real_ip $request_body"; } } ';
  it.each([
    ['passes requests on', 'location / { proxy_pass http://127.0.0.1:81; }', get('/a?b=c'), 'GET /a?b=c 127.0.0.1:81  '],
    ['replaces the prefix by the URI of proxy_pass', 'location /api/ { proxy_pass http://localhost:81/v1/; }', get('/api/x?q'), 'GET /v1/x?q localhost:81  '],
    ['sets headers', 'location / { proxy_pass http://127.0.0.1:81; proxy_set_header Host $host; proxy_set_header X-Real-IP $remote_addr; }', get('/'), 'GET / localhost 127.0.0.1 '],
    ['passes bodies on', 'location / { proxy_pass http://127.0.0.1:81; }', get('/', '-d a=b'), 'POST / 127.0.0.1:81  a=b'],
    ['uses the servers of an upstream that answer', 'location / { proxy_pass http://app; }', `${get('/')}; ${get('/')}`, 'GET / app  GET / app  '],
  ])('%s', (_what, server, script, stdout) => {
    expect(run(`upstream app { server 127.0.0.1:9999; server 127.0.0.1:81; } ${BACKEND} server { listen 80; ${server} }`, script).stdout).toBe(stdout);
  });

  it.each([
    ['exact keys, whatever their case', 'map $arg_k $v { default none; a A; "b c" BC; }', 'k=a', 'A'],
    ['the default', 'map $arg_k $v { default none; a A; }', 'k=z', 'none'],
    ['nothing without one', 'map $arg_k $v { a A; }', 'k=z', ''],
    ['patterns in the order of the file', 'map $uri$arg_k $v { ~^/x first; ~*^/.*Z$ second; default none; }', 'k=z', 'second'],
    ['exact keys before patterns', 'map $arg_k $v { ~a pattern; a exact; }', 'k=a', 'exact'],
    ['names with a star', 'map $host $v { hostnames; *.test any; default none; }', '', 'any'],
    ['other maps', 'map $arg_k $w { a one; } map $w $v { one two; }', 'k=a', 'two'],
    ['no end where it leads to itself', 'map $w $v { default "[$w]"; } map $v $w { default "<$v>"; }', '', '[<>]'],
  ])('map: %s', (_what, map, query, stdout) => {
    expect(run(`${map} server { listen 80; location / { return 200 "$v"; } }`, get(`/?${query}`, "-H 'Host: a.test'").replace('?k', '?k').replace(/(http\S+)/, "'$1'")).stdout).toBe(stdout);
  });

  it('chooses the server by name, and the default server for any other', () => {
    const conf = ['a', 'b default_server', 'c'].map((name) => `server { listen 80${name.includes('default') ? ' default_server' : ''}; server_name ${name[0]}.test; return 200 ${name[0]}; }`).join('\n');
    expect(run(conf, ['a', 'c', 'z'].map((name) => get('/', `-H 'Host: ${name}.test'`)).join('\n')).stdout).toBe('acb');
  });

  it('reloads: the new configuration answers, on new ports too, and the old worker ends', () => {
    const write = `echo 'server { listen 80; return 200 new; } server { listen 8080; return 200 more; }' > /etc/nginx/conf.d/a.conf`;
    const script = [get('/'), write, 'nginx -s reload 2>/dev/null', 'sleep 1', get('/'), 'curl -s localhost:8080', 'ps | grep -c "worker proces[s]"'].join('\n');
    expect(run('server { listen 80; return 200 old; }', script).stdout).toBe('oldnewmore1\n');
  });

  it('keeps the old configuration where the new one is wrong', () => {
    const { stdout, stderr } = run('server { return 200 old; }', `echo 'server { listen 80' > /etc/nginx/conf.d/a.conf; nginx -t; nginx -s reload; echo $?; kill -HUP $(cat /run/nginx.pid); sleep 1; ${get('/')}`);
    expect(stdout).toBe('1\nold');
    expect(stderr).toContain('nginx: [emerg] unexpected end of file, expecting ";" or "}" in /etc/nginx/conf.d/a.conf:2\nnginx: configuration file /etc/nginx/nginx.conf test failed\n');
  });

  it('logs what it was asked, and why it failed', () => {
    const { stdout } = run('server { listen 80; server_name web; root /srv; }', `${get('/nope')} >/dev/null; tail -1 /var/log/nginx/access.log; tail -1 /var/log/nginx/error.log`);
    expect(stdout).toMatch(/^127\.0\.0\.1 - - \[01\/Jan\/2025:00:00:\d\d \+0000\] "GET \/nope HTTP\/1\.1" 404 \d+ "-" "curl\/8\.5\.0"\n/);
    expect(stdout).toMatch(/\[error\] \d+#\d+: \*1 open\(\) "\/srv\/nope" failed \(2: No such file or directory\), client: 127\.0\.0\.1, server: web, request: "GET \/nope HTTP\/1\.1", host: "localhost"\n$/);
  });

  it('stops on a signal, gracefully or at once', () => {
    expect(run('server { return 200 x; }', 'nginx -s quit 2>/dev/null; sleep 1; ps | grep -c "worker proces[s]"').stdout).toBe('0\n');
  });

  it.each([
    ['unknown directive "foo" in /etc/nginx/conf.d/a.conf:1', 'server { foo bar; }'],
    ['"if" is not in the virtual nginx in /etc/nginx/conf.d/a.conf:2', 'server {\nif ($host = a) { return 403; }\n}'],
    ['the "ssl" parameter of "listen": TLS is not in the virtual nginx in /etc/nginx/conf.d/a.conf:1', 'server { listen 443 ssl; }'],
    ['"ssl_certificate": TLS is not in the virtual nginx in /etc/nginx/conf.d/a.conf:1', 'server { ssl_certificate /a; }'],
    ['invalid number of the map parameters in /etc/nginx/conf.d/a.conf:1', 'map $uri $x { a; }'],
    ['invalid variable name "x" in /etc/nginx/conf.d/a.conf:1', 'map $uri x { a b; }'],
    ['unexpected "}" in /etc/nginx/conf.d/a.conf:2', 'server {\nlisten 80 }'],
    ['"location" directive is not allowed here in /etc/nginx/conf.d/a.conf:1', 'location / { }'],
    ['a duplicate default server for 0.0.0.0:80 in /etc/nginx/conf.d/a.conf:2', 'server { listen 80 default_server; }\nserver { listen 80 default_server; }'],
    ['host not found in upstream "nosuch" in /etc/nginx/conf.d/a.conf:1', 'server { location / { proxy_pass http://nosuch; } }'],
    ['invalid number of arguments in "root" directive in /etc/nginx/conf.d/a.conf:1', 'server { root; }'],
  ])('finds the mistake: %s', (message, conf) => {
    expect(run(conf, 'nginx -t', 'true').stderr).toContain(`nginx: [emerg] ${message}\nnginx: configuration file /etc/nginx/nginx.conf test failed\n`);
  });

  it('finds a good configuration good', () => {
    expect(run('server { listen 80; }', 'nginx -t', 'true').stderr).toBe('nginx: the configuration file /etc/nginx/nginx.conf syntax is ok\nnginx: configuration file /etc/nginx/nginx.conf test is successful\n');
  });

  it('gives up where its port is taken, after five tries', () => {
    const { stderr } = run('server { listen 80; }', 'nginx; echo', 'nginx');
    expect(stderr.match(/nginx: \[emerg\] bind\(\) to 0\.0\.0\.0:80 failed \(98: Address already in use\)/g)).toHaveLength(5);
    expect(stderr).toContain('nginx: [emerg] still could not bind()');
  });
});
