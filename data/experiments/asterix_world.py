"""Train DreamerV3's world alone on MinAtar Asterix and measure it on held-out rows (a section of nbs/74_dreamed.ipynb).

    python asterix_world.py data                        record the rows: random play, and the play of the zoo's PPO agent
    python asterix_world.py baselines                   copy of the last frame, mean frame
    python asterix_world.py NAME UPDATES [key=value ...]
        keys: power (weight of set cells: density ** -power), change=local (the decoder predicts the change of the last
        frame), warm=zoo (begin with the world of asterix-dreamer), seed, lr, and fields of RSSMConfig

Data, weights and results.csv go to $WORLDRL_DATA/asterix-world. The stored results are asterix-world.csv beside this file."""
import csv, math, os, sys, time
from pathlib import Path
import gymnasium as gym, numpy as np, torch, torch.nn as nn, torch.nn.functional as F
import worldrl
from worldrl.core import autocast, seed_everything
from worldrl.envs.core import make_env
from worldrl.parts.contracts import Rng, Step, stack_steps
from worldrl.parts.episodes import gather_windows
from worldrl.parts.rollout import EnvStream, RandomAgent
from worldrl.parts.optim import Optimizer
from worldrl.dreamer.dreamerv2 import DreamerConfig
from worldrl.dreamer.rssm import RSSMWorld, head_losses, kl_terms
from worldrl.spaces import preprocess, space_to_dict

torch.set_num_threads(1)
HERE = Path(os.environ.get("WORLDRL_DATA", "rollouts"), "asterix-world")
PLANES, B, T = ("player", "enemy", "trail", "gold"), 16, 32
CONTEXT, DREAM = 16, 10

def rows(agent, T, seed, n=16):
    env = make_env("MinAtar/Asterix-v1", n, seed)
    if agent is None: agent = RandomAgent(env.single_observation_space, env.single_action_space)
    stream, rng = EnvStream(env, "cpu"), Rng(1.0, seed)
    steps, state = [stream.reset()], agent.initial(n)
    for _ in range(T - 1):
        act = agent.act(state, stream.now, rng=rng)
        state = act.state
        steps.append(stream.step(act.action))
    env.close()
    s = stack_steps(steps)
    return s

def record():
    "Store the rows of both kinds, to learn from and held out"
    ppo = worldrl.load("minatar-asterix-ppo")
    out = {"train_random": rows(None, 3125, 1), "test_random": rows(None, 700, 2),
           "train_agent": rows(ppo, 1000, 3), "test_agent": rows(ppo, 700, 4)}
    HERE.mkdir(parents=True, exist_ok=True)
    torch.save({k: vars(v) for k, v in out.items()}, HERE / "data.pt")

def settings(words):
    out, world = {"power": 0.0, "seed": 0, "change": "", "lr": 1e-3, "warm": ""}, {}
    for w in words:
        k, v = w.split("=")
        try: v = eval(v, {})
        except NameError: pass
        (out if k in out else world)[k] = v
    return out, world

class Local(nn.Module):
    "Change of the frame from its neighbourhood and from the features: two convolutions"
    def __init__(self, features, channels=16):
        super().__init__()
        self.first, self.cond = nn.Conv2d(4, channels, 3, padding=1), nn.Linear(features, 2 * channels)
        self.second = nn.Conv2d(channels, 4, 3, padding=1)
        nn.init.zeros_(self.second.weight); nn.init.zeros_(self.second.bias)
    def forward(self, last, feat):
        lead = feat.shape[:-1]
        last, feat = last.reshape(-1, 4, 10, 10), feat.reshape(-1, feat.shape[-1])
        scale, shift = self.cond(feat)[..., None, None].chunk(2, 1)
        h = F.silu(self.first(last) * (1 + scale) + shift)
        return self.second(h).float().reshape(*lead, 4, 10, 10)

class ChangeWorld(RSSMWorld):
    "Decodes logits 4 (2 last - 1) + change; `last` is the real frame before, or the dreamed one"
    def __init__(self, config, change):
        super().__init__(config)
        self.change = change
        if change == "local": self.local = Local(self.feature_size)
    def raw(self, feat, last):
        r = self.decoder(feat)
        if not self.change: return r
        r = r + 4 * (2 * last - 1)
        return r + self.local(last, feat) if hasattr(self, "local") else r

def weights(x, power, dims):
    "Return [4, 1, 1] weights of set cells: density ** -power of each plane in this batch"
    density = x.mean(dims).clamp(min=1 / x[..., 0, :, :].numel())
    return (density ** -power).view(-1, 1, 1)

