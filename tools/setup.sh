#!/usr/bin/env bash
# Makes .venv with the pinned set of packages and an editable install. Run again, it does nothing unless the pins changed.
#   PYTHON=python3.12      the interpreter to use     TORCH_INDEX=URL   another wheel index for torch (a CPU build is 10x smaller)
set -euo pipefail
cd "$(dirname "$0")/.."
VENV=${VENV:-.venv}
EXTRAS=${EXTRAS:-dev,minatar,box2d,mujoco,docs}
say() { printf '%s\n' "$*"; }
die() { printf 'setup: %s\n' "$*" >&2; exit 1; }

find_python() {
  for p in ${PYTHON:-} python3 python3.13 python3.12 python3.11; do
    command -v "$p" >/dev/null 2>&1 || continue
    "$p" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null && { command -v "$p"; return; }
  done
  return 1
}

stamp=$(cat constraints.txt settings.ini setup.py tools/setup.sh | cksum | tr -d ' \n')-$EXTRAS
if [ -x "$VENV/bin/python" ] && [ "$(cat "$VENV/.stamp" 2>/dev/null)" = "$stamp" ]; then exit 0; fi

py=$(find_python) || die "no Python 3.11, 3.12 or 3.13 found (python3 is $(python3 --version 2>&1 || echo absent)); install one, or name it: make PYTHON=/path/to/python3.12 tour"
say "python: $py ($("$py" --version 2>&1))"
"$py" -c 'import venv, ensurepip' 2>/dev/null || die "this Python has no venv module; on Debian and Ubuntu: apt install python3-venv"
free=$(df -Pk . | awk 'NR==2 {print int($4 / 1024)}')
[ "$free" -ge 5000 ] || die "$free MB free here, 5000 needed for the install"
say "free disk: $free MB"

[ -x "$VENV/bin/python" ] || { say "making $VENV"; "$py" -m venv "$VENV"; }
pip() { "$VENV/bin/python" -m pip --disable-pip-version-check "$@"; }
torch=$(grep -i '^torch==' constraints.txt)
say "1/3 $torch"
have_torch() { "$VENV/bin/python" -c "import torch, sys; sys.exit(torch.__version__.split('+')[0] != '${torch#torch==}')" 2>/dev/null; }
if have_torch; then :
elif [ -n "${TORCH_INDEX:-}" ]; then pip install -q --no-deps --index-url "$TORCH_INDEX" "$torch"     # what torch needs comes with step 3
else pip install -q -c constraints.txt "$torch"; fi
say "2/3 the pinned packages (a few minutes the first time)"
pip install -q -c constraints.txt "setuptools" "wheel"
say "3/3 worldrl, editable, with extras: $EXTRAS"
pip install -q --no-build-isolation -c constraints.txt -e ".[$EXTRAS]"
printf '%s' "$stamp" > "$VENV/.stamp"
say "ready: $VENV"
