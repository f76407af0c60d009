#!/usr/bin/env bash
# Makes .venv with the pinned set of packages and an editable install. Run again, it does nothing unless something changed.
#   PYTHON=python3.12   the interpreter to use; refused when it does not run, or is not 3.11, 3.12 or 3.13
#   EXTRAS=dev,...,ray  the extras to install; with ray the tests also use a local Ray cluster (80 MB to download)
#   TORCH_INDEX=URL     another wheel index for torch (a CPU build is 10x smaller)
set -euo pipefail
NAMED=${PYTHON:-}
case $NAMED in (/*) ;; (*/*) NAMED=$PWD/$NAMED ;; esac      # a relative path counts from where the user is
cd "$(dirname "$0")/.."
VENV=${VENV:-.venv}
EXTRAS=${EXTRAS:-dev,minatar,box2d,mujoco,retro,docs,distributed}
say() { printf '%s\n' "$*"; }
die() { printf 'setup: %s\n' "$*" >&2; exit 1; }

# Print the version ("3.12") of an interpreter, or the reason why it does not run. A pyenv shim is there for
# every version that pyenv has, and fails for those that are not active, so only running it tells.
version_of() {
  local out
  command -v "$1" >/dev/null 2>&1 || { say "no such command or file"; return 1; }
  if out=$("$1" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>&1) && [[ $out =~ ^[0-9]+\.[0-9]+$ ]]; then say "$out"; return 0; fi
  say "it does not run: $(head -n 1 <<< "${out:-it printed nothing}")"
  return 1
}
supported() { case $1 in (3.11|3.12|3.13) return 0 ;; (*) return 1 ;; esac; }

find_python() {
  local p v
  for p in python3 python3.13 python3.12 python3.11; do
    v=$(version_of "$p") && supported "$v" && { say "$p"; return 0; }
  done
  return 1
}

named_version=
if [ -n "$NAMED" ]; then
  named_version=$(version_of "$NAMED") || die "PYTHON=$NAMED was named, but $named_version. Name one that runs, for instance by its file, or none"
  supported "$named_version" || die "PYTHON=$NAMED is Python $named_version; 3.11, 3.12 or 3.13 is needed. Name another one, or none"
fi

# What is wrong with the .venv that is there; nothing when it is good, or when there is none
fault_of_venv() {
  local v
  [ -e "$VENV" ] || [ -L "$VENV" ] || return 0
  if ! v=$(version_of "$VENV/bin/python"); then say "its Python does not work ($v)"
  elif ! supported "$v"; then say "it has Python $v"
  elif [ -n "$named_version" ] && [ "$v" != "$named_version" ]; then say "it has Python $v, and PYTHON=$NAMED is $named_version"
  fi
}

fault=$(fault_of_venv)
stamp=$(cat constraints.txt settings.ini setup.py tools/setup.sh | cksum | tr -d ' \n')-$EXTRAS
if [ -z "$fault" ] && [ "$(cat "$VENV/.stamp" 2>/dev/null)" = "$stamp" ]; then exit 0; fi
if [ -z "$fault" ] && [ -e "$VENV" ] && ! "$VENV/bin/python" -c 'import pip' 2>/dev/null; then fault="it has no pip"; fi

py=$NAMED
if [ -z "$py" ]; then
  py=$(find_python) || die "no Python 3.11, 3.12 or 3.13 found (python3: $(version_of python3 || true)); install one, or name it: make PYTHON=/path/to/python3.12 tour"
fi
say "python: $(command -v "$py") ($(version_of "$py"))"
"$py" -c 'import venv, ensurepip' 2>/dev/null || die "this Python has no venv module; on Debian and Ubuntu: apt install python3-venv"
free=$(df -Pk . | awk 'NR==2 {print int($4 / 1024)}')
[ "$free" -ge 5000 ] || die "$free MB free here, 5000 needed for the install"
say "free disk: $free MB"

if [ -n "$fault" ]; then
  [ -f "$VENV/pyvenv.cfg" ] || [ -z "$(ls -A "$VENV" 2>/dev/null)" ] || die "$VENV is no virtual environment, so it is left alone; rename or remove it"
  [ ! -L "$VENV" ] || die "$VENV is a link, and $fault; remove the link"
  say "making $VENV anew: $fault"
  "$py" -m venv --clear "$VENV"
elif [ ! -e "$VENV" ]; then
  say "making $VENV"
  "$py" -m venv "$VENV"
fi
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
