#!/usr/bin/env bash
# What tests could leave behind, one thing a line: links, named network namespaces, mounts, cgroups, files of Berth.
# Lines that match BERTH_CHECK_IGNORE are left out, for machines on which other runtimes come and go meanwhile.
set -u
{
  ip -o link | sed -E 's/^[0-9]+: ([^:@]+).*/link \1/'
  find /run/netns /var/run/netns -mindepth 1 2>/dev/null | sed 's/^/netns /'
  awk '{print "mount", $5, $9}' /proc/self/mountinfo
  find /sys/fs/cgroup -type d 2>/dev/null | sed 's/^/cgroup /'
  find /run/berth /var/lib/berth /var/lib/cni -mindepth 1 2>/dev/null | sed 's/^/file /'
  find /tmp -maxdepth 1 -name 'berth*' | sed 's/^/file /'
} | grep -vE "${BERTH_CHECK_IGNORE:-^$}" | sort
