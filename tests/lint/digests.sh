#!/bin/sh
# SPDX-License-Identifier: MIT
# digests.sh GATEMARK FIXTURES - what this compiler made of the kernels gives the committed bits on every case.
set -eu
said=$("$1" check --fixtures "$2") || { printf '%s\n' "$said"; exit 1; }
bits=$(printf '%s\n' "$said" | grep '^  bits: ')
printf '%s\n' "$bits"
! printf '%s\n' "$bits" | grep -v 'digests as committed$'
