# Builds the pause and the busybox image and imports them. Sourced by containerd.sh, which has set DIR, SOCKET and here.

# archive FOLDER CONFIG NAME...: one layer of FOLDER as a docker-archive on stdout, under these names. CONFIG: the image's config object.
archive() {
  local folder=$1 config=$2 work
  shift 2
  work=$(mktemp -d "$DIR/build.XXXXXX")
  tar -C "$folder" --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner -cf "$work/layer.tar" .
  local diff; diff=$(sha256sum "$work/layer.tar" | cut -d' ' -f1)
  local architecture; architecture=$(dpkg --print-architecture)
  printf '{"architecture":"%s","os":"linux","created":"1970-01-01T00:00:00Z","config":%s,"rootfs":{"type":"layers","diff_ids":["sha256:%s"]}}' \
    "$architecture" "$config" "$diff" > "$work/config.json"
  local tags; tags=$(printf ',"%s"' "$@")
  printf '[{"Config":"config.json","RepoTags":[%s],"Layers":["layer.tar"]}]' "${tags:1}" > "$work/manifest.json"
  tar -C "$work" -cf - manifest.json config.json layer.tar
  rm -r "$work"
}

import() {
  ctr -a "$SOCKET" -n k8s.io images import - >/dev/null
}

import_pause() {
  local root; root=$(mktemp -d "$DIR/root.XXXXXX")
  gcc -Os -static -s -o "$root/pause" "$here/image/pause.c"
  chmod 755 "$root"
  archive "$root" '{"User":"65535:65535","Entrypoint":["/pause"]}' "$PAUSE_IMAGE" | import
  rm -r "$root"
}

# Debian's static busybox under a link for each of its programs: what manifests mean by busybox, busybox:1.28 ...
import_busybox() {
  local root applet; root=$(mktemp -d "$DIR/root.XXXXXX")
  mkdir -p "$root"/{bin,dev,etc,home,proc,root,sys,usr/bin,usr/sbin,var/spool/mail,var/www}
  mkdir -m 1777 "$root/tmp"
  cp "$(command -v busybox)" "$root/bin/busybox"
  for applet in $(busybox --list); do
    [ "$applet" = busybox ] || ln -s busybox "$root/bin/$applet"
  done
  ln -s ../../bin/env "$root/usr/bin/env"
  printf '%s\n' 'root:x:0:0:root:/root:/bin/sh' 'daemon:x:1:1:daemon:/usr/sbin:/bin/false' 'www-data:x:33:33:www-data:/var/www:/bin/false' \
    'nobody:x:65534:65534:nobody:/home:/bin/false' > "$root/etc/passwd"
  printf '%s\n' 'root:x:0:' 'daemon:x:1:' 'www-data:x:33:' 'nogroup:x:65534:' > "$root/etc/group"
  chmod 755 "$root"
  local names=() tag
  for tag in latest stable musl glibc 1 1.27 1.28 1.31 1.35 1.36; do names+=("docker.io/library/busybox:$tag"); done
  archive "$root" '{"Env":["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"],"Cmd":["sh"]}' "${names[@]}" | import
  rm -r "$root"
}
