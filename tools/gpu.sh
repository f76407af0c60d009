#!/usr/bin/env bash
# What we want to know from a machine with CUDA, in one run of at most nine minutes:
#
#   bash tools/gpu.sh          results under ${OUT:-runs/gpu}
#   bash tools/gpu.sh --dry    every stage in a tiny form on the CPU; what needs CUDA is printed. Under ${OUT:-runs/gpu-dry}
#
# Stages: versions and device; updates of DreamerV3 12M and 50M, eager, as one CUDA graph, compiled; PPO on Atari; I2A on
# MiniPacman; the cells flagged gpu; DreamerV3 with the recipe `cpu` on MinAtar/Breakout-v1 for the rest of the time. Every
# stage has its own limit in seconds and writes its results as they come. A stage that fails, or that is stopped at its
# limit, loses nothing, and the next one begins. summary.txt has a line per stage. The exit status is 1 if a stage failed.
#
# The machine may have a Python and a torch of its own, and no network. The script takes the first Python that has a torch
# with CUDA (PYTHON=... names one), and puts this checkout on PYTHONPATH. Packages that this Python lacks come from wheels
# that were carried along, in ${WHEELS:-wheels}; a torch among them is left out.
#
#   GPU_SECONDS=525   seconds in all     STAGE_SECONDS=60   of any stage, at most     STAGES="eager ppo"   only these
set -u
cd "$(dirname "$0")/.."
ROOT=$PWD
DRY=
case ${1:-} in
  ('') ;;
  (--dry) DRY=1 ;;
  (*) echo "gpu.sh: there is no option '$1'; write tools/gpu.sh, or tools/gpu.sh --dry" >&2; exit 2 ;;
