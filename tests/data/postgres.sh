#!/bin/sh
# Installs PostgreSQL with PostGIS for the store's tests where that needs no password; says what to do where it does.
found=
for programs in /usr/lib/postgresql/*/bin /usr/pgsql-*/bin; do
  version=$(basename "$(dirname "$programs")")
  for share in "/usr/share/postgresql/$version" "$programs/../share"; do
    [ -x "$programs/initdb" ] && [ -e "$share/extension/postgis.control" ] && found=1
  done
done
[ -n "$found" ] && exit 0
if [ "$(id -u)" = 0 ]; then sudo=; else sudo='sudo -n'; fi
if command -v apt-get >/dev/null && $sudo true 2>/dev/null; then
  $sudo apt-get update -qq
  # The newest server for which this release of the system has PostGIS.
  postgis=$(apt-cache search --names-only '^postgresql-[0-9]+-postgis-3$' | cut -d ' ' -f 1 | sort -t - -k 2 -n | tail -n 1)
  if [ -n "$postgis" ]; then
    echo "installing for the store's tests: $postgis"
    # Without this the package would start a server of its own.
    $sudo mkdir -p /etc/postgresql-common
    [ -e /etc/postgresql-common/createcluster.conf ] || echo "create_main_cluster = false" | $sudo tee /etc/postgresql-common/createcluster.conf >/dev/null
    DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq --no-install-recommends "$postgis" "${postgis%-postgis-3}" >/dev/null && exit 0
  fi
fi
echo "SKIPPED: the tests on PostgreSQL need a server with PostGIS. On Debian: sudo apt-get install postgresql-15-postgis-3; then run the tests again."
