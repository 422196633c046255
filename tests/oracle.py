"""The naive algorithm, written again from docs/design.md: one sample, whole sequences, every pass with eager
attention, no cache, full logits. What the engine must equal, and the baseline of the bench.
"""

import math
from contextlib import contextmanager
from dataclasses import replace
from types import SimpleNamespace

import torch
from PIL import Image

from dmlr import prompts
from dmlr.latent.noise import SampleNoise
from dmlr.methods.stand_in import FOREIGN_QUESTION
from dmlr.vlm.images import foreign_image


class Model:
    """Whole passes over [prefix, middle, rest of the prompt]; the middle is a list of ("think", i),
    ("patch", j) and, while decoding, the rest is longer."""

    def __init__(self, vlm, question, profile):
        self.vlm, self.profile, self.images = vlm, profile, question.images
        turns = prompts.messages(
            question.text, question.options, prompt=profile.prompt,
            think_tokens=profile.think_tokens, images=len(self.images),
        )  # fmt: skip
        self.prompt = vlm.prompt(turns, self.images, think_tokens=profile.think_tokens)
        self.embed = vlm.model.get_input_embeddings()
        hidden = self.embed.weight.shape[1]
        self.features = torch.cat([i.patches for i in self.images] or [torch.zeros(0, hidden)])
        self.levels = torch.cat(
            [i.deepstack for i in self.images] or [torch.zeros(vlm.deepstack_levels, 0, hidden)], 1
        )
        self.injected, self.injected_levels = self._injected()

    def _injected(self):
        """Embeddings (patch, hidden) and deepstack levels (level, patch, hidden) of injected patches."""
        count, none = len(self.features), torch.zeros_like(self.levels)
        if self.profile.injected == "placeholder":
            return self.embed(torch.full((count,), self.vlm.image_id)), none
        if self.profile.injected == "last_hidden":
            hidden, _ = self.run(torch.zeros(0, self.features.shape[1]), [])
            return hidden[self.prompt.image_places], none
        if self.profile.injection != "foreign":
            return self.features, self.levels
        others = [picture(self.vlm, image, "foreign") for image in self.images]
        return torch.cat([o.patches for o in others]), torch.cat([o.deepstack for o in others], 1)

    def run(self, think, middle, *, blind=False, ids=()):
        """Hidden states (seq, hidden) and attention (seq, seq), mean over layers and heads."""
        prefix = self.embed(self.prompt.prefix).clone()
        is_image = torch.zeros(len(prefix), dtype=torch.bool)
        levels = self.levels[:, :0]
        if not blind:
            is_image[self.prompt.image_places] = True
            prefix[is_image] = self.features
            levels = self.levels
        rows = [think[n] if kind == "think" else self.injected[n] for kind, n in middle]
        patches = [n for kind, n in middle if kind == "patch"]
        rest = self.embed(torch.cat([self.prompt.suffix, torch.tensor(ids, dtype=torch.long)]))
        embeds = torch.cat([prefix, *(row[None].to(prefix) for row in rows), rest])
        visual = torch.tensor([kind == "patch" for kind, _ in middle], dtype=torch.bool)
        visual = torch.cat([is_image, visual, torch.zeros(len(rest), dtype=torch.bool)])
        levels = torch.cat(
            [levels, self.injected_levels[:, patches] if patches else levels[:, :0]], 1
        )
        deep = {}
        if len(levels) and visual.any():
            deep = {"visual_pos_masks": visual[None], "deepstack_visual_embeds": list(levels)}
        with eager(self.vlm):
            output = self.vlm.text(
                inputs_embeds=embeds[None], position_ids=self._positions(len(embeds))[:, None],
                use_cache=False, output_attentions=True, **deep,
            )  # fmt: skip
        return output.last_hidden_state[0], torch.stack(output.attentions).mean(dim=(0, 2))[0]

    def _positions(self, count):
        if self.profile.positions == "sequential":
            return torch.arange(count).expand(3, count)
        more = count - len(self.prompt.prefix)
        text = torch.arange(self.prompt.next_position, self.prompt.next_position + more)
        return torch.cat([self.prompt.positions, text.expand(3, more)], dim=1)

    def middle(self, patches):
        """The sequence's middle, and the places in the whole sequence where think tokens are read."""
        found, places = [], []
        for token, chosen in enumerate(patches):
            places.append(len(found))
            found.append(("think", token))
            found += [("patch", patch) for patch in chosen]
        if not self.profile.track_positions:
            for token in range(len(patches)):
                found[token] = ("think", token)
            places = list(range(len(patches)))
        behind = len(found) if self.profile.track_positions else len(patches)
        if self.profile.reward_span == "think_inclusive":
            places = [*places, behind]
        return found, [len(self.prompt.prefix) + place for place in places]

    def reward(self, think, patches):
        middle, places = self.middle(patches)
        blind = self.profile.reward_context == "placeholder"
        hidden, _ = self.run(think, middle, blind=blind)
        logits = self.vlm.model.lm_head(hidden).float()
        found = []
        for place in places:
            top = logits[place].softmax(-1).topk(min(self.profile.top_k, logits.shape[-1])).values
            if self.profile.reward == "topk_negative_log":
                found.append(-(top + 1e-10).log().mean())
            else:
                found.append(-(top * top.log()).sum())
        mean = torch.stack(found).mean()
        return {
            "truncated_entropy": 1 - mean, "truncated_doubt": mean - 1, "topk_negative_log": mean
        }[self.profile.reward]  # fmt: skip

    def orders(self, think, noise):
        """Per think token, all patches in order of preference."""
        count = len(self.features)
        if self.profile.injection == "random":
            return [noise.permutation(count) for _ in think]
        _, attention = self.run(think, [("think", n) for n in range(len(think))])
        rows = attention[len(self.prompt.prefix) :][: len(think), self.prompt.image_places]
        return [sorted(range(count), key=lambda p: -row[p]) for row in rows.tolist()]

    def decode(self, think, patches):
        middle, _ = self.middle(patches if self.profile.decode_patches else [()] * len(think))
        ids = []
        while len(ids) < self.profile.max_new_tokens:
            hidden, _ = self.run(think, middle, ids=ids)
            ids.append(int(self.vlm.model.lm_head(hidden)[-1].argmax()))
            if ids[-1] in self.vlm.end_ids:
                break
        return ids


