"""The naive way: the whole sequence in one pass, no cache, no prefix. What the fast way must equal."""

import torch


def whole_pass(vlm, prompt, image, embeds):
    """One pass over prefix and ``embeds``: logits (seq, vocab) and attention rows to the image.

    The prefix' embeddings are made by the model library itself from ids and image features; positions
    after it continue as text.
    """
    model = vlm.model
    prefix = model.get_input_embeddings()(prompt.prefix)
    prefix = prefix.clone()
    is_image = prompt.prefix == vlm.image_id
    prefix[is_image] = image.patches
    count = len(embeds)
    text = torch.arange(prompt.next_position, prompt.next_position + count).expand(3, count)
    with torch.no_grad():
        output = model.model.language_model(
            inputs_embeds=torch.cat([prefix, embeds])[None],
            position_ids=torch.cat([prompt.positions, text], dim=1)[:, None],
            use_cache=False,
            output_attentions=True,
        )
        logits = model.lm_head(output.last_hidden_state[0])[len(prefix) :]
    attention = torch.stack(output.attentions).mean(dim=(0, 2))[0][len(prefix) :, : len(prefix)]
    return logits, attention[:, is_image]


def optimise(vlm, prompt, image, think, profile, generator):
    """Algorithm 1 as in docs/design.md, written again from the text with plain lists."""

    def reward(tokens, patches):
        rows, places = [], []
        for token, chosen in zip(tokens, patches, strict=True):
            places.append(len(rows))
            rows += [token, *(image.patches[p] for p in chosen)]
        logits, _ = whole_pass(vlm, prompt, image, torch.stack(rows))
        total = 0.0
        for place in places:
            top = logits[place].softmax(-1).topk(profile.top_k).values
            total += float(-(top * top.log()).sum())
        return 1 - total / len(tokens)

    def ranked(tokens):
        _, attention = whole_pass(vlm, prompt, image, tokens)
        return [sorted(range(len(row)), key=lambda p: -row[p]) for row in attention.tolist()]

    best = [order[: profile.patches_initial] for order in ranked(think)]
    best_think, best_reward, best_step = think, reward(think, best), -1
    sigma, rewards = profile.sigma, [best_reward]
    for step in range(profile.steps):
        noise = sigma * torch.randn(think.shape, generator=generator)
        candidate = think + noise
        orders = ranked(candidate)
        alone = reward(candidate, [[] for _ in best])
        think = think + profile.learning_rate * alone * noise / sigma**2
        highest = -1e9
        for token, order in enumerate(orders):
            room = min(profile.patches_added, profile.patches_max - sum(map(len, best)))
            fresh = [p for p in order if p not in best[token]][:room]
            trial = [list(chosen) for chosen in best]
            trial[token] = fresh + trial[token]
            found = reward(candidate, trial)
            highest = max(highest, found)
            if found > best_reward:
                best, best_think, best_reward, best_step = trial, candidate, found, step
        rewards.append(highest)
        sigma *= profile.sigma_decay
    return best, best_think, best_reward, best_step, rewards
