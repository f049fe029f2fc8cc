#!/usr/bin/env bash
# A private containerd for pods of the CRI runtime: own folder, own network namespace, own cgroup; touches no other on this machine.
#   containerd.sh check          says in one line what is missing here; 0: nothing
#   containerd.sh start [DIR]    starts it, or finds it running; what a killed one left running is taken over. Prints a worker's settings, NAME=value
#   containerd.sh stop [DIR]     ends it and all it runs; nothing stays: mounts, namespaces, cgroups, interfaces, files
# DIR: by default the folder `containerd` in that of npm start's data. PODBOX_POD_CIDR: the pods' network (default 10.88.0.0/24).
# PODBOX_CLUSTER_DNS: where their DNS server is (default 10.96.0.10).
# pipefail: no `grep -q` behind a pipe, which ends what still writes to it.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
PATH=$PATH:/usr/sbin:/sbin
CNI_BIN=/usr/lib/cni
PAUSE_IMAGE=podbox.dev/pause:1
POD_CIDR=${PODBOX_POD_CIDR:-10.88.0.0/24}
CLUSTER_DNS=${PODBOX_CLUSTER_DNS:-10.96.0.10}

fail() {
  echo "podbox: $1" >&2
  exit 1
}

# Real containers want root, Debian's packages, and a kernel that lets us mount and make namespaces.
check() {
  local missing=()
  command -v containerd >/dev/null || missing+=(containerd)
  command -v runc >/dev/null || missing+=(runc)
  [ -x "$CNI_BIN/bridge" ] || missing+=(containernetworking-plugins)
  command -v busybox >/dev/null && [[ $'\n'$(busybox --list 2>/dev/null)$'\n' == *$'\n'httpd$'\n'* ]] || missing+=(busybox-static)
  command -v iptables >/dev/null || missing+=(iptables)
  command -v ip >/dev/null || missing+=(iproute2)
  command -v gcc >/dev/null || missing+=(gcc)
  [ -e /usr/include/stdlib.h ] || missing+=(libc6-dev)
  [ "$(uname -s)" = Linux ] || fail "the cri runtime needs Linux"
  [ "$(id -u)" = 0 ] || fail "the cri runtime needs root${missing:+, and these packages: ${missing[*]}}"
  [ ${#missing[@]} = 0 ] || fail "the cri runtime needs packages that are not there: apt-get install --no-install-recommends ${missing[*]}"
  unshare --mount --net --pid --fork true 2>/dev/null || fail "the cri runtime needs a root that may mount and make namespaces (in a container: --privileged)"
}

locate() {
  local data=${PODBOX_DATA:-.podbox}
  # As apps/standalone has it: relative to the project.
  [ "${data:0:1}" = / ] || data=$here/../../$data
  DIR=$(realpath -m "${1:-$data/containerd}")
  SOCKET=$DIR/containerd.sock
  # Leaves room for the worker's own sockets beside it, which have longer names.
  [ ${#SOCKET} -le 100 ] || fail "the folder $DIR is too long a name for a socket in it"
  ID=podbox-$(printf %s "$DIR" | sha256sum | cut -c1-8)
  NETNS=/run/netns/$ID
}

settings() {
  printf '%s\n' "PODBOX_RUNTIME=cri" "PODBOX_CRI_SOCKET=$SOCKET" "PODBOX_CRI_NETNS=$NETNS" "PODBOX_CRI_CGROUP=/$ID" "PODBOX_POD_CIDR=$POD_CIDR" \
    "PODBOX_CRI_PID=$(cat "$DIR/containerd.pid")"
}

# Whether the process of the pid file is our containerd (and not a later process under its number).
is_alive() {
  local pid; pid=$(cat "$DIR/containerd.pid" 2>/dev/null) || return 1
  tr '\0' ' ' 2>/dev/null < "/proc/$pid/cmdline" | grep -F -- "--config $DIR/config.toml" >/dev/null && ! grep -q '^State:.Z' "/proc/$pid/status"
}

answers() {
  timeout 5 ctr -a "$SOCKET" --connect-timeout 1s version >/dev/null 2>&1
}

write_config() {
  cat > "$DIR/config.toml" <<TOML
version = 2
root = "$DIR/root"
state = "$DIR/state"
oom_score = 0
disabled_plugins = ["io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.zfs", "io.containerd.snapshotter.v1.devmapper",
  "io.containerd.snapshotter.v1.aufs", "io.containerd.tracing.processor.v1.otlp", "io.containerd.internal.v1.tracing"]
[grpc]
  address = "$SOCKET"
[plugins."io.containerd.internal.v1.opt"]
  path = "$DIR/opt"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "$PAUSE_IMAGE"
  disable_apparmor = true
  restrict_oom_score_adj = true
  stream_server_address = "127.0.0.1"
  stream_server_port = "0"
  netns_mounts_under_state_dir = true
  [plugins."io.containerd.grpc.v1.cri".containerd]
    snapshotter = "overlayfs"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
      runtime_type = "io.containerd.runc.v2"
      [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
        SystemdCgroup = false
        Root = "$DIR/runc"
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "$CNI_BIN"
    conf_dir = "$DIR/cni"
  [plugins."io.containerd.grpc.v1.cri".registry]
    config_path = "$DIR/certs"
TOML
  mkdir -p "$DIR/cni" "$DIR/certs"
  cat > "$DIR/cni/10-podbox.conflist" <<JSON
{ "cniVersion": "0.4.0", "name": "podbox", "plugins": [
  { "type": "bridge", "bridge": "podbox0", "isGateway": true, "hairpinMode": true, "ipMasq": false,
    "ipam": { "type": "host-local", "dataDir": "$DIR/ipam", "ranges": [[{ "subnet": "$POD_CIDR" }]], "routes": [{ "dst": "0.0.0.0/0" }] } },
  { "type": "portmap", "capabilities": { "portMappings": true } } ] }
JSON
}

# The pods' side of the network: their bridge, their addresses, their iptables rules, their DNS server's address. No way out to the host's.
make_network() {
  [ -e "$NETNS" ] && return
  ip netns add "$ID"
  ip -n "$ID" link set lo up
  ip -n "$ID" addr add "$CLUSTER_DNS/32" dev lo
  nsenter --net="$NETNS" sh -c 'echo 1 > /proc/sys/net/ipv4/ip_forward'
}

start() {
  if is_alive && answers; then return; fi
  # Without its network (after a reboot, say) nothing of a former instance can be taken over.
  if [ ! -e "$NETNS" ] || is_alive; then stop; fi
  mkdir -p "$DIR"
  chmod 700 "$DIR"
  make_network
  write_config
  rm -f "$SOCKET"
  # nsenter and not `ip netns exec`: that one mounts /sys anew and hides the cgroups.
  setsid nsenter --net="$NETNS" containerd --config "$DIR/config.toml" </dev/null >>"$DIR/containerd.log" 2>&1 &
  echo $! > "$DIR/containerd.pid"
  local tries=0
  until answers; do
    tries=$((tries + 1))
    is_alive && [ $tries -lt 100 ] || fail "containerd does not come up; the end of $DIR/containerd.log: $(tail -n 3 "$DIR/containerd.log" 2>/dev/null)"
    sleep 0.1
  done
  [ -e "$DIR/imported" ] && return
  . "$here/images.sh"
  import_pause
  import_busybox
  touch "$DIR/imported"
}

end_processes() {
  local pid tries=0
  [ -z "$*" ] || kill -KILL "$@" 2>/dev/null || true
  for pid in "$@"; do
    while [ -e "/proc/$pid" ] && ! grep -q '^State:.Z' "/proc/$pid/status" 2>/dev/null && [ $tries -lt 100 ]; do
      tries=$((tries + 1))
      sleep 0.05
    done
  done
}

cgroup_folders() {
  find /sys/fs/cgroup -mindepth 1 -maxdepth 2 -type d -name "$ID" 2>/dev/null || true
}

stop() {
  local folder mount i
  # containerd first, or it would tidy up behind us; then who watches over the containers; then the containers.
  if is_alive; then end_processes "$(cat "$DIR/containerd.pid")"; fi
  # shellcheck disable=SC2046
  end_processes $(shims)
  for i in 1 2 3; do
    # shellcheck disable=SC2046
    end_processes $(for folder in $(cgroup_folders); do find "$folder" -name cgroup.procs -exec cat {} + 2>/dev/null; done | sort -u)
  done
  if [ -e "$NETNS" ]; then
    # shellcheck disable=SC2046
    end_processes $(ip netns pids "$ID")
  fi
  # Ours, and the volumes in memory that the worker mounted under our name.
  for mount in $(awk -v dir="$DIR/" -v id="$ID" 'index($5, dir) == 1 || / - tmpfs / && $(NF - 1) == id { print $5 }' /proc/self/mountinfo | sort -r); do umount -l "$mount" || true; done
  if [ -e "$NETNS" ]; then ip netns delete "$ID"; fi
  for folder in $(cgroup_folders); do
    find "$folder" -depth -type d -exec rmdir {} \;
  done
  remove_traces
  rm -rf "$DIR"
}

# What shims and CNI's library keep outside of our folder, each under its sandbox's name.
remove_traces() {
  local file id
  for file in "$DIR"/state/io.containerd.runtime.v2.task/*/*/address; do
    [ ! -e "$file" ] || rm -f "$(sed 's|^unix://||' "$file")"
  done
  for file in "$DIR"/state/io.containerd.grpc.v1.cri/sandboxes/*; do
    id=${file##*/}
    rm -f /var/lib/cni/results/*-"$id"-*
  done
}

# The shims of this instance: they bear its socket's name.
shims() {
  local file
  for file in /proc/[0-9]*/cmdline; do
    if tr '\0' ' ' 2>/dev/null < "$file" | grep "^[^ ]*containerd-shim.* -address $SOCKET" >/dev/null; then cut -d/ -f3 <<< "$file"; fi
  done
}

case ${1:-} in
  check) check ;;
  start) check; locate "${2:-}"; start; settings ;;
  stop)
    locate "${2:-}"
    [ -e "$DIR" ] || [ -e "$NETNS" ] || { echo "podbox: no containerd in $DIR"; exit 0; }
    stop
    echo "podbox: the containerd in $DIR and all that it ran are gone"
    ;;
  *) fail "usage: containerd.sh check | start [DIR] | stop [DIR]" ;;
esac
