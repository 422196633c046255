"""Words that must not come out while decoding."""

import pytest

from tests.cases import ends_some, five, ids, replies

TOKENS = 23


def word_of(vlm, found, length):
    """So many tokens of a reply that are written as one word."""
    for row in found:
        for start in range(1, len(row) - length + 1):
            part = row[start : start + length]
            text = vlm.tokenizer.decode(part)
            if vlm.tokenizer(text)["input_ids"] == part and len(set(part)) == length:
                return text, part
    raise AssertionError("no reply holds such a word")


def holds(row, part):
    return any(row[n : n + len(part)] == part for n in range(len(row)))


@pytest.mark.parametrize("length", [1, 2])
def test_a_forbidden_word_does_not_come_out(vlm, libraries, length):
    asked = five(vlm)
    free = ids(replies(vlm, asked, max_new_tokens=TOKENS))
    text, part = word_of(vlm, free, length)
    found = ids(replies(vlm, asked, max_new_tokens=TOKENS, forbidden_words=[text]))
    assert any(holds(row, part) for row in free)
    assert not any(holds(row, part) for row in found)
    changed = [holds(row, part) for row in free]
    assert [new != old for new, old in zip(found, free, strict=True)] == changed
    reference = libraries("qwen2_5_vl")
    assert found == reference.generate(asked, max_new_tokens=TOKENS, bad_words_ids=[part])


def test_words_stay_forbidden_in_rows_that_go_on_after_others_have_ended(
    vlm, libraries, monkeypatch
):
    asked = five(vlm)
    ends = [ends_some(ids(replies(vlm, asked, max_new_tokens=TOKENS))), *vlm.end_ids]
    monkeypatch.setattr(vlm.model.generation_config, "eos_token_id", ends)
    free = ids(replies(vlm, asked, max_new_tokens=TOKENS))
    order = sorted(range(len(free)), key=lambda row: len(free[row]))
    first, last = free[order[0]], free[order[-1]]
    words = [word_of(vlm, [last[len(first) :]], 2), word_of(vlm, free, 1)]
    asked = [asked[row] for row in order]
    texts, bad = zip(*words, strict=True)
    found = ids(replies(vlm, asked, max_new_tokens=TOKENS, forbidden_words=texts))
    assert not any(holds(row, part) for row in found for part in bad)
    reference = libraries("qwen2_5_vl")
    assert found == reference.generate(
        asked, max_new_tokens=TOKENS, bad_words_ids=list(bad), eos_token_id=ends
    )


def test_qwen3_models_are_exempt_from_forbidden_words(qwen3_vlm):
    asked = five(qwen3_vlm)
    free = replies(qwen3_vlm, asked, max_new_tokens=TOKENS)
    text, _ = word_of(qwen3_vlm, ids(free), 1)
    assert replies(qwen3_vlm, asked, max_new_tokens=TOKENS, forbidden_words=[text]) == free