def picture(vlm, image, kind):
    side, rows, columns = vlm.pixels_per_token, image.rows, image.columns
    if kind == "foreign":
        return vlm.encode_image(foreign_image(rows, columns, pixels_per_token=side))
    return vlm.encode_image(Image.new("RGB", (columns * side, rows * side), "#808080"))


def about(vlm, question, kind):
    """The question about pictures of another kind."""
    return replace(question, images=[picture(vlm, image, kind) for image in question.images])


def decoded(vlm, question, profile, seed, noise, states):
    """The think tokens that are decoded."""
    best = states["best"]
    match profile.decoded:
        case "zeros":
            return best * 0
        case "noise":
            drawn = torch.randn(*best.shape, generator=noise.chance, device="cpu").to(best)
            return drawn / drawn.norm(dim=-1)[:, None] * best.norm(dim=-1)[:, None]
        case "foreign":
            name = question.sample_id + "/foreign"
            other = replace(question, sample_id=name, text=FOREIGN_QUESTION, options=[])
            plain = {"decoded": "best", "optimised_on": "image", "max_new_tokens": 1}
            profile = profile.model_copy(update=plain)
            return _answer(vlm, about(vlm, other, "foreign"), profile, seed).best_think
    return states[profile.decoded]


@contextmanager
def eager(vlm):
    before = vlm.config._attn_implementation
    vlm.config._attn_implementation = "eager"
    try:
        yield
    finally:
        vlm.config._attn_implementation = before


def gradient(model, think, patches):
    with torch.enable_grad():
        leaf = think.clone().requires_grad_(True)
        return torch.autograd.grad(model.reward(leaf, patches), leaf)[0]


def choose(best, orders, tokens, profile, *, added, budget):
    trial, room = [list(chosen) for chosen in best], profile.patches_max
    for token in tokens:
        if token % profile.injection_stride:
            continue
        fresh = [p for p in orders[token] if p not in best[token]]
        if profile.patch_growth == "budget":
            trial[token] = (list(best[token]) + fresh)[:budget]
            continue
        left = len(fresh) if room is None else max(0, room - sum(map(len, trial)))
        fresh = fresh[: min(left, len(fresh) if added is None else added)]
        trial[token] = fresh + list(best[token])
    return trial


def weight(profile, rewards, noise):
    """What stands for R in eta R xi / sigma^2."""
    *earlier, now = rewards
    match profile.update:
        case "none":
            return 0.0
        case "constant_reward":
            return rewards[0]
        case "mean_baseline":
            return now - sum(earlier) / len(earlier) if earlier else 0.0
        case "shuffled_reward":
            pool = earlier or rewards
            return pool[int(torch.randint(len(pool), (), generator=noise.chance, device="cpu"))]
    return now


@torch.no_grad()
def answer(vlm, question, profile, seed):
    with torch.device(vlm.device):
        return _answer(vlm, question, profile, seed)


