"""A frozen vision-language model, seen as the few calls that the methods need.

An adapter of a family is a subclass (one file) that names its class in transformers and says what is
its own; docs/design.md tells how to add one. Everything works on batches, in which rows have unequal
lengths: prefixes are padded on the left, what follows them on the right.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

import torch
from jaxtyping import Float, Int
from PIL import Image
from torch import Tensor
from transformers import AutoImageProcessor, AutoTokenizer
from transformers.modeling_utils import PreTrainedModel

from dmlr.chat import THINK, Messages
from dmlr.checkpoint import processor_template, wrong_image_token
from dmlr.errors import CheckpointError
from dmlr.vlm.attention import NAME
from dmlr.vlm.cache import PrefixCache
from dmlr.vlm.language_model import LanguageModel
from dmlr.vlm.parts import Block, ImageFeatures, Prompt
from dmlr.vlm.prefix import Prefix
from dmlr.weights import check_fit

ATTENTION = {"": "sdpa", "text_config": NAME, "vision_config": "sdpa"}


class VisionLanguageModel(LanguageModel):
    """The shared part of the adapters."""

    transformers_class: ClassVar[type[PreTrainedModel]]
    # The released code forbids words while decoding, except for Qwen3 models.
    may_forbid_words: ClassVar[bool] = True

    def __init__(self, model: PreTrainedModel, tokenizer: Any, processor: Any) -> None:
        super().__init__(model)
        self.tokenizer, self.processor = tokenizer, processor
        self.image_id: int = self.model.config.image_token_id

    @classmethod
    def from_pretrained(
        cls, folder: Path, *, dtype: torch.dtype, devices: Sequence[torch.device]
    ) -> "VisionLanguageModel":
        """Load a checkpoint directory onto a device, or its layers in turn onto several GPUs.

        The PIL image processor is chosen, since the two differ.

        No code of the checkpoint is run, and no weight is left random.

        Raises:
            CheckpointError: configuration and tokenizer name different image tokens, or the weights are
                not those of the model.
        """
        kept = {"local_files_only": True, "trust_remote_code": False}
        tokenizer = AutoTokenizer.from_pretrained(folder, **kept)
        tokenizer.chat_template = tokenizer.chat_template or processor_template(folder)
        processor = AutoImageProcessor.from_pretrained(folder, backend="pil", **kept)
        config = cls.transformers_class.config_class.from_pretrained(folder, local_files_only=True)
        found = config.image_token_id
        if tokenizer.convert_ids_to_tokens(found) != "<|image_pad|>":
            raise CheckpointError(wrong_image_token(folder, found))
        model, loaded = cls.transformers_class.from_pretrained(
            folder,
            config=config,
            dtype=dtype,
            attn_implementation=ATTENTION,
            use_safetensors=True,
            ignore_mismatched_sizes=True,  # they are refused below, by name
            output_loading_info=True,
            device_map="balanced" if len(devices) > 1 else None,
            **kept,
        )
        check_fit(folder, loaded)
        if len(devices) == 1:
            model = model.to(devices[0])
        return cls(model, tokenizer, processor)

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

    @torch.no_grad()
    def encode_image(self, image: Image.Image) -> ImageFeatures:
        """Run the vision tower on one image that already has its final size."""
        inputs = self.processor(images=[image], do_resize=False, return_tensors="pt").to(
            self.device
        )
        grid = inputs["image_grid_thw"]
        output = self.model.model.get_image_features(inputs["pixel_values"], grid, return_dict=True)
        merge = self.processor.merge_size
        rows, columns = (int(side) // merge for side in grid[0, 1:])
        return ImageFeatures(output.pooler_output[0], rows, columns, self._deepstack_of(output))

    def _deepstack_of(self, output: Any) -> Float[Tensor, "level patch hidden"]:
        """The deepstack levels of one image; families without them have none."""
        patches: Tensor = output.pooler_output[0]
        return patches.new_zeros(0, *patches.shape)

    def prompt(
        self, messages: Messages, images: Sequence[ImageFeatures], *, think_tokens: int = 0
    ) -> Prompt:
        """Tokenise a conversation about images and split it at its think tokens.

        Raises:
            ValueError: it names another number of images, or has not that many think tokens.
        """
        text: str = self.tokenizer.apply_chat_template(
            messages, add_generation_prompt=True, tokenize=False
        )
        pieces = text.split("<|image_pad|>")
        if len(pieces) != len(images) + 1:
            raise ValueError(f"{len(pieces) - 1} images in the prompt, got {len(images)}")
        pads = ["<|image_pad|>" * len(image.patches) for image in images]
        text = "".join(part for pair in zip(pieces, [*pads, ""], strict=True) for part in pair)
        return self.split(self.tokenizer(text)["input_ids"], images, think_tokens=think_tokens)

    def split(
        self, token_ids: list[int], images: Sequence[ImageFeatures], *, think_tokens: int = 0
    ) -> Prompt:
        """Split a tokenised conversation at its think tokens.

        Raises:
            ValueError: its image tokens are not the images' patches, or it has not that many think
                tokens in a row.
        """
        ids = torch.tensor(token_ids, device=self.device)
        is_image = ids == self.image_id
        found, patches = int(is_image.sum()), sum(len(image.patches) for image in images)
        if found != patches:
            raise ValueError(f"{found} image tokens in the prompt but {patches} patches")
        start = self._think_start(ids, think_tokens)
        positions = self._positions(ids, is_image, images)[:, :start]
        return Prompt(
            prefix=ids[:start],
            think=ids[start : start + think_tokens],
            suffix=ids[start + think_tokens :],
            positions=positions,
            next_position=int(positions.max()) + 1,
            image_places=is_image.nonzero().flatten(),
        )

    def _positions(
        self, ids: Tensor, is_image: Tensor, images: Sequence[ImageFeatures]
    ) -> Int[Tensor, "3 prompt"]:
        if not images:
            return torch.arange(len(ids), device=self.device).expand(3, -1)
        merge = self.model.config.vision_config.spatial_merge_size
        grids = [[1, image.rows * merge, image.columns * merge] for image in images]
        grid = torch.tensor(grids, device=self.device)
        found = self.model.model.get_rope_index(
            ids[None], is_image.int()[None], image_grid_thw=grid
        )
        positions: Tensor = found[0][:, 0]
        return positions

    def _think_start(self, ids: Tensor, think_tokens: int) -> int:
        if think_tokens == 0:
            return len(ids) - 1
        think_id = self.tokenizer.convert_tokens_to_ids(THINK)
        places: list[int] = (ids == think_id).nonzero().flatten()[-think_tokens:].tolist()
        if len(places) < think_tokens or places[-1] - places[0] != think_tokens - 1:
            raise ValueError(
                f"the prompt must hold {think_tokens} think tokens in a row, has {places}"
            )
        return places[0]

    @torch.no_grad()
    def prefill(
        self,
        prompts: Sequence[Prompt],
        images: Sequence[Sequence[ImageFeatures]],
        *,
        blind: bool = False,
        sequential: bool = False,
    ) -> Prefix:
        """Run the prefixes of a batch once.

        Args:
            prompts: one per row.
            images: of each row.
            blind: the image tokens keep their placeholder's embedding, so no pass sees an image.
            sequential: positions 0, 1, 2, ... on all axes instead of M-RoPE's.
        """
        longest = max(len(prompt.prefix) for prompt in prompts)
        pads = [longest - len(prompt.prefix) for prompt in prompts]
        seen = [() if blind else row for row in images]
        block = self._padded(prompts, seen, pads)
        positions = [_sequential(prompt) if sequential else prompt.positions for prompt in prompts]
        cache = PrefixCache.empty(self.config.num_hidden_layers)
        valid = torch.arange(longest, device=self.device) >= self._tensor(pads)[:, None]
        hidden = self.run(
            block, _left_padded(positions, pads), cache, _prefill_mask(valid) if any(pads) else None
        )
        columns = [prompt.image_places + pad for prompt, pad in zip(prompts, pads, strict=True)]
        padded_columns = torch.nn.utils.rnn.pad_sequence(columns, batch_first=True)
        index = padded_columns[..., None].expand(-1, -1, hidden.shape[-1])
        return Prefix(
            cache=cache,
            valid=valid,
            next_position=self._tensor(
                [len(p.prefix) if sequential else p.next_position for p in prompts]
            ),
            image_columns=padded_columns,
            patch_counts=[len(places) for places in columns],
            image_states=hidden.gather(1, index),
        )

    def _padded(
        self,
        prompts: Sequence[Prompt],
        images: Sequence[Sequence[ImageFeatures]],
        pads: Sequence[int],
    ) -> Block:
        rows, levels = [], []
        for prompt, row_images, pad in zip(prompts, images, pads, strict=True):
            embeds = self.embed(prompt.prefix).clone()
            deepstack = embeds.new_zeros(self.deepstack_levels, *embeds.shape)
            if row_images:
                embeds[prompt.image_places] = torch.cat([i.patches for i in row_images]).to(embeds)
                found = torch.cat([image.deepstack for image in row_images], dim=1)
                deepstack[:, prompt.image_places] = found.to(embeds)
            rows.append(torch.nn.functional.pad(embeds, (0, 0, pad, 0)))
            levels.append(torch.nn.functional.pad(deepstack, (0, 0, pad, 0)))
        lengths = [len(row) for row in rows]
        has_levels = self.deepstack_levels > 0 and any(images)
        return Block(torch.stack(rows), lengths, torch.stack(levels, 1) if has_levels else None)

    def _tensor(self, values: Sequence[int]) -> Tensor:
        return torch.tensor(values, device=self.device)


def _sequential(prompt: Prompt) -> Int[Tensor, "3 prefix"]:
    return torch.arange(len(prompt.prefix), device=prompt.prefix.device).expand(3, -1)


def _left_padded(rows: Sequence[Tensor], pads: Sequence[int]) -> Int[Tensor, "3 batch prefix"]:
    padded = [torch.nn.functional.pad(row, (pad, 0)) for row, pad in zip(rows, pads, strict=True)]
    return torch.stack(padded, dim=1)


def _prefill_mask(valid: Tensor) -> Tensor:
    """Causal, without the padding; padding sees itself, since a row without a key has no softmax."""
    length = valid.shape[1]
    causal = torch.ones(length, length, dtype=torch.bool, device=valid.device).tril()
    itself = torch.eye(length, dtype=torch.bool, device=valid.device)
    return (causal & valid[:, None]) | itself
