"""The encoder is the published model, and near meanings are near."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bot.nlu.encoder import WEIGHTS_SHA256, Encoder, EncoderError, export, sha256, shared_encoder, wheel_files

pytestmark = pytest.mark.encoder


def test_the_weights_are_the_published_ones() -> None:
    assert sha256(wheel_files() / "model.safetensors") == WEIGHTS_SHA256


def test_near_meanings_are_near() -> None:
    export()
    asked, near, far = shared_encoder()(
        ["do I have to talk to the social worker", "can I refuse to speak with her", "who won the football"]
    )
    assert asked @ near > asked @ far + 0.1


def test_a_message_gets_the_same_vector_alone_and_among_others() -> None:
    export()
    encode = shared_encoder()
    alone = encode(["what is an advocate"])[0]
    among = encode(["hello", "what is an advocate", "a much longer message about something else " * 9])[1]
    assert np.allclose(alone, among, atol=1e-5)
    assert np.isclose(np.linalg.norm(alone), 1)


def test_a_changed_model_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "lower.onnx").write_bytes(b"something else")
    (tmp_path / "sealed.sha256").write_text("0 0 0")
    with pytest.raises(EncoderError, match="has changed since it was built"):
        Encoder(tmp_path)


def test_a_missing_model_file_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(EncoderError, match="make setup"):
        Encoder(tmp_path)
