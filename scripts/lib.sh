# shellcheck shell=bash
# What the scripts share. Sourced, never run: `. "$(dirname "$0")/lib.sh"`. Afterwards the working folder is the
# checkout, and whatever was started is stopped when the script ends.

set -euo pipefail
ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$ROOT"

export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-${HOME:-/root}/.cache/rollcall-target}"
# Queries are checked against the committed .sqlx, whatever database the caller's environment names.
export SQLX_OFFLINE=true
export CARGO_TERM_PROGRESS_WHEN="${CARGO_TERM_PROGRESS_WHEN:-never}"

POSTGRES_DIR=
POSTGRES_PID=

say() { printf '%s\n' "$*" >&2; }

fail() {
    say "$*"
    exit 1
}

# ---- What must be installed -----------------------------------------------------------------------------------------

# need COMMAND:PACKAGE ...: installs the packages whose commands are missing.
need() {
    local pair missing=()
    for pair in "$@"; do
        have "${pair%%:*}" || missing+=("${pair#*:}")
    done
    [ ${#missing[@]} -eq 0 ] || install_packages "${missing[@]}"
}

have() {
    case $1 in
        initdb) [ -n "$(postgres_bin)" ] ;;
        libclang) [ -n "${LIBCLANG_PATH:-}" ] || compgen -G '/usr/lib/llvm-*/lib/libclang.so' >/dev/null ;;
        python3-venv) python3 -c 'import ensurepip, venv' 2>/dev/null ;;
        *) command -v "$1" >/dev/null ;;
    esac
}

install_packages() {
    command -v apt-get >/dev/null || fail "These are missing, and there is no apt here to install them: $*"
    local as=()
    if [ "$(id -u)" -ne 0 ]; then
        command -v sudo >/dev/null || fail "These are missing: $*. As root, run: apt-get install $*"
        as=(sudo)
    fi
    say "Installing with apt: $*"
    "${as[@]}" apt-get update -qq
    "${as[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >&2
}

# The toolchain that rust-toolchain.toml names, with the target for the browser and the standard library's source, and
# the C libraries that the server links: xmlsec, which brings libxml2 and OpenSSL, and libclang, which reads its headers.
need_rust() {
    command -v cargo >/dev/null || PATH="$HOME/.cargo/bin:$PATH"
    command -v cargo >/dev/null || fail "Rust is missing. https://rustup.rs installs it."
    need cc:build-essential pkg-config:pkg-config xmlsec1-config:libxmlsec1-dev libclang:libclang-dev
    local libraries
    libraries=$(rustc --print target-libdir --target wasm32-unknown-unknown 2>/dev/null) || libraries=
    if [ ! -d "$libraries" ]; then
        command -v rustup >/dev/null || fail "The Rust target wasm32-unknown-unknown is missing, and so is rustup to add it."
        say "Adding the Rust target wasm32-unknown-unknown with rustup"
        rustup target add wasm32-unknown-unknown
    fi
    # Without it the browser downloads more, and that is all.
    if [ ! -f "$(rustc --print sysroot)/lib/rustlib/src/rust/library/Cargo.lock" ] && command -v rustup >/dev/null; then
        say "Adding the Rust component rust-src with rustup"
        rustup component add rust-src || say "rust-src could not be added."
    fi
}

# need_cargo_tool NAME VERSION: builds it from source into the cache, once.
need_cargo_tool() {
    local tools="${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/rollcall-tools"
    PATH="$tools/bin:$PATH"
    if ! command -v "$1" >/dev/null; then
        say "Installing $1 $2 into $tools"
        CARGO_TARGET_DIR="$tools/target" cargo install --quiet --locked --root "$tools" --version "$2" "$1"
        rm -rf "$tools/target"
    fi
}

# need_npm FOLDER: installs what its lock file says, unless it is there already.
need_npm() {
    need node:nodejs npm:npm
    if ! cmp -s "$1/package-lock.json" "$1/node_modules/.installed"; then
        say "Installing the packages of $1/package-lock.json with npm"
        (cd "$1" && PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1 npm ci --no-audit --no-fund --loglevel=error >&2)
        cp "$1/package-lock.json" "$1/node_modules/.installed"
    fi
}

# Whether Node runs the identity providers of tests/providers. Debian 12's is too old for oidc-provider.
node_runs_providers() { node -e 'process.exit(URL.parse && require("node:crypto").hash ? 0 : 1)'; }

