/** The registry: programs by name. An image's file of type "program" names one of these. */
import type { Program } from '../kernel/program.js';
import { sh } from '../shell/program.js';
import { chgrp, chmod, chown, statFiles, touch, truncate } from './attributes.js';
import { awk } from './awk/awk.js';
import { bc } from './bc.js';
import { busybox } from './busybox.js';
import { cat } from './cat.js';
import { base64, checksum } from './checksums.js';
import { cksum, crc, expand, factor, lineEnds, split, strings, sum, unexpand } from './bytes.js';
import { cmp, comm, paste, shuf } from './compare.js';
import { cp, install, mv } from './copy.js';
import { curl } from './curl.js';
import { cut } from './cut.js';
import { date } from './date.js';
import { dd } from './dd.js';
import { diff } from './diff.js';
import { dig } from './dig.js';
import { df, du, mount, umount } from './disk.js';
import { hexdump, od, xxd } from './dumps.js';
import { echo } from './echo.js';
import { env, nice, nohup, setsid } from './env.js';
import { expr } from './expr.js';
import { find } from './find.js';
import { mkdir, mktemp, rmdir } from './folders.js';
import { ghost } from './ghost.js';
import { git } from './git.js';
import { grep } from './grep.js';
import { gzipProgram } from './gzip.js';
import { head } from './head.js';
import { httpd } from './httpd.js';
import { arp, ifconfig, ip, route } from './interfaces.js';
import { node, psql, python } from './interpreters.js';
import { fold, nl, rev, tac } from './lines-of-text.js';
import { link, ln, mkfifo, unlink } from './links.js';
import { ls } from './ls.js';
import { basename, dirname, readlink, realpath } from './names.js';
import { nc } from './nc.js';
import { netstat } from './netstat.js';
import { nginx } from './nginx/nginx.js';
import { nginxWorker } from "./nginx/worker.js";
import { nslookup, oldNslookup } from './nslookup.js';
import { pause } from './pause.js';
import { ping } from './ping.js';
import { printf } from './printf.js';
import { kill, killall, pgrep, pidof, pkill, ps } from './ps.js';
import { rm } from './rm.js';
import { arch, clear, editor } from './screens.js';
import { sed } from './sed/sed.js';
import { seq } from './seq.js';
import { pgIsReady } from './servers/pg-isready.js';
import { postgres } from './servers/postgres.js';
import { redisCli } from './servers/redis-cli.js';
import { redisServer } from './servers/redis.js';
import { simple } from './simple.js';
import type { Run } from './simple.js';
import { sleep, usleep } from './sleep.js';
import { sort } from './sort.js';
import { ss } from './ss.js';
import { stty } from './stty.js';
import { tail } from './tail.js';
import { tar } from './tar/tar.js';
import { tee } from './tee.js';
import { test } from './test.js';
import { time, timeout, watch } from './timeout.js';
import { free, top, uptime } from './top.js';
import { tr } from './tr.js';
import { uniq } from './uniq.js';
import { unzip } from './unzip.js';
import { wc } from './wc.js';
import { wget } from './wget.js';
import { groups, hostname, id, nproc, printenv, pwd, tty, uname, which, whoami } from './whoami.js';
import { xargs } from './xargs.js';
import { yes } from './yes.js';

const ONE_STEP: Record<string, Run> = {
  arch, arp, basename, chgrp, chmod, chown, clear, cp, date, df, dig, dirname, du, echo, expr, free, groups, hostname, id, ifconfig, install, ip, kill, killall, link, ln, ls, mkdir, mkfifo, mktemp, mount, mv, netstat, node, nproc, nslookup, pgrep, pidof, pkill, printenv, printf, ps, psql, pwd, python,
  readlink, realpath, reset: clear, rm, rmdir, route, ss, stty, test, touch, truncate, tty, umount, uname, unlink, uptime, vi: editor, which, whoami, false: () => 1, 'nslookup-1.28': oldNslookup, stat: statFiles, sync: () => 0, true: () => 0,
};

export const programs: Record<string, Program> = {
  ...Object.fromEntries(Object.entries(ONE_STEP).map(([name, run]) => [name, simple(run) as Program])),
  awk, base64, bc, busybox, cat, cksum, cmp, comm, crc32: crc, curl, cut, dd, diff, dos2unix: lineEnds, egrep: grep, env, expand, factor, fgrep: grep, find, fold, ghost, git, grep, gunzip: gzipProgram('gunzip'), gzip: gzipProgram('gzip'), hd: hexdump, head, hexdump, httpd, less: cat, more: cat, nc, nginx, nl, 'nginx-worker': nginxWorker, pg_isready: pgIsReady, postgres, 'redis-cli': redisCli, 'redis-server': redisServer, nice, nohup, od, paste, pause, ping, rev, sed, seq, setsid, sh, bash: sh, shuf, sleep, sort, split, strings, sum, tac, tail, tar, tee, telnet: nc, time, timeout, top, tr, unexpand, uniq, unix2dos: lineEnds, unzip, usleep,
  watch, wc, wget, xargs, xxd, yes, zcat: gzipProgram('zcat'), '[': simple(test) as Program, md5sum: checksum('md5'), sha1sum: checksum('sha1'), sha256sum: checksum('sha256'), sha512sum: checksum('sha512'),
};
