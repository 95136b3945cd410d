# What the suites' run scripts share. Each is started by tests/e2e/run, which exports AWS_ENDPOINT_URL,
# and ends with code 77 where its toolchain is missing; its last line then says which.

set -euo pipefail
suite=$(cd "$(dirname "$0")" && pwd)
cache=${SQUIRE_CACHE:-$suite/../../../build/e2e}
export PYTHONDONTWRITEBYTECODE=1 # the tree stays clean

missing() { echo "no $1 here"; exit 77; }

# Installs what Debian has. Elsewhere, or without the right to, the suite finds its tool missing.
debian() {
  command -v apt-get >/dev/null || return 0
  dpkg -s "$@" >/dev/null 2>&1 && return
  local sudo=()
  [[ $EUID -eq 0 ]] || sudo=(sudo -n)
  { "${sudo[@]}" apt-get update -q &&
    "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends "$@"; } || true
}

# Puts the suite's locked Python packages on the PATH. They are installed when the lock, Python or the
# place changes, which the scripts of an environment name.
use_python_packages() {
  python3 -c 'import ensurepip' 2>/dev/null || debian python3 python3-venv
  command -v python3 >/dev/null || missing python3
  local directory=$cache/$(basename "$suite")-venv wanted
  wanted=$(echo "$directory"; python3 --version; cat "$suite/requirements.txt")
  if [[ $(cat "$directory/installed" 2>/dev/null) != "$wanted" ]]; then
    rm -rf "$directory"
    python3 -m venv "$directory"
    "$directory/bin/pip" install --quiet --disable-pip-version-check -r "$suite/requirements.txt"
    echo "$wanted" >"$directory/installed"
  fi
  PATH=$directory/bin:$PATH
}

# Debian 12 has Go 1.19, too old for the SDK; that one gets a newer one as the module it is published as.
use_go() {
  command -v go >/dev/null || debian golang-go ca-certificates
  command -v go >/dev/null || missing go
  [[ $(printf '%s\n' go1.24 "$(go env GOVERSION)" | sort -V | head -1) == go1.24 ]] && return
  local newer=$cache/go-1.26.0 module
  module=golang.org/toolchain@v0.0.1-go1.26.0.$(go env GOOS)-$(go env GOARCH)
  if [[ ! -x $newer/bin/go ]]; then
    (cd / && go mod download "$module")
    rm -rf "$newer"
    cp -r "$(go env GOMODCACHE)/$module" "$newer"
    chmod -R u+w "$newer"
    chmod +x "$newer"/pkg/tool/*/* "$newer"/bin/*
  fi
  PATH=$newer/bin:$PATH
}

# Goes to a copy of the suite with its node_modules, which Node.js looks for beside the importing file.
use_node_packages() {
  command -v npm >/dev/null || debian nodejs npm
  command -v npm >/dev/null || missing node
  if ! node -e 'process.exit(parseInt(process.versions.node) >= 20 ? 0 : 1)'; then
    # Debian 12 has 18; npm has the newer ones as a package.
    local newer=$cache/node
    [[ -x $newer/node_modules/node/bin/node ]] ||
      npm install --prefix "$newer" --no-fund --no-audit --silent node@20
    PATH=$newer/node_modules/node/bin:$PATH
  fi
  local directory=$cache/$(basename "$suite")
  mkdir -p "$directory"
  if ! cmp -s "$suite/package-lock.json" "$directory/locked.json"; then
    cp "$suite/package.json" "$suite/package-lock.json" "$directory"
    npm ci --prefix "$directory" --no-fund --no-audit
    cp "$suite/package-lock.json" "$directory/locked.json"
  fi
  rm -f "$directory"/*.js
  cp "$suite"/*.js "$directory"
  cd "$directory"
}
