"""Training a classifier, in small: it learns, it keeps its best epoch, and a seed fixes it."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("babel")

from minicompress.data import load_language_names
from minicompress.training.language_id import train_classifier

SIZES = {"width": 32, "hidden": 32, "layers": 1, "heads": 2}


@pytest.fixture(scope="module")
def names():
    return load_language_names(languages=["de", "fi", "el"])


@pytest.mark.parametrize("kind", ["cnn", "transformer"])
def test_learns_three_languages_and_keeps_the_best_epoch(names, kind):
    seen = []
    model = train_classifier(
        names, kind=kind, epochs=4, peak=3e-3, progress=False, on_epoch=lambda e, right: seen.append(right), **SIZES
    )
    right = np.mean(model.predict_logits(list(names.validation.texts)).argmax(axis=1) == names.validation.labels)
    assert right == pytest.approx(max(seen))
    assert right > 0.7  # the largest class holds about a third


def test_a_seed_fixes_the_model(names):
    first, second = (
        train_classifier(names, kind="cnn", epochs=1, seed=3, progress=False, **SIZES).state_dict() for _ in range(2)
    )
    assert all(np.array_equal(first[name], second[name]) for name in first)


def test_an_unknown_kind_is_named(names):
    with pytest.raises(ValueError, match="transformer, cnn; got 'rnn'"):
        train_classifier(names, kind="rnn")
