#!/usr/bin/env bash
# A real Odoo 19 Community server on loopback, from Debian's packages, without Docker.
#
#   dev/odoo19.sh up      install (the first time: about 3 minutes, 3 GB), start, print the environment
#   dev/odoo19.sh reset   put the database back to the state right after the installation (some seconds)
#   dev/odoo19.sh down    stop Odoo and its PostgreSQL
#   dev/odoo19.sh env     print the environment: ODOO_URL ODOO_DB ODOO_LOGIN ODOO_API_KEY
#   dev/odoo19.sh shell   an Odoo shell on standard input
#
# Exit codes: 75 when Odoo cannot be installed on this machine (not root, not Debian, no disk, no package); 1 when
# something else failed; the reason is on standard error.
#
# Variables: ODOO19_ROOT (where everything is kept), ODOO19_PORT, ODOO19_PG_PORT, ODOO19_MODULES, ODOO19_ADDONS (a
# folder of further addons, copied in by `up`), ODOO19_MIRROR (a Debian mirror; default: the one apt uses here).
#
# Odoo comes from Debian sid into a tree of Debian trixie: trixie's Python is one that Odoo 19 supports, sid's is
# not. Everything runs in a chroot with a mount namespace of its own, so that no mount outlives its processes.
set -euo pipefail

ROOT=${ODOO19_ROOT:-/var/tmp/plane-odoo19}
HTTP_PORT=${ODOO19_PORT:-8369}
PG_PORT=${ODOO19_PG_PORT:-55569}
MODULES=${ODOO19_MODULES:-project,sale_management,sale_project,account,base_automation}
ADDONS=${ODOO19_ADDONS:-}
MIRROR=${ODOO19_MIRROR:-}
DB=odoo19
PG_DATA=/var/lib/postgresql/odoo19
NEEDED_MB=3500
CANNOT_INSTALL=75

say() { printf 'odoo19: %s\n' "$*" >&2; }
die() { say "$*"; exit 1; }
cannot_install() { say "Odoo cannot be installed here: $*"; exit "$CANNOT_INSTALL"; }

# The last lines of a log, so that the reason is where people look.
show_log() { [ ! -s "$1" ] || tail -n 15 "$1" | sed 's/^/odoo19:   /' >&2; }

# Runs the arguments up to three times: mirrors and networks have bad moments.
retry() {
  local wait
  for wait in 5 20 0; do
    "$@" && return
    [ "$wait" = 0 ] || { say "trying again in $wait s: $1"; sleep "$wait"; }
  done
  return 1
}

# --- Inside the tree -------------------------------------------------------------------------------------------

# Its own mount namespace with /proc, where that is allowed; a plain chroot otherwise.
in_tree() {
  if unshare --mount true 2>/dev/null; then
    unshare --mount --propagation private sh -c \
      'mount -t proc proc "$0/proc" 2>/dev/null || mount --rbind /proc "$0/proc" 2>/dev/null || true; exec chroot "$0" "$@"' \
      "$ROOT" "$@"
  else
    chroot "$ROOT" "$@"
  fi
}
as_postgres() { in_tree runuser -u postgres -- "$@"; }
sql() { as_postgres env PGOPTIONS=--client-min-messages=warning psql -qAt -h 127.0.0.1 -p "$PG_PORT" -v ON_ERROR_STOP=1 "$@"; }
odoo() { in_tree runuser -u odoo -- env HOME=/var/lib/odoo LANG=C.UTF-8 /usr/local/bin/odoo "$@"; }

odoo_args=(--db_host 127.0.0.1 --db_port "$PG_PORT" -r odoo -w odoo -d "$DB" --data-dir /var/lib/odoo)
with_addons() {
  [ ! -d "$ROOT/opt/addons" ] ||
    odoo_args+=(--addons-path /usr/lib/python3/dist-packages/odoo/addons,/opt/addons)
}

