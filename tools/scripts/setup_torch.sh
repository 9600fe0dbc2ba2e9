#!/bin/sh
# SPDX-License-Identifier: MIT
# setup_torch.sh - makes build/torch-venv with the PyTorch that the fixtures are exported with. Safe to run again.
# Only whoever wants to re-create fixtures or measure PyTorch needs it.
#   PYTHON=python3.11             interpreter to build it from
#   GATEMARK_TORCH_INDEX=URL      package index to take torch from, if the default one has only
#                                 builds for accelerators (which do not load without their libraries)
set -eu
case ${1-} in -h | --help) sed -n '3,/^[^#]/s/^# \{0,1\}//p' "$0"; exit 0 ;; esac
root=$(cd "$(dirname "$0")/../.." && pwd)
venv=$root/build/torch-venv
py=${PYTHON:-python3}
torch=2.13.0
# What torch imports, what the exporter needs, and what looks at the exporter's style; nothing else is pulled in.
pins='numpy==2.4.6 h5py==3.16.0 filelock==4.2.11 fsspec==2026.9.0 Jinja2==3.1.6 MarkupSafe==3.0.4
mpmath==1.3.0 networkx==3.6.1 setuptools==84.2.1 sympy==1.14.0 typing_extensions==4.16.0 ruff==0.17.6'

works() {
    [ -x "$venv/bin/ruff" ] && "$venv/bin/python" - "$torch" <<'PY' 2>/dev/null
import sys, h5py, numpy, torch
ok = (torch.__version__.split("+")[0], h5py.__version__, numpy.__version__)
sys.exit(ok != (sys.argv[1], "3.16.0", "2.4.6"))
PY
}

report() {
    versions=$("$venv/bin/python" -c 'import torch, numpy, h5py
print("torch", torch.__version__, "numpy", numpy.__version__, "h5py", h5py.__version__)')
    echo "setup_torch: build/torch-venv $versions, $(du -sh "$venv" | cut -f1), $1"
}

if works; then
    report "already there"
    exit 0
fi
if ! "$py" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
    echo "setup_torch: $py is older than Python 3.11; set PYTHON" >&2
    exit 2
fi
if ! "$py" -c 'import ensurepip, venv' 2>/dev/null; then
    echo "setup_torch: $py lacks venv; install the package python3-venv" >&2
    exit 2
fi
start=$(date +%s)
"$py" -m venv --clear "$venv"
pip() { "$venv/bin/python" -m pip --quiet --disable-pip-version-check install --no-deps "$@"; }
# shellcheck disable=SC2086 # a list of words
pip $pins
# Without its dependencies: a build for accelerators would pull in gigabytes that a CPU never uses.
if [ -n "${GATEMARK_TORCH_INDEX:-}" ]; then
    pip --index-url "$GATEMARK_TORCH_INDEX" "torch==$torch"
else
    pip "torch==$torch"
fi
if ! works; then
    "$venv/bin/python" -c 'import torch' || true
    echo "setup_torch: this build of torch $torch does not load on its own;" \
        "set GATEMARK_TORCH_INDEX to an index with CPU builds and run again" >&2
    exit 1
fi
report "in $(($(date +%s) - start)) s"