def image_loss(raw, x, s):
    if not s["power"]: return F.binary_cross_entropy_with_logits(raw, x, reduction="none").flatten(-3).sum(-1)
    w = weights(x, s["power"], (0, 1, 3, 4))
    each = F.binary_cross_entropy_with_logits(raw + w.log(), x, reduction="none", pos_weight=w)
    return each.flatten(-3).sum(-1)

def frames_before(x, is_first):
    last = torch.cat([torch.zeros_like(x[:, :1]), x[:, :-1]], 1)
    return last * (~is_first)[..., None, None, None].to(x.dtype)

def loss_of(world, steps, rng, s):
    c, x = world.config, preprocess(steps.obs, world.obs_space)
    states = world.rssm.observe_sequence(world.initial(len(steps)), steps.action, world.encoder(x), steps.is_first, rng)
    feat, latent = world.features(states), world.rssm.latent
    dyn, rep = kl_terms(latent, states[latent.key], world.rssm.prior_net(states["deter"]).float())
    each = image_loss(world.raw(feat, frames_before(x, steps.is_first)), x, s)
    if s["change"]: image = each[:, 1:].mean()
    else: image = each.mean()
    reward, cont = head_losses(world, feat, steps)
    loss = c.image_scale * image + c.reward_scale * reward + c.cont_scale * cont
    loss = loss + c.kl_dyn * dyn.clamp(min=c.free_nats).mean() + c.kl_rep * rep.clamp(min=c.free_nats).mean()
    return loss, image.detach(), dyn.mean().detach()

def windows(rows, length, n, seed, clean_from=None):
    g = torch.Generator().manual_seed(seed)
    envs, T_all = rows["reward"].shape
    out = [[], []]
    while len(out[0]) < n:
        e, b = int(torch.randint(envs, (1,), generator=g)), int(torch.randint(T_all - length + 1, (1,), generator=g))
        if clean_from is not None and rows["is_first"][e, b + clean_from:b + length].any(): continue
        out[0].append(e); out[1].append(b)
    return gather_windows(rows, torch.tensor(out[0]), torch.tensor(out[1]), length, torch.device("cpu"))

def score(p, x):
    "recall and precision per plane; p, x: [..., 4, 10, 10]"
    on, true = p > .5, x > .5
    hit = (on & true).flatten(0, -4).sum((0, 2, 3)).double()
    total = lambda y: y.flatten(0, -4).sum((0, 2, 3)).double()
    return (hit / total(true)).tolist(), (hit / total(on)).tolist()

def r2(pred, true): return float(1 - ((pred - true) ** 2).sum() / ((true - true.mean()) ** 2).sum())

@torch.no_grad()
def measure(world, steps, seed=7):
    rng, x = Rng(1.0, seed), preprocess(steps.obs, world.obs_space)
    states = world.rssm.observe_sequence(world.initial(len(steps)), steps.action, world.encoder(x), steps.is_first, rng)
    feat = world.features(states)
    recon = torch.sigmoid(world.raw(feat, frames_before(x, steps.is_first)))
    out = {"recon": score(recon[:, 4:], x[:, 4:])}
    kl = world.surprise(states)[:, 4:].mean().item()
    R = world.reward_net.value(feat)
    info = {"kl": kl, "r2_post": r2(R[:, 4:], steps.reward[:, 4:])}
    state, last = {k: v[:, CONTEXT - 1] for k, v in states.items()}, x[:, CONTEXT - 1]
    rewards = []
    for k in range(DREAM):
        t = CONTEXT + k
        state = world.imagine(state, steps.action[:, t], rng=rng)
        f = world.features(state)
        last = torch.sigmoid(world.raw(f, last))
        rewards.append(world.reward_net.value(f))
        if k + 1 in (1, 5, 10): out[f"dream@{k + 1}"] = score(last, x[:, t])
    rewards = torch.stack(rewards, 1)
    info["r2_dream1"] = r2(rewards[:, 0], steps.reward[:, CONTEXT])
    info["r2_dream5"] = r2(rewards[:, :5], steps.reward[:, CONTEXT:CONTEXT + 5])
    return out, info

