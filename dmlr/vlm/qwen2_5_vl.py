"""Qwen2.5-VL behind the few calls that the methods need."""

from collections.abc import Sequence
from pathlib import Path

import torch
from jaxtyping import Float
from PIL import Image
from torch import Tensor
from transformers import (
    AutoImageProcessor,
    AutoTokenizer,
    DynamicCache,
    Qwen2_5_VLForConditionalGeneration,
)
from transformers.modeling_outputs import BaseModelOutputWithPast

from dmlr.errors import CheckpointError
from dmlr.prompts import Messages
from dmlr.vlm.parts import ImageFeatures, Prefix, Prompt, Reply

THINK = "<|endoftext|>"  # the released code's placeholder of a think token


class Qwen25VL:
    """A frozen model, one sample at a time; ``passes`` counts calls of the language model."""

    def __init__(self, folder: Path, *, dtype: torch.dtype, device: torch.device) -> None:
        """Load a checkpoint directory; the PIL image processor is chosen, since the two differ."""
        # Eager attention, as the paper's setup has it: it is what exposes the attention rows.
        self.model = Qwen2_5_VLForConditionalGeneration.from_pretrained(
            folder, dtype=dtype, attn_implementation="eager", local_files_only=True
        ).to(device)
        self.model.eval().requires_grad_(False)
        self.tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
        self.processor = AutoImageProcessor.from_pretrained(
            folder, backend="pil", local_files_only=True
        )
        self.device = device
        self.passes = 0
        self.think_id: int = self.tokenizer.convert_tokens_to_ids(THINK)
        self.image_id: int = self.model.config.image_token_id
        if self.tokenizer.convert_ids_to_tokens(self.image_id) != "<|image_pad|>":
            raise CheckpointError(
                f"{folder}: image_token_id of config.json must be the tokenizer's <|image_pad|>, "
                f"got {self.image_id}"
            )

    @property
    def end_ids(self) -> set[int]:
        """Tokens that end a reply."""
        ends = self.model.generation_config.eos_token_id
        return set(ends) if isinstance(ends, list) else {ends}

    @property
    def pixels_per_token(self) -> int:
        """Side of the square that one image token covers."""
        side: int = self.processor.patch_size * self.processor.merge_size
        return side

    def encode_image(self, image: Image.Image) -> ImageFeatures:
        """Run the vision tower on one image that already has its final size."""
        inputs = self.processor(images=[image], do_resize=False, return_tensors="pt").to(
            self.device
        )
        _, height, width = inputs["image_grid_thw"][0].tolist()
        with torch.no_grad():
            output = self.model.model.get_image_features(
                inputs["pixel_values"], inputs["image_grid_thw"], return_dict=True
            )
        merge = self.processor.merge_size
        return ImageFeatures(output.pooler_output[0], height // merge, width // merge)

    def prompt(self, messages: Messages, image: ImageFeatures, *, think_tokens: int = 0) -> Prompt:
        """Tokenise a conversation about one image and split it at its think tokens."""
        text = self.tokenizer.apply_chat_template(
            messages, add_generation_prompt=True, tokenize=False
        ).replace("<|image_pad|>", "<|image_pad|>" * len(image.patches))
        ids = self.tokenizer(text, return_tensors="pt")["input_ids"].to(self.device)
        merge = self.processor.merge_size
        grid = torch.tensor([[1, image.rows * merge, image.columns * merge]], device=self.device)
        is_image = (ids == self.image_id).int()
        found = int(is_image.sum())
        if found != len(image.patches):
            raise ValueError(f"{found} image tokens in the prompt but {len(image.patches)} patches")
        positions, _ = self.model.model.get_rope_index(ids, is_image, image_grid_thw=grid)
        start = _think_start(ids[0], self.think_id, think_tokens)
        return Prompt(
            prefix=ids[0, :start],
            think=ids[0, start : start + think_tokens],
            suffix=ids[0, start + think_tokens :],
            positions=positions[:, 0, :start],
            next_position=int(positions[:, 0, :start].max()) + 1,
            first_patch=int(is_image[0].argmax()),
        )

    def prefill(self, prompt: Prompt, image: ImageFeatures) -> Prefix:
        """Run the prefix once, with the image's features in place of its placeholders."""
        embeds = self.embed(prompt.prefix)
        patches = image.patches.to(embeds)
        embeds[prompt.first_patch : prompt.first_patch + len(patches)] = patches
        cache = DynamicCache(config=self.model.config.text_config)
        self._run(embeds, prompt.positions, cache)
        length = len(prompt.prefix)
        return Prefix(cache, length, prompt.next_position, prompt.first_patch, patches)

    def embed(self, ids: Tensor) -> Float[Tensor, "seq hidden"]:
        """Input embeddings of tokens."""
        embeds: Tensor = self.model.get_input_embeddings()(ids)
        return embeds.clone()

    def logits_after(
        self, prefix: Prefix, embeds: Float[Tensor, "seq hidden"], places: Sequence[int]
    ) -> Float[Tensor, "place vocab"]:
        """Next-token logits at chosen places of a sequence that follows the prefix."""
        hidden = self._follow(prefix, embeds).last_hidden_state[0]
        logits: Tensor = self.model.lm_head(hidden[list(places)])
        return logits.float()

    def look(
        self, prefix: Prefix, embeds: Float[Tensor, "seq hidden"]
    ) -> tuple[Float[Tensor, "seq patch"], Float[Tensor, "seq vocab"]]:
        """Attention of every position to the image, mean over layers and heads; and its logits."""
        output = self._follow(prefix, embeds, attentions=True)
        rows = torch.stack(output.attentions)[:, 0].float().mean(dim=(0, 1))
        image = slice(prefix.first_patch, prefix.first_patch + len(prefix.patches))
        return rows[:, image], self.model.lm_head(output.last_hidden_state[0]).float()

    def decode(
        self, prefix: Prefix, embeds: Float[Tensor, "seq hidden"], *, max_new_tokens: int
    ) -> Reply:
        """Decode greedily after the prefix and ``embeds``; the prefix is left as it was."""
        ids: list[int] = []
        position, stop = prefix.next_position, "length"
        while len(ids) < max_new_tokens:
            output = self._run(embeds, self._text(position, len(embeds)), prefix.cache)
            position += len(embeds)
            token = self.model.lm_head(output.last_hidden_state[0, -1]).argmax()
            ids.append(int(token))
            if ids[-1] in self.end_ids:
                stop = "end"
                break
            embeds = self.embed(token[None])
        prefix.cache.crop(prefix.length - prefix.cache.get_seq_length())
        text = self.tokenizer.decode(ids, skip_special_tokens=True)
        return Reply(ids, text, stop)

    def _follow(
        self, prefix: Prefix, embeds: Tensor, *, attentions: bool = False
    ) -> BaseModelOutputWithPast:
        positions = self._text(prefix.next_position, len(embeds))
        output = self._run(embeds, positions, prefix.cache, attentions=attentions)
        prefix.cache.crop(-len(embeds))
        return output

    def _run(
        self, embeds: Tensor, positions: Tensor, cache: DynamicCache, *, attentions: bool = False
    ) -> BaseModelOutputWithPast:
        self.passes += 1
        with torch.no_grad():
            output: BaseModelOutputWithPast = self.model.model.language_model(
                inputs_embeds=embeds[None],
                position_ids=positions[:, None],
                past_key_values=cache,
                use_cache=True,
                output_attentions=attentions,
            )
        return output

    def _text(self, first: int, count: int) -> Tensor:
        """Text positions, equal on the three axes of M-RoPE."""
        return torch.arange(first, first + count, device=self.device).expand(3, count)


def _think_start(ids: Tensor, think_id: int, think_tokens: int) -> int:
    if think_tokens == 0:
        return len(ids) - 1
    places: list[int] = (ids == think_id).nonzero().flatten()[-think_tokens:].tolist()
    if len(places) < think_tokens or places[-1] - places[0] != think_tokens - 1:
        raise ValueError(f"the prompt must hold {think_tokens} think tokens in a row, has {places}")
    return places[0]
