"""Method vanilla's tokens are those of transformers' own processor and generate."""

from types import SimpleNamespace

import pytest

from dmlr.methods import vanilla
from dmlr.methods.answer import Question
from dmlr.settings import Card, Vanilla
from dmlr.vlm.images import open_image
from tests.cases import about, case, five, ids, noise_image, replies

TOKENS = 23


def test_one_question_about_one_image(family_vlm, library):
    asked = [case(family_vlm, "How many?", (2, 7), prompt="unified")]
    found = ids(replies(family_vlm, asked, max_new_tokens=TOKENS))
    assert found == library.generate(asked, max_new_tokens=TOKENS)
    assert len(set(found[0])) > 3


def test_one_question_about_several_images(family_vlm, library):
    asked = [case(family_vlm, "Which?", (2, 3), (4, 2), (2, 2))]
    found = replies(family_vlm, asked, max_new_tokens=TOKENS)
    assert ids(found) == library.generate(asked, max_new_tokens=TOKENS)


def test_one_question_about_no_image(family_vlm, library):
    asked = [case(family_vlm, "What is it?")]
    found = replies(family_vlm, asked, max_new_tokens=TOKENS)
    assert ids(found) == library.generate(asked, max_new_tokens=TOKENS)


def test_a_batch_in_which_no_question_has_an_image(family_vlm, library):
    asked = [case(family_vlm, "What is it?"), case(family_vlm, "Is it a much longer question?")]
    found = replies(family_vlm, asked, max_new_tokens=TOKENS)
    assert ids(found) == library.generate(asked, max_new_tokens=TOKENS)


def test_a_batch_of_unequal_lengths(family_vlm, library):
    asked = five(family_vlm)
    found = ids(replies(family_vlm, asked, max_new_tokens=TOKENS))
    assert found == library.generate(asked, max_new_tokens=TOKENS)
    assert found == [library.generate([row], max_new_tokens=TOKENS)[0] for row in asked]
    assert len({tuple(row) for row in found}) == len(found)


@pytest.mark.parametrize("size", [(75, 200), (31, 20), (700, 650)])
def test_an_image_that_has_to_be_resized(family_vlm, library, tmp_path, size):
    path = tmp_path / "picture.png"
    noise_image(family_vlm, 2, 3).resize(size).save(path)
    side = family_vlm.pixels_per_token
    picture = open_image(path, pixels_per_token=side, min_tokens=4, max_tokens=16)
    assert picture.size != size
    asked = [about(family_vlm, "How many?", [picture])]
    assert 4 <= len(asked[0].features[0].patches) <= 16
    found = replies(family_vlm, asked, max_new_tokens=TOKENS)
    assert ids(found) == library.generate(asked, max_new_tokens=TOKENS)


def test_many_tokens_past_the_room_of_the_cache(family_vlm, library):
    asked = [case(family_vlm, "How many?", (2, 7))]
    length = len(asked[0].prompt.ids)
    wanted = 1 + 256 - length + 9
    found = replies(family_vlm, asked, max_new_tokens=wanted)
    assert ids(found) == library.generate(asked, max_new_tokens=wanted)
    assert length < 256 < length + len(found[0].ids)


def test_a_model_is_asked_as_its_card_asks(family_vlm, library):
    card = Card(system="Think first, then answer.", hint="Hint: say it briefly. Question: ")
    pictures = [noise_image(family_vlm, 2, 7)]
    features = [family_vlm.encode_image(picture) for picture in pictures]
    told = Vanilla(method="vanilla", prompt="card", max_new_tokens=TOKENS)
    question = Question("a/1", "How many?", ["one", "two"], features, card)
    (found,) = vanilla.answer(family_vlm, [question], told, 42)
    turns = [
        {"role": "system", "content": "Think first, then answer."},
        {
            "role": "user",
            "content": [
                {"type": "image"},
                {
                    "type": "text",
                    "text": "Hint: say it briefly. Question: How many?\nOptions:\nA. one\nB. two\n\n"
                    "Put your final answer within \\boxed{}.",
                },
            ],
        },
    ]
    asked = SimpleNamespace(turns=turns, pictures=pictures)
    assert found.prompt.ids.tolist() == library.inputs([asked])["input_ids"][0].tolist()
    assert [found.reply.ids] == library.generate([asked], max_new_tokens=TOKENS)
