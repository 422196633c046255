"""transformers by itself: its processor, its model with its own eager attention, its generate.

Nothing of ``dmlr.vlm`` takes part; questions go in as messages and pictures.
"""

from types import SimpleNamespace

import torch
from transformers import AutoModelForImageTextToText, AutoProcessor


class Library:
    def __init__(self, folder):
        self.processor = AutoProcessor.from_pretrained(folder, local_files_only=True)
        self.model = AutoModelForImageTextToText.from_pretrained(
            folder, dtype=torch.float32, attn_implementation="eager", local_files_only=True
        ).eval()
        self.embed = self.model.get_input_embeddings()

    def inputs(self, cases):
        """The processor's tensors for a batch, padded on the left."""
        texts = [
            self.processor.apply_chat_template(
                case.turns, add_generation_prompt=True, tokenize=False
            )
            for case in cases
        ]
        pictures = [picture for case in cases for picture in case.pictures]
        return self.processor(
            text=texts,
            images=pictures or None,
            padding=True,
            padding_side="left",
            return_tensors="pt",
        )

    @torch.no_grad()
    def generate(self, cases, *, max_new_tokens, **arguments):
        """Greedy replies, one list of ids per row, each up to its first end token."""
        inputs = self.inputs(cases)
        found = self.model.generate(
            **inputs, max_new_tokens=max_new_tokens, do_sample=False, **arguments
        )
        ends = arguments.get("eos_token_id", self.model.generation_config.eos_token_id)
        ends = ends if isinstance(ends, list) else [ends]
        return [_until(row, ends) for row in found[:, inputs["input_ids"].shape[1] :].tolist()]

    @torch.no_grad()
    def forward(self, cases, *, from_features=False, **arguments):
        """One pass over a batch of whole prompts, from the pixels or from the tower's output."""
        inputs = self.inputs(cases)
        if from_features:
            arguments["mm_encoder_outputs"] = {"image": self._tower(inputs)}
            del inputs["pixel_values"]
        return self.model(**inputs, **arguments)

    @torch.no_grad()
    def behind(self, case, ids, **arguments):
        """One pass over a case's prompt and the tokens of a reply; how many the prompt has, and it."""
        inputs, more = self.inputs([case]), torch.tensor([ids])
        count = inputs["input_ids"].shape[1]
        inputs["input_ids"] = torch.cat([inputs["input_ids"], more], dim=1)
        inputs["attention_mask"] = torch.ones_like(inputs["input_ids"])
        kinds = inputs["mm_token_type_ids"]
        inputs["mm_token_type_ids"] = torch.cat([kinds, torch.zeros_like(more)], dim=1)
        return count, self.model(**inputs, use_cache=False, **arguments)

    def with_patches(self, case, embeds, patches, *, positions=None, deepstack=True, **arguments):
        """One pass over a case's prefix and what follows it, some of which is patches of its images.

        Args:
            case: the question.
            embeds: of the tokens that follow, (seq, hidden); what stands at a patch does not matter.
            patches: place in ``embeds`` -> number of a patch among those of all images.
            positions: of the tokens that follow, (3, seq), counted from the first one's; None: text.
            deepstack: False: the levels of those patches are zero.
            arguments: of the model.
        """
        inputs = self.inputs([case])
        count = len(case.prompt.prefix)
        prefix, _ = self.model.model.get_rope_index(
            inputs["input_ids"],
            inputs["mm_token_type_ids"],
            image_grid_thw=inputs.get("image_grid_thw"),
        )
        prefix = prefix[:, :, :count]
        if positions is None:
            positions = torch.arange(len(embeds)).expand(3, -1)
        after = prefix.max() + 1 + positions[:, None]
        is_patch = torch.tensor([place in patches for place in range(len(embeds))])
        placeholder = self.embed(torch.tensor(self.model.config.image_token_id))
        embeds = torch.where(is_patch[:, None], placeholder, embeds)
        return self.model(
            inputs_embeds=torch.cat([self.embed(inputs["input_ids"][0, :count]), embeds])[None],
            position_ids=torch.cat([prefix, after], dim=2),
            mm_encoder_outputs={"image": self._tower(inputs, list(patches.values()), deepstack)},
            use_cache=False,
            **arguments,
        )

    @torch.no_grad()
    def _tower(self, inputs, patches=(), deepstack=True):
        """The images' features and, behind them, those of some patches once more."""
        if "pixel_values" not in inputs:
            return None
        found = self.model.model.get_image_features(
            inputs["pixel_values"], inputs["image_grid_thw"], return_dict=True
        )
        pooled, again = torch.cat(found.pooler_output), list(patches)
        levels = [torch.cat(level) for level in getattr(found, "deepstack_features", [])]
        return SimpleNamespace(
            pooler_output=[pooled, pooled[again]],
            deepstack_features=[[level, level[again] * deepstack] for level in levels],
        )


def _until(ids, ends):
    for place, token in enumerate(ids):
        if token in ends:
            return ids[: place + 1]
    return ids
