#!/bin/sh
# SPDX-License-Identifier: MIT
# The exporter's test (test_export.py) with the PyTorch of tools/setup_torch.sh; without it, exit 77 with the reason.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
python=$root/build/torch-venv/bin/python
if ! "$python" -c 'import torch' 2>/dev/null; then
	echo "skipped: no PyTorch in build/torch-venv: sh tools/setup_torch.sh"
	exit 77
fi
exec "$python" "$root/tests/test_export.py"
