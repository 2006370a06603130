#!/usr/bin/env bash
# Sets up everything that the project needs on Debian or Ubuntu: system libraries, then a virtual environment
# in .venv with the versions of constraints.txt. Safe to run again; does nothing when all is in place.
# With `--browser` it also tries to install Chromium, which one test uses to open the gallery.
set -euo pipefail
cd "$(dirname "$0")/.."

as_root() { # runs a command as root if that is possible without asking for a password
    if [ "$(id -u)" = 0 ]; then "$@"; elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then sudo -n "$@"; else return 126; fi
}

install_packages() {
    command -v apt-get >/dev/null || return 1
    export DEBIAN_FRONTEND=noninteractive
    as_root env DEBIAN_FRONTEND=noninteractive apt-get update -qq &&
        as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

has_library() { { /sbin/ldconfig -p 2>/dev/null || ldconfig -p; } | grep -q "$1"; }

find_python() {
    local candidate
    for candidate in python3.11 python3.12 python3; do
        if command -v "$candidate" >/dev/null &&
            "$candidate" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 13))'; then
            echo "$candidate"
            return 0
        fi
    done
    return 1
}

missing=()
python=$(find_python) || { echo "Python 3.11 or 3.12 is needed; install it, for example: apt-get install python3" >&2; exit 1; }
"$python" -c 'import ensurepip, venv' 2>/dev/null || missing+=("python3-venv")
has_library libEGL.so.1 || missing+=(libegl1)
# Mesa's software renderer: EGL works without a GPU and without a screen.
has_library libEGL_mesa.so.0 || has_library libEGL_nvidia.so.0 || missing+=(libegl-mesa0)
ls /usr/lib/*/dri/swrast_dri.so >/dev/null 2>&1 || has_library libgallium || missing+=(libgl1-mesa-dri)
has_library libGL.so.1 || missing+=(libgl1)
has_library libX11.so.6 || missing+=(libx11-6)
has_library libusb-1.0.so.0 || missing+=(libusb-1.0-0)
has_library libgomp.so.1 || missing+=(libgomp1)
if [ ${#missing[@]} -gt 0 ]; then
    echo "installing system packages: ${missing[*]}"
    if ! install_packages "${missing[@]}"; then
        echo "system packages are missing and could not be installed; please run:" >&2
        echo "    sudo apt-get update && sudo apt-get install -y ${missing[*]}" >&2
        exit 1
    fi
fi

if [ "${1:-}" = --browser ] && ! command -v chromium >/dev/null && ! command -v chromium-browser >/dev/null; then
    install_packages chromium || echo "no Chromium: the test that opens the gallery in it will be skipped"
fi

stamp=.venv/.installed
want=$(cat constraints.txt pyproject.toml | sha256sum | cut -d' ' -f1)
if [ "$(cat "$stamp" 2>/dev/null)" != "$want" ]; then
    echo "creating the environment in .venv (about 2.5 GB)"
    [ -x .venv/bin/python ] || "$python" -m venv .venv
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt uv
    # uv installs several times faster; pip understands more kinds of local configuration.
    .venv/bin/uv pip install --quiet --python .venv/bin/python --constraint constraints.txt --editable '.[dev]' ||
        .venv/bin/python -m pip install --quiet --constraint constraints.txt --editable '.[dev]'
    echo "$want" >"$stamp"
fi
