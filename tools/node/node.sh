#!/bin/sh
# Runs the Node that the lock file pins; where no such package exists for this machine, its own Node if that is new enough.
here=$(dirname "$(readlink -f "$0" 2>/dev/null || echo "$0")")
arch=$(uname -m); case "$arch" in x86_64) arch=x64 ;; aarch64) arch=arm64 ;; esac
for root in "$here/node_modules" "$here/../../node_modules"; do
  pinned="$root/node-linux-$arch/bin/node"
  [ "$(uname -s)" = Linux ] && [ -x "$pinned" ] && exec "$pinned" "$@"
done
IFS=:; for dir in $PATH; do
  case "$dir" in */node_modules/.bin|"$here") continue ;; esac
  [ -x "$dir/node" ] && [ "$("$dir/node" -p 'parseInt(process.versions.node)')" -ge 24 ] && exec "$dir/node" "$@"
done
echo "This project needs Node 24: install it, or run on Linux (x64 or arm64), where npm ci brings it." >&2
exit 69
