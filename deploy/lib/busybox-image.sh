#!/usr/bin/env bash
# Makes a docker archive of one layer out of Debian's static busybox, without any container tool; prints its path.
#   deploy/lib/busybox-image.sh NAME:TAG
set -euo pipefail
name=$1
work=$(mktemp -d /tmp/berth-image.XXXXXX)
trap 'rm -rf "$work"' EXIT
cd "$work"
if file=$(command -v busybox) && [ -z "$(readelf -l "$file" 2>/dev/null | grep INTERP || true)" ] && command -v readelf >/dev/null; then
  cp "$file" busybox
else
  apt-get download -qq busybox-static >/dev/null 2>&1 || { apt-get update -qq && apt-get download -qq busybox-static >/dev/null; }
  dpkg-deb -x ./busybox-static*.deb package
  cp package/bin/busybox busybox 2>/dev/null || cp package/usr/bin/busybox busybox
fi

mkdir -p root/bin root/etc root/proc root/sys root/dev root/root && install -d -m 1777 root/tmp
cp busybox root/bin/busybox && chmod 755 root/bin/busybox
for applet in $(./busybox --list); do [ "$applet" = busybox ] || ln "root/bin/busybox" "root/bin/$applet"; done
echo 'root:x:0:0:root:/root:/bin/sh' >root/etc/passwd
echo 'root:x:0:' >root/etc/group
tar --sort=name --owner=0 --group=0 --numeric-owner --mtime=@0 -C root -cf layer.tar .

digest=$(sha256sum layer.tar | cut -d' ' -f1)
cat >config.json <<JSON
{"architecture":"amd64","os":"linux","created":"2026-01-01T00:00:00Z",
 "config":{"Env":["PATH=/usr/sbin:/usr/bin:/sbin:/bin"],"Cmd":["/bin/sh"]},
 "rootfs":{"type":"layers","diff_ids":["sha256:$digest"]}}
JSON
echo "[{\"Config\":\"config.json\",\"RepoTags\":[\"$name\"],\"Layers\":[\"layer.tar\"]}]" >manifest.json
archive=$(mktemp /tmp/berth-image.XXXXXX.tar)
tar -cf "$archive" manifest.json config.json layer.tar
echo "$archive"
