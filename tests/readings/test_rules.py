"""How text is cut: nothing is lost, and no page is a rest that costs a whole page's time."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.readings.rules import (
    CHARACTERS_A_PAGE,
    seconds_allowed,
    sentences,
    spread,
    usual_seconds,
    weight_of,
)


@pytest.mark.parametrize(
    ("text", "weight"),
    [
        ("", 0),
        ("继续教育，九十学时。", 8),
        ("hour bank", 4),
        ("GB/T 7714—2015 标准", 10),
        ("、。！", 0),
    ],
)
def test_weight_counts_characters_and_words(text, weight):
    assert weight_of(text) == weight


def test_sentences_end_behind_their_quotes():
    text = "他说：“可以。”然后呢？第3.5条; Version 2.0 ok. Next"
    assert sentences(text) == [
        "他说：“可以。”",
        "然后呢？",
        "第3.5条;",
        " Version 2.0 ok. ",
        "Next",
    ]


@given(st.text("甲。！.? a”\n", max_size=200))
def test_sentences_joined_are_the_text(text):
    assert "".join(sentences(text)) == text


@given(st.lists(st.integers(0, 3000), min_size=1, max_size=60))
def test_pages_follow_each_other_and_none_is_empty(weights):
    pages = spread(weights)
    assert pages[0] == 0
    assert all(after - before in (0, 1) for before, after in itertools.pairwise(pages))
    if any(weights):
        held = dict.fromkeys(pages, 0)
        for page, weight in zip(pages, weights, strict=True):
            held[page] += weight
        assert all(held.values())


@given(st.integers(200, 800), st.randoms(use_true_random=False))
def test_pages_of_short_pieces_are_of_about_one_length(count, chance):
    weights = [chance.randint(20, 60) for _piece in range(count)]
    pages = spread(weights)
    held = [0] * (pages[-1] + 1)
    for page, weight in zip(pages, weights, strict=True):
        held[page] += weight
    assert max(held) - min(held) <= 120
    assert CHARACTERS_A_PAGE * 0.6 <= max(held) <= CHARACTERS_A_PAGE * 1.6


def test_short_rest_is_shared_out_and_makes_no_page():
    assert max(spread([50] * 26)) == 0
    assert max(spread([50] * 50)) == 1


@pytest.mark.parametrize("is_pdf", [True, False])
def test_usual_pace_is_allowed_and_double_and_half_of_it(is_pdf):
    usual = usual_seconds(is_pdf)
    assert seconds_allowed(is_pdf) == (usual // 2, usual * 2)
