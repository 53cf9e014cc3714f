"""Vectors without a model: deterministic, of unit length, nearer where more words are shared."""

import math
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bedrock_emulator.embeddings.precision import FORMS, bits, ubinary
from bedrock_emulator.embeddings.vectors import cosine, likeness, mean, media_vector, scaled, text_vector

DIMENSIONS = (256, 384, 512, 1_024, 1_536, 3_072)
words = st.lists(st.text("abcdefghij", min_size=3, max_size=8), min_size=12, max_size=30, unique=True)


@pytest.mark.parametrize("dimensions", DIMENSIONS)
@given(text=st.text())
@settings(max_examples=15)
def test_every_text_has_one_unit_vector_of_the_asked_dimension(text, dimensions):
    vector = text_vector(text, dimensions)

    assert len(vector) == dimensions
    assert math.isclose(math.hypot(*vector), 1.0)
    assert vector == text_vector(text, dimensions)


@pytest.mark.parametrize("dimensions", DIMENSIONS)
@given(words=words, data=st.data())
@settings(max_examples=15, deadline=None)
def test_texts_that_share_more_words_are_nearer(words, dimensions, data):
    """With a third of the words more in common; closer calls are left to chance, as the directions are."""
    third = len(words) // 3
    others = [f"other{index}" for index in range(len(words))]
    shared = data.draw(st.permutations(words))

    nearness = [
        cosine(
            text_vector(" ".join(words), dimensions),
            text_vector(" ".join([*shared[:count], *others[count:]]), dimensions),
        )
        for count in (0, third, 2 * third, len(words))
    ]

    assert all(less < more for less, more in pairwise(nearness))
    assert math.isclose(nearness[-1], 1.0)


def test_a_memory_search_finds_the_text_about_the_question():
    memories = [
        "The printer on the second floor needs a new toner every month.",
        "Anna prefers her coffee black, without sugar.",
        "The deployment on Friday failed because the certificate had expired.",
    ]
    question = text_vector("Why did the deployment fail on Friday: an expired certificate?", 1_024)

    nearest = max(memories, key=lambda memory: cosine(question, text_vector(memory, 1_024)))

    assert nearest == memories[2]


def test_a_text_of_very_many_words_is_as_near_as_its_share_of_words():
    words = [f"word{number}" for number in range(2_000)]

    half = cosine(text_vector(" ".join(words), 1_024), text_vector(" ".join(words[:1_000]), 1_024))

    assert half == pytest.approx(math.sqrt(0.5), abs=0.1)


@given(words=words, count=st.integers(1, 12))
@settings(max_examples=25)
def test_likeness_is_what_vectors_only_come_close_to(words, count):
    text, other = " ".join(words), " ".join([*words[:count], "another", "another"])

    (near, same, far) = likeness(text, [other, text.upper(), "nothing shared"])

    assert near == pytest.approx(cosine(text_vector(text, 3_072), text_vector(other, 3_072)), abs=0.12)
    assert same == pytest.approx(1.0)
    assert far == 0.0
    assert same <= 1.0


def test_case_and_order_do_not_matter_and_other_scripts_have_words_too():
    assert text_vector("Black COFFEE", 256) == pytest.approx(text_vector("coffee black", 256))
    assert cosine(text_vector("кофе чёрный", 256), text_vector("чёрный кофе", 256)) == pytest.approx(1.0)


def test_media_are_near_to_the_same_bytes_alone():
    assert media_vector(b"one", 1_024) == media_vector(b"one", 1_024)
    assert abs(cosine(media_vector(b"one", 1_024), media_vector(b"two", 1_024))) < 0.2


def test_a_mean_is_as_near_to_each_of_two_vectors():
    text, image = text_vector("a cat", 1_024), media_vector(b"cat", 1_024)
    middle = mean([text, image])

    assert math.isclose(math.hypot(*middle), 1.0)
    assert cosine(middle, text) == pytest.approx(cosine(middle, image))
    assert math.isclose(math.hypot(*scaled(middle, 18.7)), 18.7)


@given(text=st.text(min_size=1))
@settings(max_examples=25)
def test_other_precisions_keep_the_signs_of_the_numbers(text):
    vector = text_vector(text, 256)
    packed = "".join(f"{byte:08b}" for byte in ubinary(vector))

    assert [int(bit) for bit in packed] == bits(vector) == [int(number > 0) for number in vector]
    assert [byte - 128 for byte in FORMS["ubinary"](vector)] == FORMS["binary"](vector)
    assert [number + 128 for number in FORMS["int8"](vector)] == FORMS["uint8"](vector)
    assert max(abs(number) for number in FORMS["int8"](vector)) == 127
