# shellcheck shell=bash
# What ./quickstart and ./check share: the Debian packages and the JDK of a machine. To be sourced.

say() { printf '\n== %s\n' "$*"; }
die() {
  printf '%s\n' "$*" >&2
  exit 1
}

# Installs those of the named packages that are missing. While it does, policy-rc.d keeps their services from starting.
install_packages() {
  local missing=() package policy=/usr/sbin/policy-rc.d ours=
  for package in "$@"; do
    dpkg-query -W -f='${Status}\n' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
  done
  [ ${#missing[@]} -gt 0 ] || return 0
  [ "$(id -u)" = 0 ] || die "These Debian packages are missing and only root can install them: ${missing[*]}"
  say "Installing ${missing[*]}"
  if [ ! -e "$policy" ]; then
    printf '#!/bin/sh\nexit 101\n' >"$policy" && chmod +x "$policy"
    ours=yes
  fi
  local status=0
  apt-get update -qq || true
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null || status=$?
  [ -z "$ours" ] || rm -f "$policy"
  [ "$status" = 0 ] || die "apt-get could not install: ${missing[*]}"
}

is_jdk_25() { [ -x "$1/bin/javac" ] && "$1/bin/javac" -version 2>&1 | grep -q '^javac 25'; }

# Exports JAVA_HOME of a JDK 25: the one that is set, one in /usr/lib/jvm, or Debian's package where there is one.
find_jdk() {
  local home
  for home in "${JAVA_HOME:-}" /usr/lib/jvm/*25*; do
    if [ -n "$home" ] && is_jdk_25 "$home"; then
      export JAVA_HOME=$home
      return
    fi
  done
  if apt-cache show openjdk-25-jdk-headless >/dev/null 2>&1; then
    install_packages openjdk-25-jdk-headless
    for home in /usr/lib/jvm/*25*; do
      is_jdk_25 "$home" && export JAVA_HOME=$home && return
    done
  fi
  die "Berth is built with JDK 25. None was found: JAVA_HOME is '${JAVA_HOME:-unset}', /usr/lib/jvm holds none, and this Debian has no" \
    "package openjdk-25-jdk-headless. Install a JDK 25 (any vendor) and set JAVA_HOME to its folder."
}
