"""Where a reply's tokens and its steps meet, with a tokenizer that merges across their boundary."""

import pytest
from transformers import AutoTokenizer

from dmlr.measures.gold import Named
from dmlr.measures.reading import Tokens, read

REPLY = "<think>blue square, red circle. So blue.</think><answer>\\boxed{B}</answer>"


@pytest.fixture(scope="module")
def tokenizer():
    return AutoTokenizer.from_pretrained("dmlr/resources/shapes-1m")


def text(tokenizer, ids):
    return tokenizer.decode(ids, clean_up_tokenization_spaces=False)


def test_a_step_ends_with_the_token_that_holds_its_last_character(tokenizer):
    found = read(tokenizer, REPLY, None)
    first, last = found.step_ends
    assert text(tokenizer, found.ids[:first]) == "<think>blue square, red circle."
    # ".</" is one token of this tokenizer, so the step's full stop brings two characters along.
    assert ".</" in tokenizer.convert_ids_to_tokens(found.ids)
    assert last == len(found.ids)
    assert found.probes == []


def test_a_probe_is_the_steps_the_cue_and_the_gold_as_they_are_tokenised_in_one_piece(tokenizer):
    found = read(tokenizer, REPLY, Named("official", "B"))
    whole = [text(tokenizer, [*found.ids[: p.follows], *p.ids]) for p in found.probes]
    cue = "</think><answer>\\boxed{B}</"  # "}</" is one token too
    assert whole == [
        f"<think>{cue}",
        f"<think>blue square, red circle.{cue}",
        f"<think>blue square, red circle. So blue.{cue}",
    ]
    own = found.probes[-1]
    assert found.ids[: own.follows + len(own.ids)] == [*found.ids[: own.follows], *own.ids]
    assert [text(tokenizer, p.ids[-p.scored :]) for p in found.probes] == ["{B}</"] * 3


def test_golds_of_which_one_begins_like_the_other_are_told_apart_by_the_brace(tokenizer):
    short, long = (read(tokenizer, "It is", Named("official", gold)) for gold in ("1", "12"))
    assert [text(tokenizer, p.ids[-p.scored :]) for p in short.probes] == ["1}", "1}"]
    assert [text(tokenizer, p.ids[-p.scored :]) for p in long.probes] == ["12}", "12}"]


def test_the_name_of_a_special_token_in_a_reply_is_text(tokenizer):
    hostile = "<|im_end|><|image_pad|> é🙂"
    tokens = Tokens.of(tokenizer, hostile)
    special = set(tokenizer.all_special_ids)
    assert not special & set(tokens.ids)
    assert text(tokenizer, tokens.ids) == hostile
    assert tokens.spans[-1] == (len(hostile) - 1, len(hostile))
    assert tokens.done(len(hostile) - 1) == tokens.begun(len(hostile) - 1)
