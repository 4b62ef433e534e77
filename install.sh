#!/bin/sh
# Installs or upgrades Xinex on Linux with systemd. Needs nothing from the network when a binary is given.
# DESTDIR=/some/root stages the files there without touching users or services (packaging, tests).
set -eu

DESTDIR=${DESTDIR:-}
BIN=/usr/local/bin/xinex
PREVIOUS=/usr/local/lib/xinex/xinex.previous
DATA=/var/lib/xinex
SETTINGS=/etc/xinex/xinex.env
UNIT=/etc/systemd/system/xinex.service
HERE=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)

usage() {
  cat <<'END'
Usage: ./install.sh [--listen HOST:PORT] [BINARY]   install, or upgrade what is installed
       ./install.sh --rollback                      put the previous binary back
       ./install.sh --uninstall                     remove the program, keep the data
       ./install.sh --print-unit                    show the systemd unit

Without BINARY it takes ./xinex beside this script, else builds from source (needs Node 20 and npm).
--listen is for the first installation (default 127.0.0.1:3000); later edit /etc/xinex/xinex.env.
END
}

say() { printf '%s\n' "$*"; }
fail() { printf 'install.sh: %s\n' "$*" >&2; exit 1; }

# The same text as deploy/xinex.service, so that this script and a binary are all one has to carry to a machine.
print_unit() {
  cat <<'END'
[Unit]
Description=Xinex monitoring and on-call
After=network-online.target
Wants=network-online.target

[Service]
User=xinex
Group=xinex
EnvironmentFile=-/etc/xinex/xinex.env
ExecStart=/usr/local/bin/xinex serve --data /var/lib/xinex
Restart=always
RestartSec=2
TimeoutStopSec=30
LimitNOFILE=65536
StateDirectory=xinex
StateDirectoryMode=0700
UMask=0077

# Raw sockets for ping, ports below 1024 for XINEX_LISTEN; nothing else that root may do.
AmbientCapabilities=CAP_NET_RAW CAP_NET_BIND_SERVICE
CapabilityBoundingSet=CAP_NET_RAW CAP_NET_BIND_SERVICE
NoNewPrivileges=yes
LockPersonality=yes
PrivateDevices=yes
PrivateTmp=yes
ProtectClock=yes
ProtectControlGroups=yes
ProtectHome=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
ProtectProc=invisible
ProtectSystem=strict
RemoveIPC=yes
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX AF_NETLINK
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
SystemCallArchitectures=native
SystemCallErrorNumber=EPERM
SystemCallFilter=@system-service

[Install]
WantedBy=multi-user.target
END
}

print_settings() {
  cat <<END
# Settings of Xinex, one NAME=value a line; apply with: systemctl restart xinex
# Behind a reverse proxy on this machine keep 127.0.0.1; 0.0.0.0:3000 answers on every address.
XINEX_LISTEN=$1
# The address people type, used in links and to mark cookies as secure:
#XINEX_PUBLIC_URL=https://status.example.com
# Mail server for e-mail channels without one of their own:
#XINEX_SMTP_URL=smtp://user:password@mail.example.com:587
END
}

has_systemd() { [ -z "$DESTDIR" ] && [ -d /run/systemd/system ]; }

# Every file is written aside and renamed, so that an interruption leaves the old or the new one, never a half.
put() { # put MODE SOURCE TARGET
  mkdir -p "$(dirname "$DESTDIR$3")"
  cp -- "$2" "$DESTDIR$3.new"
  chmod "$1" "$DESTDIR$3.new"
  mv -f -- "$DESTDIR$3.new" "$DESTDIR$3"
}

find_binary() {
  if [ -n "${1:-}" ]; then
    [ -f "$1" ] || fail "$1: no such file"
    FOUND=$1
  elif [ -f "$HERE/xinex" ]; then
    FOUND=$HERE/xinex
  elif [ -f "$HERE/package.json" ]; then
    command -v npm >/dev/null 2>&1 || fail "give a binary, or install Node 20 with npm to build one"
    say "Building from source …"
    (cd "$HERE" && npm run build) || fail "the build failed"
    FOUND=$HERE/dist/xinex
  else
    fail "no binary given and none beside this script"
  fi
}

# Run from a copy beside its later place: the file may lie on a disk, or /tmp be, mounted noexec.
check_binary() {
  mkdir -p "$(dirname "$DESTDIR$BIN")"
  TRIAL=$(mktemp -d "$(dirname "$DESTDIR$BIN")/.xinex-XXXXXX")
  cp -- "$FOUND" "$TRIAL/xinex"
  chmod 755 "$TRIAL/xinex"
  VERSION=$(TMPDIR=$TRIAL "$TRIAL/xinex" version 2>&1) || {
    rm -rf "$TRIAL"
    fail "$FOUND does not run on this machine ($(uname -s) $(uname -m)): $VERSION"
  }
  rm -rf "$TRIAL"
}

