import { describe, expect, it } from '@jest/globals';
import { runCommand } from '../kernel/test-machine.js';

/** What Debian's busybox lacks, or says of its own machine: the rest is compared with it in fidelity/cases/applets.yaml. */
const run = (script: string) => {
  const { stdout, stderr } = runCommand(['sh', '-c', script]);
  return stdout + stderr;
};
const ZIP = 'UEsDBBQAAAAAAIMYIlgAAAAAAAAAAAAAAAACAAAAZC9QSwMEFAAAAAgAgxgiWC/6+EgLAAAAeAAAAAcAAABkL2EudHh0y0jNyclXyKA7CQBQSwMEFAAAAAAAgxgiWND5FTkGAAAABgAAAAUAAABiLnR4dHBsYWluClBLAwQUAAAAAACDGCJYgxbcjAEAAAABAAAABwAAAC4uL2V2aWx4UEsBAhQDFAAAAAAAgxgiWAAAAAAAAAAAAAAAAAIAAAAAAAAAAAAAAKQBAAAAAGQvUEsBAhQDFAAAAAgAgxgiWC/6+EgLAAAAeAAAAAcAAAAAAAAAAAAAAKQBIAAAAGQvYS50eHRQSwECFAMUAAAAAACDGCJY0PkVOQYAAAAGAAAABQAAAAAAAAAAAAAApAFQAAAAYi50eHRQSwECFAMUAAAAAACDGCJYgxbcjAEAAAABAAAABwAAAAAAAAAAAAAApAF5AAAALi4vZXZpbFBLBQYAAAAABAAEAM0AAACfAAAAAAA=';
const zip = `cd /tmp; echo ${ZIP} | base64 -d > z.zip;`;