# Where not even /proc can be mounted, Odoo's look at its own process would end it: there it sees an idle one.
write_odoo_command() {
  cat >"$ROOT/usr/local/bin/odoo" <<'PY'
#!/usr/bin/python3
import os, runpy, sys, types
import psutil
if not os.path.exists('/proc/self/stat'):
    process = types.SimpleNamespace(
        memory_info=lambda: types.SimpleNamespace(rss=0, vms=0), children=lambda recursive=False: [])
    psutil.Process = lambda pid=None: process
sys.argv[0] = '/usr/bin/odoo'
runpy.run_path('/usr/bin/odoo', run_name='__main__')
PY
  chmod +x "$ROOT/usr/local/bin/odoo"
}

# Processes whose root directory is the tree: ours, whatever became of their pid files.
own_processes() {
  local process
  for process in /proc/[0-9]*; do
    [ "$(readlink "$process/root" 2>/dev/null)" != "$ROOT" ] || printf '%s\n' "${process#/proc/}"
  done
}

owns() { [ -n "$1" ] && [[ $'\n'$(own_processes)$'\n' == *$'\n'"$1"$'\n'* ]]; }

# --- Installation ----------------------------------------------------------------------------------------------

check_machine() {
  [ "$(id -u)" = 0 ] || cannot_install 'this needs root (an Odoo of your own can be named with ODOO_URL instead)'
  command -v apt-get >/dev/null || cannot_install 'this needs Debian or Ubuntu with apt-get'
}

find_mirror() {
  [ -n "$MIRROR" ] || MIRROR=$(apt-get indextargets --format '$(REPO_URI)' 2>/dev/null | grep -v security | head -n 1) || true
  [ -n "$MIRROR" ] || cannot_install 'apt knows no Debian mirror; name one with ODOO19_MIRROR'
}

get_debootstrap() {
  ! command -v debootstrap >/dev/null || return 0
  say 'installing debootstrap'
  local log=$ROOT.debootstrap-package.log
  retry env DEBIAN_FRONTEND=noninteractive sh -c \
    'apt-get -qq -o Acquire::Retries=3 update && apt-get -qq -o Acquire::Retries=3 install -y debootstrap' \
    >"$log" 2>&1 || { show_log "$log"; cannot_install 'debootstrap is not to be had'; }
}

remove_tree() {
  [ -e "$ROOT" ] || return 0
  [ -z "$(own_processes)" ] || die "$ROOT is half installed and in use; run '$0 down' first"
  ! grep -q " $ROOT/" /proc/mounts || die "something is mounted below $ROOT; unmount it first"
  rm -rf --one-file-system "$ROOT"
}

bootstrap() {
  remove_tree
  mkdir -p "$ROOT"
  local command=(debootstrap --variant=minbase trixie "$ROOT" "$MIRROR")
  if unshare --mount true 2>/dev/null; then command=(unshare --mount --propagation private "${command[@]}"); fi
  "${command[@]}" >"$ROOT.debootstrap.log" 2>&1
}

add_sid() {
  cp /etc/resolv.conf /etc/hosts "$ROOT/etc/"
  # No service starts by being installed.
  printf '#!/bin/sh\nexit 101\n' >"$ROOT/usr/sbin/policy-rc.d"
  chmod +x "$ROOT/usr/sbin/policy-rc.d"
  echo "deb $MIRROR sid main" >"$ROOT/etc/apt/sources.list.d/sid.list"
  cat >"$ROOT/etc/apt/preferences.d/odoo" <<'PINS'
Package: *
Pin: release n=sid
Pin-Priority: 100

Package: odoo-19
Pin: release n=sid
Pin-Priority: 900
PINS
}

install_packages() {
  in_tree env DEBIAN_FRONTEND=noninteractive LANG=C.UTF-8 sh -c '
    apt-get -qq -o Acquire::Retries=3 -o Acquire::Check-Valid-Until=false update &&
    apt-get -qq -o Acquire::Retries=3 install -y --no-install-recommends odoo-19 postgresql' \
    >"$ROOT.apt.log" 2>&1
}