esac
OUT=${OUT:-runs/gpu${DRY:+-dry}}
case $OUT in (/*) ;; (*) OUT=$ROOT/$OUT ;; esac
mkdir -p "$OUT" || exit 2
TOTAL=${GPU_SECONDS:-525}
MOST=${STAGE_SECONDS:-$TOTAL}
WHEELS=${WHEELS:-wheels}
SECONDS=0                                     # bash counts from here on
FAILED=0

say() { printf '%s\n' "$*" | tee -a "$OUT/summary.txt"; }
left() { echo $((TOTAL - SECONDS)); }

# The first Python that can do the work: with CUDA, or with any torch for --dry
find_python() {
  local p
  for p in ${PYTHON:-} python python3 .venv/bin/python; do
    command -v "$p" >/dev/null 2>&1 || continue
    if timeout 60 "$p" -c "import sys, torch; sys.exit(not (torch.cuda.is_available() or '$DRY'))" >/dev/null 2>&1; then command -v "$p"; return; fi
    [ "$p" = "${PYTHON:-}" ] && return 1      # the one that was named is the only one
  done
  return 1
}

# stage NAME LIMIT FILE COMMAND...: run with a limit, output to FILE as it comes, a line in the summary when it ends.
# The status 124 means that the limit was reached. For the stage `train` this is the plan, and no failure.
stage() {
  local name=$1 limit=$2 file=$3 began=$SECONDS status word
  shift 3
  case " ${STAGES:-$name} " in (*" $name "*) ;; (*) return ;; esac
  [ "$limit" -gt "$(left)" ] && limit=$(left)
  [ "$limit" -gt "$MOST" ] && limit=$MOST
  if [ "$limit" -lt 1 ]; then say "$name: not run, no time was left"; return; fi
  printf '\n== %s, at most %s s: %.200s\n' "$name" "$limit" "$(printf '%s ' "$@" | tr '\n' ' ')"
  timeout -k 10 "$limit" "$@" > >(tee "$OUT/$file") 2>&1 < /dev/null
  status=$?
  case $name:$status in
    (*:0) word=done ;;
    (train:124) word="stopped at its limit, as planned" ;;
    (*:124|*:137) word="stopped at its limit of $limit s"; FAILED=1 ;;
    (*) word="failed with status $status"; FAILED=1 ;;
  esac
  say "$name: $word, $((SECONDS - began)) s; $file"
}

: > "$OUT/summary.txt"
if ! PY=$(find_python); then
  say "no Python with a torch that sees a GPU was found (tried: ${PYTHON:-python, python3, .venv/bin/python}). Name one with PYTHON=..., or try tools/gpu.sh --dry"
  exit 1
fi
export PYTHONPATH=$ROOT${PYTHONPATH:+:$PYTHONPATH} PYTHONUNBUFFERED=1 TQDM_DISABLE=1 SDL_VIDEODRIVER=dummy MPLBACKEND=agg
export WORLDRL_RUNS=$OUT/runs WORLDRL_DATA=$OUT/data

if compgen -G "$WHEELS/*.whl" >/dev/null; then
  SITE=$(mktemp -d)
  trap 'rm -rf "$SITE"' EXIT
  mapfile -t FOUND < <(ls "$WHEELS"/*.whl | grep -viE '/(torch|nvidia|triton)[^/]*$')
  stage wheels 60 wheels.txt "$PY" -m pip install --quiet --no-index --no-deps --target "$SITE" "${FOUND[@]}"
  PYTHONPATH=$PYTHONPATH:$SITE                # behind the machine's own packages
fi

VERSIONS='
import platform, subprocess, sys, torch
from importlib import metadata
print("python", sys.version.split()[0], sys.executable)
print("torch", torch.__version__, "CUDA", torch.version.cuda, "cuDNN", torch.backends.cudnn.version())
for i in range(torch.cuda.device_count()):
    p = torch.cuda.get_device_properties(i)
    print(f"device {i}: {p.name}, {p.total_memory / 2**30:.0f} GiB, {p.multi_processor_count} multiprocessors, capability {p.major}.{p.minor}")
if not torch.cuda.is_available(): print("no CUDA device")
for name in ("numpy", "gymnasium", "ale-py", "minatar", "nbdev", "triton", "safetensors"):
    try: print(name, metadata.version(name))
    except metadata.PackageNotFoundError: print(name, "is not installed")
for command in (["git", "rev-parse", "HEAD"], ["nvidia-smi"]):
    try: print(subprocess.run(command, capture_output=True, text=True, timeout=20).stdout.strip())
    except Exception as e: print(command[0], type(e).__name__)
print(platform.platform(), platform.processor())
'
BOOKS=$(grep -lE '"#\| *gpu' nbs/*.ipynb | sed 's|nbs/||;s|\.ipynb||' | tr '\n' ' ')
WORKERS=$(( $(nproc 2>/dev/null || echo 2) / 2 ))
[ "$WORKERS" -ge 1 ] || WORKERS=1

stage versions 40 versions.txt "$PY" -c "$VERSIONS"
if [ -z "$DRY" ]; then
  for way in eager captured; do
    stage "$way" 90 "$way.txt" "$PY" -m worldrl.cli bench "gpu_$way" --save "$OUT/$way.json"
  done
  stage ppo 60 ppo.txt "$PY" -m worldrl.cli bench gpu_ppo --save "$OUT/ppo.json"
  stage i2a 60 i2a.txt "$PY" -m worldrl.cli bench gpu_i2a --save "$OUT/i2a.json"
  # shellcheck disable=SC2086
  stage tests 150 tests.txt "$PY" tools/test.py --flags gpu --workers "$WORKERS" --only $BOOKS
  stage compiled 120 compiled.txt "$PY" -m worldrl.cli bench gpu_compiled --save "$OUT/compiled.json"
  stage train $(($(left) - 12)) train.txt "$PY" -m worldrl.cli train dreamerv3 --recipe cpu --env-id MinAtar/Breakout-v1 --device cuda --fresh
else
  for way in eager captured; do
    stage "$way" 90 "$way.txt" "$PY" -m worldrl.cli bench "gpu_$way" --tiny --save "$OUT/$way.json"
  done
  stage ppo 60 ppo.txt "$PY" -m worldrl.cli bench gpu_ppo --tiny --save "$OUT/ppo.json"
  stage i2a 60 i2a.txt "$PY" -m worldrl.cli bench gpu_i2a --tiny --save "$OUT/i2a.json"
  stage tests 20 tests.txt echo "needs CUDA: $PY tools/test.py --flags gpu --workers $WORKERS --only $BOOKS"
  stage compiled 20 compiled.txt echo "needs a GPU to be of use: $PY -m worldrl.cli bench gpu_compiled --save $OUT/compiled.json"
  stage train 120 train.txt "$PY" -m worldrl.cli train dreamerv3 --preset tiny --env-id MinAtar/Breakout-v1 --total-timesteps 400 --device cpu --fresh
fi
printf '\n'
cat "$OUT/summary.txt"
exit $FAILED