describe('Applets', () => {
  it.each([
    ['comm', 'seq 3 > a; seq 2 4 | comm a -', '1\n\t\t2\n\t\t3\n\t4\n'],
    ['fold', 'echo abcdefgh | fold -w 3', 'abc\ndef\ngh\n'],
    ['cksum', 'printf abc | cksum', '1219131554 3\n'],
    ['sum', 'printf abc | sum; printf abc | sum -s', '16556     1\n294 1\n'],
    ['split by lines', 'seq 5 | split -l 2; cat xaa; echo -; cat xac; ls x*', '1\n2\n-\n5\nxaa\nxab\nxac\n'],
    ['split by bytes', 'printf abcdef > f; split -b 4 -a 1 f p.; cat p.a; echo; cat p.b', 'abcd\nef'],
    ['install', 'echo x > f; install -D -m 600 f a/b/c; stat -c "%a %n" a/b/c; install -d -m 700 d e; stat -c "%a" d e; install f d; cat d/f; stat -c %a d/f', '600 a/b/c\n700\n700\nx\n755\n'],
    ['hd', 'printf abc | hd', '00000000  61 62 63                                          |abc|\n00000003\n'],
    ['unzip', `${zip} unzip z.zip; cat b.txt; wc -c < d/a.txt; ls /evil 2>&1; cat evil`, 'Archive:  z.zip\n   creating: d/\n  inflating: d/a.txt\n  inflating: b.txt\n  inflating: evil\nplain\n120\nls: /evil: No such file or directory\nx'],
    ['unzip -l, -p, -d, names', `${zip} unzip -l z; unzip -p z.zip b.txt; unzip -q z.zip 'd/*' -d out; ls out/d; unzip -q z.zip b.txt -d out; unzip -q z.zip b.txt -d out`, /120 {2}01-02-2024 03:04 {3}d\/a\.txt\n[^]*127 {21}4 files\nplain\na\.txt\nunzip: out\/b\.txt: File exists/],
    ['unzip of what is none', 'echo no > f; unzip f; echo $?', '1\nunzip: invalid zip magic\n'.replace(/^/, 'Archive:  f\n')],
    ['vi says what to do instead', 'vi x; echo $?', /^1\nvi: the virtual runtime has no screen editor: [^\n]*\n$/],
    ['busybox --list', 'busybox --list | grep -cE "^(diff|od|dd|vi|nc)$"', '5\n'],
    ['ip addr', 'ip addr show eth0; ip -4 -o a s lo', '2: eth0@if3: <BROADCAST,MULTICAST,UP,LOWER_UP,M-DOWN> mtu 1500 qdisc noqueue \n    link/ether 0a:58:0a:01:00:05 brd ff:ff:ff:ff:ff:ff\n    inet 10.1.0.5/24 brd 10.1.0.255 scope global eth0\n       valid_lft forever preferred_lft forever\n1: lo    inet 127.0.0.1/8 scope host lo\\       valid_lft forever preferred_lft forever\n'],
    ['ip route', 'ip route; ip r get 10.1.0.9; ip route get 8.8.8.8', 'default via 10.1.0.1 dev eth0 \n10.1.0.0/24 dev eth0 scope link  src 10.1.0.5 \n10.1.0.9 dev eth0  src 10.1.0.5 \n8.8.8.8 via 10.1.0.1 dev eth0  src 10.1.0.5 \n'],
    ['ip may change nothing', 'ip addr add 10.0.0.1/8 dev eth0; echo $?; ip nosuch >/dev/null 2>&1; echo $?; ip addr show eth9', "2\n1\nip: RTNETLINK answers: Operation not permitted\nip: can't find device 'eth9'\n"],
    ['ifconfig', 'ifconfig eth0 | head -2; ifconfig | grep -c Link; ifconfig eth0 down', 'eth0      Link encap:Ethernet  HWaddr 0A:58:0A:01:00:05  \n          inet addr:10.1.0.5  Bcast:10.1.0.255  Mask:255.255.255.0\n2\nifconfig: SIOCSIFFLAGS: Operation not permitted\n'],
    ['route', 'route -n | tail -2; netstat -rn | tail -1; route del default', '0.0.0.0         10.1.0.1        0.0.0.0         UG    0      0        0 eth0\n10.1.0.0        0.0.0.0         255.255.255.0   U     0      0        0 eth0\n10.1.0.0        0.0.0.0         255.255.255.0   U     0      0        0 eth0\nroute: SIOCDELRT: Operation not permitted\n'],
    ['telnet', 'nc -l -p 99 -e echo hello & sleep 1; telnet localhost 99 < /dev/null; telnet localhost 98; echo $?', "Connected to 127.0.0.1\n\nEntering character mode\nEscape character is '^]'.\n\nhello\n1\ntelnet: can't connect to remote host (127.0.0.1): Connection refused\n"],
    ['nc -u is refused', 'nc -u localhost 53; echo $?', '1\nnc: UDP is not in the virtual runtime: its sockets are TCP\n'],
    ['bc ends what has no end', 'echo "while(1) 2^2000" | bc > /tmp/o; echo $?; echo "while(1) x=l(7)" | bc -l; echo "9^9^9" | bc; echo "define f(n) { return f(n+1); } f(1)" | bc', '1\nbc: too much work: the virtual bc ends what takes long\nbc: too much work: the virtual bc ends what takes long\nbc: number too long\nbc: bad statement terminator at \'f\'\n'],
    ['arp', 'arp -an; cat /proc/net/arp | tail -1', '? (10.1.0.1) at 0a:58:0a:01:00:01 [ether]  on eth0\n10.1.0.1         0x1         0x2         0a:58:0a:01:00:01     *        eth0\n'],
    ['/proc/net/route', "awk 'NR>1{print $1,$2,$3,$8}' /proc/net/route; grep -c eth0 /proc/net/dev", 'eth0 00000000 0100010A 00000000\neth0 0000010A 00000000 00FFFFFF\n1\n'],
    ['a pipe that has a name waits for its other end', 'mkfifo /tmp/p; (sleep 100; echo late > /tmp/p) & cat /tmp/p; mkfifo /tmp/q; (timeout 5 cat /tmp/q; echo $?; timeout 5 sh -c "echo x > /tmp/q"; echo $?) 2>/dev/null', 'late\n143\n143\n'],
  ])('%s', (_, script, expected) => {
    const said = run(script);
    if (typeof expected === 'string') expect(said).toBe(expected);
    else expect(said).toMatch(expected);
  });
});