# ---- A throw-away Postgres ------------------------------------------------------------------------------------------

# The folder with initdb and postgres: PATH, else the newest of Debian's.
postgres_bin() {
    local found
    if found=$(command -v initdb); then
        dirname "$(readlink -f "$found")"
    else
        find /usr/lib/postgresql -mindepth 2 -maxdepth 2 -name bin 2>/dev/null | sort -V | tail -n 1
    fi
}

# As root, Postgres runs as the user postgres: it refuses root.
as_postgres() {
    if [ "$(id -u)" -eq 0 ]; then
        setpriv --reuid=postgres --regid=postgres --init-groups -- "$@"
    else
        "$@"
    fi
}

# Starts one on a Unix socket and exports ROLLCALL_TEST_DATABASE_URL, the address of its superuser. Nothing in it is
# worth keeping, so it writes without fsync.
start_postgres() { start_postgres_with /tmp -c fsync=off -c synchronous_commit=off -c full_page_writes=off; }

# One that writes as in production, to a disk (/tmp may be memory), and counts its statements.
start_durable_postgres() { start_postgres_with /var/tmp -c shared_preload_libraries=pg_stat_statements; }

# start_postgres_with FOLDER SETTING...
start_postgres_with() {
    [ -z "${ROLLCALL_TEST_DATABASE_URL:-}" ] || return 0
    need initdb:postgresql psql:postgresql-client
    local bin folder=$1
    shift
    bin=$(postgres_bin)
    POSTGRES_DIR=$(mktemp -d "$folder/rollcall-test.XXXXXX")
    [ "$(id -u)" -ne 0 ] || chown postgres: "$POSTGRES_DIR"
    (cd / && as_postgres "$bin/initdb" -D "$POSTGRES_DIR/data" -U rollcall -A trust -E UTF8 --locale=C.UTF-8 -N) \
        >"$POSTGRES_DIR.log" 2>&1 || fail "initdb failed: $(cat "$POSTGRES_DIR.log")"
    (cd / && exec_as_postgres "$bin/postgres" -D "$POSTGRES_DIR/data" -k "$POSTGRES_DIR" -c listen_addresses= \
        -c max_connections=300 "$@") \
        >>"$POSTGRES_DIR.log" 2>&1 &
    POSTGRES_PID=$!
    until psql -h "$POSTGRES_DIR" -U rollcall -d postgres -Atqc 'select 1' >/dev/null 2>&1; do
        kill -0 "$POSTGRES_PID" 2>/dev/null || fail "Postgres did not start: $(cat "$POSTGRES_DIR.log")"
        sleep 0.1
    done
    export ROLLCALL_TEST_DATABASE_URL="postgres://rollcall@localhost:5432/postgres?host=$POSTGRES_DIR"
}

# In place of the shell, so that the process id is that of Postgres.
exec_as_postgres() {
    if [ "$(id -u)" -eq 0 ]; then
        exec setpriv --reuid=postgres --regid=postgres --init-groups -- "$@"
    else
        exec "$@"
    fi
}

stop_postgres() {
    if [ -n "$POSTGRES_PID" ]; then
        kill -INT "$POSTGRES_PID" 2>/dev/null || true
        wait "$POSTGRES_PID" 2>/dev/null || true
        POSTGRES_PID=
    fi
    if [ -n "$POSTGRES_DIR" ]; then
        rm -rf "$POSTGRES_DIR" "$POSTGRES_DIR.log"
        POSTGRES_DIR=
    fi
}

# ---- Steps ----------------------------------------------------------------------------------------------------------

STEP=
STEP_BEGUN=0

# step NAME COMMAND...: says what it does and how long it took. The first failure ends the script.
step() {
    STEP=$1
    STEP_BEGUN=$SECONDS
    shift
    say "== $STEP"
    "$@"
    say "== $STEP: $((SECONDS - STEP_BEGUN)) s"
    STEP=
}

at_exit() {
    local status=$?
    trap - EXIT
    [ "$status" -eq 0 ] || [ -z "$STEP" ] || say "== $STEP: FAILED after $((SECONDS - STEP_BEGUN)) s (exit $status)"
    stop_postgres
    exit "$status"
}
trap at_exit EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