install_tree() {
  [ ! -e "$ROOT/.installed" ] || return 0
  check_machine
  mkdir -p "$(dirname "$ROOT")"
  local free; free=$(df --output=avail -m "$(dirname "$ROOT")" | tail -n 1)
  [ "$free" -ge "$NEEDED_MB" ] || cannot_install "$(dirname "$ROOT") has $free MB free, $NEEDED_MB are needed"
  find_mirror
  get_debootstrap
  say "installing Debian trixie into $ROOT"
  retry bootstrap || { show_log "$ROOT.debootstrap.log"; cannot_install 'debootstrap failed'; }
  say 'installing Odoo 19 and PostgreSQL (about 2 minutes)'
  add_sid
  retry install_packages || { show_log "$ROOT.apt.log"; cannot_install 'the package odoo-19 could not be installed'; }
  touch "$ROOT/.installed"
}

installed() { [ -e "$ROOT/.installed" ] || die "nothing is installed in $ROOT; run '$0 up' first"; }

# --- PostgreSQL and the database -------------------------------------------------------------------------------

pg_bin() { (cd "$ROOT" && ls -d usr/lib/postgresql/*/bin | tail -n 1 | sed 's,^,/,'); }

# The address it listens on is all it shares with the outside; its memory is in the tree, not in /dev/shm.
start_postgres() {
  local bin; bin=$(pg_bin)
  as_postgres test -d "$PG_DATA" ||
    as_postgres "$bin/initdb" -D "$PG_DATA" -A trust -U postgres -E UTF8 --locale=C.UTF-8 >/dev/null
  ! as_postgres "$bin/pg_ctl" -D "$PG_DATA" status >/dev/null || return 0
  as_postgres "$bin/pg_ctl" -D "$PG_DATA" -w -l /tmp/odoo19-pg.log -o "-p $PG_PORT -c listen_addresses=127.0.0.1 \
    -c unix_socket_directories=/tmp -c dynamic_shared_memory_type=mmap -c fsync=off" start >/dev/null 9>&- ||
    { show_log "$ROOT/tmp/odoo19-pg.log"; die "PostgreSQL did not start on port $PG_PORT"; }
}

create_database() {
  # Keys expire after 90 days at the latest: a database older than its key is made again.
  if [ -n "$(find "$ROOT/.api_key" -mtime +75 2>/dev/null)" ]; then
    stop_odoo
    sql -c "drop database if exists ${DB}_fresh with (force)"
  fi
  [ "$(sql -c "select 1 from pg_database where datname = '${DB}_fresh'")" != 1 ] || return 0
  say "creating the database with $MODULES (about 40 s)"
  sql -c "do \$\$ begin create role odoo login createdb; exception when duplicate_object then null; end \$\$"
  sql -c "drop database if exists $DB with (force)"
  odoo "${odoo_args[@]}" -i "$MODULES" --without-demo=all --stop-after-init --no-http >"$ROOT/tmp/odoo19-init.log" 2>&1 ||
    { show_log "$ROOT/tmp/odoo19-init.log"; die 'the database could not be created'; }
  make_key >"$ROOT/.api_key.new"
  grep -qE '^[0-9a-f]{40}$' "$ROOT/.api_key.new" || die 'Odoo made no API key'
  sql -c "create database ${DB}_fresh template $DB"
  mv "$ROOT/.api_key.new" "$ROOT/.api_key"
}

make_key() {
  odoo shell "${odoo_args[@]}" --no-http --log-level=error <<'PY' | sed -n 's/^KEY=//p'
import datetime
admin = env.ref('base.user_admin')
admin.password = 'admin'
until = datetime.datetime.now() + datetime.timedelta(days=85)
key = env['res.users.apikeys'].with_user(admin)._generate('rpc', 'integration', until)
env.cr.commit()
print('KEY=' + key)
PY
}

# --- Odoo ------------------------------------------------------------------------------------------------------

healthy() { curl -fsS -m 10 -o /dev/null "http://127.0.0.1:$HTTP_PORT/web/health" 2>/dev/null; }

start_odoo() {
  local pid
  pid=$(cat "$ROOT/tmp/odoo19.pid" 2>/dev/null || true)
  if healthy; then
    owns "$pid" || die "port $HTTP_PORT is taken by something else"
    return 0
  fi
  rm -f "$ROOT/tmp/odoo19.pid"
  export -f in_tree odoo
  export ROOT
  setsid bash -c 'odoo "$@"' odoo "${odoo_args[@]}" --db-filter "^$DB\$" --http-interface=127.0.0.1 \
    --http-port "$HTTP_PORT" --workers=0 --max-cron-threads=1 --pidfile /tmp/odoo19.pid \
    >"$ROOT/tmp/odoo19.log" 2>&1 </dev/null 9>&- &
  local starter=$!
  for _ in $(seq 240); do
    healthy && return 0
    kill -0 "$starter" 2>/dev/null || break
    sleep 0.5
  done
  show_log "$ROOT/tmp/odoo19.log"
  die "Odoo did not start on port $HTTP_PORT; see $ROOT/tmp/odoo19.log"
}

stop_odoo() {
  local pid; pid=$(cat "$ROOT/tmp/odoo19.pid" 2>/dev/null || true)
  rm -f "$ROOT/tmp/odoo19.pid"
  owns "$pid" || return 0
  kill "$pid" 2>/dev/null || true
  for _ in $(seq 100); do kill -0 "$pid" 2>/dev/null || return 0; sleep 0.1; done
}

# PostgreSQL ends in order; whatever is left in the tree after that is ended too.
stop_everything() {
  [ -d "$ROOT" ] || return 0
  stop_odoo
  [ ! -e "$ROOT/.installed" ] || [ ! -d "$ROOT$PG_DATA" ] ||
    as_postgres "$(pg_bin)/pg_ctl" -D "$PG_DATA" -m fast -w stop >/dev/null 2>&1 || true
  local signal
  for signal in TERM KILL; do
    [ -n "$(own_processes)" ] || return 0
    own_processes | xargs -r kill -"$signal" 2>/dev/null || true
    for _ in $(seq 50); do [ -n "$(own_processes)" ] || return 0; sleep 0.1; done
  done
  die "processes are left: $(own_processes | tr '\n' ' ')"
}

print_env() {
  [ -s "$ROOT/.api_key" ] || die "nothing is installed in $ROOT; run '$0 up' first"
  printf 'ODOO_URL=http://127.0.0.1:%s\nODOO_DB=%s\nODOO_LOGIN=admin\nODOO_API_KEY=%s\n' \
    "$HTTP_PORT" "$DB" "$(cat "$ROOT/.api_key")"
}

# One at a time: two `up` at once would install over each other.
lock() {
  [ "$(id -u)" = 0 ] || check_machine
  mkdir -p "$(dirname "$ROOT")"
  exec 9>"$ROOT.lock"
  flock "$@" 9
}

case ${1:-} in
  up)
    lock
    command -v curl >/dev/null || retry apt-get install -y -qq curl >/dev/null 2>&1 || cannot_install 'curl is missing'
    install_tree
    write_odoo_command
    if [ -n "$ADDONS" ]; then mkdir -p "$ROOT/opt/addons"; cp -rT "$ADDONS" "$ROOT/opt/addons"; fi
    with_addons
    start_postgres
    create_database
    start_odoo
    print_env
    ;;
  reset)
    lock
    installed
    with_addons
    start_postgres
    stop_odoo
    sql -c "drop database if exists $DB with (force)" -c "create database $DB template ${DB}_fresh owner odoo"
    start_odoo
    print_env
    ;;
  # An `up` that was cut short may have left something running that still holds the lock.
  down) lock -w 15 || say 'not waiting for another call that is under way'; stop_everything ;;
  env) print_env ;;
  shell) installed; with_addons; odoo shell "${odoo_args[@]}" --no-http --log-level=error ;;
  *) sed -n '2,17p' "${BASH_SOURCE[0]}" | sed 's/^# \{0,1\}//'; exit 2 ;;
esac
