#!/usr/bin/env bash
# PPO that learns in dreams only. Each round: play with the present agent, train a lean world on these steps, and train
# PPO in DreamEnv of this world. usage: tools/ppo_in_lean.sh [ENV_ID] [SEED] [ROUNDS] [REAL_STEPS] [DREAM_STEPS]
# The runs are named loop-world-K and loop-ppo-K; a script that was stopped goes on where it was.
# (An empty array under `set -u` is an error before bash 4.4, so each is written as ${name[@]+"${name[@]}"}.)
set -euo pipefail
env_id=${1:-MinAtar/Breakout-v1} seed=${2:-0} rounds=${3:-5} real=${4:-19000} dreamed=${5:-300000}
runs=${WORLDRL_RUNS:-runs} game=$(echo "$env_id" | tr '/' '-')
run() { echo "$runs/${game}__$1__$seed"; }
world="" agent=""
for k in $(seq 1 "$rounds"); do
  player=() weights=() learned=()
  if [ -n "$agent" ]; then player=(--policy "$agent") weights=(--from "$world") learned=(--from "$agent"); fi
  worldrl train lean-world --env-id "$env_id" --seed "$seed" --total-timesteps "$real" --exp-name "loop-world-$k" \
    ${player[@]+"${player[@]}"} ${weights[@]+"${weights[@]}"}
  world=$(run "loop-world-$k")
  worldrl gather --env-id "$env_id" --seed "$((1000 * (seed + 1) + k))" --policy "${agent:-random}" --episodes 16 \
    --max-steps 60 --name "loop-$game-$seed-$k"
  worldrl train ppo --in-dream "$world" --dream-data "loop-$game-$seed-$k" --seed "$seed" \
    --total-timesteps "$dreamed" --exp-name "loop-ppo-$k" ${learned[@]+"${learned[@]}"}
  agent=$(run "loop-ppo-$k")
done