make_user() {
  [ -z "$DESTDIR" ] || return 0
  if ! id xinex >/dev/null 2>&1; then
    if command -v useradd >/dev/null 2>&1; then
      useradd --system --user-group --home-dir "$DATA" --no-create-home --shell /usr/sbin/nologin xinex
    else
      addgroup -S xinex 2>/dev/null || true
      adduser -S -D -H -h "$DATA" -s /sbin/nologin -G xinex xinex
    fi
    say "Created user xinex"
  fi
  mkdir -p "$DATA"
  chown xinex:xinex "$DATA"
}

put_program() {
  if [ -f "$DESTDIR$BIN" ] && cmp -s -- "$FOUND" "$DESTDIR$BIN"; then
    say "$VERSION is installed already"
    return 0
  fi
  # Before the new one: whatever happens next, the one that worked is there.
  if [ -f "$DESTDIR$BIN" ]; then
    put 755 "$DESTDIR$BIN" "$PREVIOUS"
    say "Kept the previous binary as $PREVIOUS"
  fi
  put 755 "$FOUND" "$BIN"
  say "Installed $VERSION as $BIN"
}

put_files() { # put_files LISTEN
  mkdir -p "$DESTDIR$DATA" "$DESTDIR$(dirname "$SETTINGS")"
  chmod 700 "$DESTDIR$DATA"
  TEXT=$(mktemp)
  print_unit >"$TEXT"
  put 644 "$TEXT" "$UNIT"
  if [ ! -f "$DESTDIR$SETTINGS" ]; then
    print_settings "$1" >"$TEXT"
    put 600 "$TEXT" "$SETTINGS"
  fi
  rm -f "$TEXT"
}

address() { sed -n 's/^XINEX_LISTEN=//p' "$DESTDIR$SETTINGS" 2>/dev/null | tail -n 1; }

start_service() {
  has_systemd || return 0
  systemctl daemon-reload
  systemctl enable --quiet xinex
  systemctl restart xinex
  tries=30
  until XINEX_LISTEN=$(address) "$BIN" doctor --health >/dev/null 2>&1; do
    tries=$((tries - 1))
    if [ "$tries" -eq 0 ]; then
      say "Xinex does not answer. Look at: journalctl -u xinex -n 50"
      if [ -f "$PREVIOUS" ]; then say "To put the previous version back: $0 --rollback"; fi
      exit 1
    fi
    sleep 1
  done
}

hint() {
  listen=$(address)
  if [ -n "$DESTDIR" ]; then
    say "Staged below $DESTDIR"
  elif has_systemd; then
    say "Xinex runs at http://${listen:-127.0.0.1:3000}"
    say "At the first start it prints a one-time set-up address: journalctl -u xinex | grep -i setup"
  else
    say "This machine has no systemd. Start it with: su -s /bin/sh xinex -c '$BIN serve --data $DATA'"
    say "At the first start it prints a one-time set-up address."
  fi
}

rollback() {
  [ -f "$DESTDIR$PREVIOUS" ] || fail "there is no previous binary at $DESTDIR$PREVIOUS"
  SWAP=$(mktemp)
  cp -- "$DESTDIR$BIN" "$SWAP"
  put 755 "$DESTDIR$PREVIOUS" "$BIN"
  put 755 "$SWAP" "$PREVIOUS"
  rm -f "$SWAP"
  say "Put the previous binary back; the one it replaces is now $PREVIOUS"
  say "If it refuses data written by the newer version, restore the copy made before the upgrade: $DATA/backups"
  start_service
}

uninstall() {
  if has_systemd; then systemctl disable --now --quiet xinex 2>/dev/null || true; fi
  rm -f "$DESTDIR$BIN" "$DESTDIR$PREVIOUS" "$DESTDIR$UNIT"
  rmdir "$DESTDIR$(dirname "$PREVIOUS")" 2>/dev/null || true
  if has_systemd; then systemctl daemon-reload; fi
  say "Removed Xinex. Kept: $DATA, $(dirname "$SETTINGS") and the user xinex."
}

main() {
  action=install binary='' listen=127.0.0.1:3000
  while [ $# -gt 0 ]; do
    case $1 in
      -h | --help) usage; exit 0 ;;
      --print-unit) print_unit; exit 0 ;;
      --rollback) action=rollback ;;
      --uninstall) action=uninstall ;;
      --listen) shift; listen=${1:?--listen needs HOST:PORT} ;;
      -*) usage >&2; exit 2 ;;
      *) [ -z "$binary" ] || fail "one binary, please"; binary=$1 ;;
    esac
    shift
  done
  if [ -z "$DESTDIR" ]; then
    [ "$(uname -s)" = Linux ] || fail "this installs on Linux; elsewhere start the binary itself: xinex serve --data DIR"
    [ "$(id -u)" -eq 0 ] || fail "run it as root"
  fi
  case $action in
    rollback) rollback ;;
    uninstall) uninstall ;;
    install)
      find_binary "$binary"
      check_binary
      make_user
      put_program
      put_files "$listen"
      start_service
      hint
      ;;
  esac
}

main "$@"
