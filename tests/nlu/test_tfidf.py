"""One row at a time is what scikit-learn gives, and survives being kept."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.feature_extraction.text import TfidfVectorizer

from bot.nlu.tfidf import TfidfRow

TEXTS = ["what is an advocate", "an Advocate, an advocate!", "mum won't let me see nan 😢", "", "nan's flat"]
CUTS: list[dict[str, Any]] = [
    {"analyzer": "char_wb", "ngram_range": (2, 5)},
    {"token_pattern": r"\S+", "ngram_range": (1, 2)},
]


@pytest.mark.parametrize("cut", CUTS, ids=["letters", "words"])
@given(text=st.text("an advocteu' 😢", max_size=60))
def test_a_row_is_the_one_that_scikit_learn_gives(cut: dict[str, Any], text: str) -> None:
    theirs = TfidfVectorizer(sublinear_tf=True, **cut).fit(TEXTS)
    ours = TfidfRow.learn(TEXTS, **cut)
    assert np.allclose(ours.matrix([text]).toarray(), theirs.transform([text]).toarray(), atol=1e-6)


@pytest.mark.parametrize("cut", CUTS, ids=["letters", "words"])
def test_what_was_kept_gives_the_same_rows(cut: dict[str, Any], tmp_path: Path) -> None:
    learned = TfidfRow.learn(TEXTS, least_seen=2, **cut)
    learned.save(tmp_path / "row.json")
    kept = TfidfRow.load(tmp_path / "row.json", **cut)
    assert learned.width > 0
    assert (learned.matrix(TEXTS) != kept.matrix(TEXTS)).nnz == 0