def _answer(vlm, question, profile, seed):
    seen = question
    if profile.optimised_on != "image":
        seen = about(vlm, question, profile.optimised_on)
    model = Model(vlm, seen, profile)
    noise = SampleNoise(seed, question.sample_id, fixed=profile.seeding == "fixed")
    think = vlm.embed(model.prompt.think).float()
    tokens, image_tokens = range(len(think)), len(model.features)
    empty = [[] for _ in tokens]
    chooses = profile.injection not in ("none", "all")
    budget = profile.patches_initial
    if profile.patches_initial is None:
        budget = profile.patches_max
    elif profile.patches_max is not None:
        budget = min(budget, profile.patches_max)

    best = empty
    zero = profile.best_start == "zero"
    if profile.injection == "all":
        best = [
            list(range(image_tokens)) if t % profile.injection_stride == 0 else [] for t in tokens
        ]
    elif (
        chooses and not profile.injection_start and not (zero and profile.patch_growth == "budget")
    ):
        orders = model.orders(think, noise)
        added = profile.patches_initial
        best = choose(empty, orders, tokens, profile, added=added, budget=budget)
    best_think, best_step = think, -1
    best_reward = 0.0 if zero else float(model.reward(think, best))
    found = SimpleNamespace(initial_reward=best_reward, steps=[], prompt=model.prompt)

    sigma, driving = profile.sigma, []
    for step in range(profile.steps):
        xi = sigma * noise.xi(*think.shape).to(think)
        candidate = think + xi
        since = step - profile.injection_start
        choosing = chooses and since >= 0 and since % profile.injection_interval == 0
        orders = model.orders(candidate, noise) if choosing else None
        idle = empty if chooses and profile.patch_growth == "budget" else best
        if profile.acceptance == "joint":
            trial = idle
            if choosing:
                trial = choose(
                    best, orders, tokens, profile, added=profile.patches_added, budget=budget
                )
            driver = trial
        else:
            driver = empty
        reward = float(model.reward(candidate, driver))
        if profile.update == "antithetic":
            driving.append((reward - float(model.reward(candidate - 2 * xi, driver))) / 2)
        else:
            driving.append(reward)
        moved = profile.learning_rate * weight(profile, driving, noise) * xi / sigma**2
        if profile.update.startswith("gradient"):
            slope = gradient(model, candidate, driver)
            length = moved.norm() / slope.norm()
            moved = slope * (profile.learning_rate if profile.update == "gradient" else length)
        think = think + moved
        kept = candidate if profile.keep == "candidate" else think

        is_best, tried, seen = False, [], []
        rounds = (
            [list(tokens)]
            if profile.acceptance == "joint" or not choosing
            else [[t] for t in tokens]
        )
        for group in rounds:
            trial = idle
            if choosing:
                trial = choose(
                    best, orders, group, profile, added=profile.patches_added, budget=budget
                )
            part = model.middle(trial)[0][: read(model, trial)]
            if part in seen:  # patches that no read place can see: the very same sequence again
                continue
            seen.append(part)
            joint = profile.acceptance == "joint"  # its only sequence has been run
            value = reward if joint else float(model.reward(candidate, trial))
            tried.append((value, sum(map(len, trial))))
            if value > best_reward:
                best, best_think, best_reward, best_step, is_best = trial, kept, value, step, True
        sigma *= profile.sigma_decay
        if is_best and profile.patch_growth == "budget" and budget is not None:
            budget += profile.patches_added
            if profile.patches_max is not None:
                budget = min(budget, profile.patches_max)
        limit = budget if profile.patch_growth == "budget" else profile.patches_max
        if not chooses:
            limit = None
        highest = max(tried, key=lambda pair: pair[0])
        found.steps.append(
            SimpleNamespace(
                step=step, reward=highest[0], sigma=sigma, is_best=is_best, patch_count=highest[1],
                patch_budget=-1 if limit is None else limit, driving=driving[-1],
            )
        )  # fmt: skip
        if highest[0] >= (profile.reward_threshold or math.inf) > 0:
            break
    found.best_reward, found.best_step = best_reward, best_step
    states = {"best": best_think, "last": think, "initial": vlm.embed(model.prompt.think).float()}
    kept = decoded(vlm, question, profile, seed, noise, states)
    found.best_patches, found.best_think, found.decoded = best, best_think, kept
    found.ids = Model(vlm, question, profile).decode(kept, best)
    return found


def read(model, patches):
    """How many tokens of the middle the reward can depend on."""
    _, places = model.middle(patches)
    return max(places) - len(model.prompt.prefix) + 1