def write(name, cpu, updates, words, results):
    path = HERE / "results.csv"
    new = not path.exists()
    with open(path, "a") as f:
        w = csv.writer(f)
        if new:
            w.writerow(["variant", "cpu_s", "updates", "settings", "rows", "of", *(f"recall_{p}" for p in PLANES),
                        *(f"precision_{p}" for p in PLANES), "kl", "r2_post", "r2_dream1", "r2_dream5"])
        for rows, (out, info) in results.items():
            for of, (rec, pre) in out.items():
                w.writerow([name, round(cpu, 1), updates, " ".join(words), rows, of,
                            *(f"{v:.3f}" for v in (*rec, *pre)), *(f"{info.get(k, float('nan')):.3f}" for k in
                            ("kl", "r2_post", "r2_dream1", "r2_dream5"))])

def load():
    data = torch.load(HERE / "data.pt", weights_only=False)
    tests = {k: windows(data[f"test_{k}"], CONTEXT + DREAM, 400, 5, CONTEXT) for k in ("random", "agent")}
    return data, tests

def baselines():
    data, tests = load()
    mean = torch.cat([data[k]["obs"].flatten(0, 1).float() / 255 for k in ("train_random", "train_agent")]).mean(0)
    results = {}
    for k, steps in tests.items():
        x = steps.obs.float() / 255
        results[k] = {f"dream@{n}": score(x[:, CONTEXT - 1], x[:, CONTEXT + n - 1]) for n in (1, 5, 10)}, {}
    write("copy of the last frame", 0, 0, [], results)
    write("mean frame", 0, 0, [], {k: ({"recon": score(mean.expand(400, 4, 10, 10), s.obs[:, 20].float() / 255)}, {})
                                   for k, s in tests.items()})

def main(name, seconds, words):
    s, fields = settings(words)
    seed_everything(s["seed"])
    env = make_env("MinAtar/Asterix-v1", 1, 0)
    spaces = dict(obs_space=space_to_dict(env.single_observation_space), action_space=space_to_dict(env.single_action_space))
    env.close()
    data, tests = load()
    config = DreamerConfig().world.replace(image_loss="bernoulli", **spaces, **fields)
    world = ChangeWorld(config, s["change"])
    if s["warm"]:
        old = worldrl.load("asterix-dreamer").world
        print({k: (v, getattr(config, k)) for k, v in vars(old.config).items() if v != getattr(config, k)})
        world.load_state_dict(old.state_dict(), strict=False)
    rings = [data["train_random"], data["train_agent"]]
    g, rng = torch.Generator().manual_seed(s["seed"] + 1), Rng(1.0, s["seed"] + 2)
    def sample():       # rows of both kinds by their number: 50,000 and 16,000
        n = int((torch.rand(B, generator=g) < 16 / 66).sum())
        parts = []
        for rows, m in zip(rings, (B - n, n)):
            if not m: continue
            e = torch.randint(16, (m,), generator=g)
            b = torch.randint(rows["reward"].shape[1] - T + 1, (m,), generator=g)
            parts.append(gather_windows(rows, e, b, T, torch.device("cpu")))
        return Step(*(torch.cat(x) for x in zip(*(vars(p).values() for p in parts))))
    optimizer = Optimizer(world.parameters(), s["lr"], clip=100.)
    start, told, wall = time.process_time(), 0, time.time()
    while optimizer.steps < seconds:
        optimizer.set_lr(s["lr"] * .1 ** (optimizer.steps / seconds))
        with autocast(torch.device("cpu"), "bfloat16"): loss, image, kl = loss_of(world, sample(), rng, s)
        optimizer.step(loss)
        if optimizer.steps - told >= seconds / 6:
            told, cpu = optimizer.steps, time.process_time() - start
            print(f"{name}: {optimizer.steps} updates, {cpu:.0f} CPU s, {time.time() - wall:.0f} s, image {image:.2f}, kl {kl:.2f}", flush=True)
    seconds = time.process_time() - start
    world.eval()
    results = {k: measure(world, steps) for k, steps in tests.items()}
    write(name, seconds, optimizer.steps, words, results)
    torch.save(world.state_dict(), HERE / f"{name.replace(' ', '_').replace('/', '_')}.pt")
    for k, (out, info) in results.items():
        print(k, {of: " ".join(f"{v:.2f}" for v in rec) + " | " + " ".join(f"{v:.2f}" for v in pre) for of, (rec, pre) in out.items()}, {a: round(v, 2) for a, v in info.items()}, flush=True)

if __name__ == "__main__":
    if sys.argv[1] == "data": record()
    elif sys.argv[1] == "baselines": baselines()
    else: main(sys.argv[1], int(sys.argv[2]), sys.argv[3:])
