"""Trains the model when what it is trained from has changed, and only then."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from bot.knowledge.load import ROOT
from bot.nlu import encoder
from bot.quiet import quiet_rasa

_LEARNED_FROM = (
    "config.yml",
    "domain.yml",
    "data/nlu",
    "data/rules",
    "data/stories",
    "data/safety",
    "bot/policies",
    "bot/nlu",
)
# And with these packages; another version of the rest makes the same model.
_LEARNED_WITH = (
    "numpy",
    "onnxruntime",
    "rapidfuzz",
    "rasa",
    "scikit-learn",
    "scipy",
    "spacy",
    "tensorflow",
    "tf2onnx",
    "tokenizers",
    "transformers",
)


def ensure_model(root: Path = ROOT) -> Path:
    """The model for the present content, trained now if there is none yet. Prints what it does.

    Ends the program if the file is not the one that was built here: Rasa runs what is in it.
    """
    model = model_file(root)
    if model.exists():
        if not is_ours(model):
            raise SystemExit(f"{model} is not the model that was built here: delete it and run `bot train`.")
        return model
    print("The content has changed: training a new model, which takes about 25 minutes.", flush=True)
    started = time.monotonic()
    # In a process of its own: whoever serves does without TensorFlow and the memory that learning takes.
    learning = subprocess.run([sys.executable, "-m", "bot.training"], cwd=root, check=False)
    if learning.returncode:
        raise SystemExit("training failed: see the message above")
    print(f"Trained in {time.monotonic() - started:.0f} seconds.", flush=True)
    return model


def model_file(root: Path = ROOT) -> Path:
    """Where the model for the present content is, or would be."""
    return root / "models" / f"your-say-{fingerprint(root)}.tar.gz"


def seal(model: Path) -> None:
    """Note what `model` is, beside it."""
    _seal_of(model).write_text(encoder.sha256(model) + "\n")


def is_ours(model: Path) -> bool:
    """Whether `model` is still what was noted when it was built."""
    noted = _seal_of(model)
    return noted.exists() and noted.read_text().strip() == encoder.sha256(model)


def _seal_of(model: Path) -> Path:
    return model.with_name(f"{model.name}.sha256")


def fingerprint(root: Path = ROOT) -> str:
    """A hash of everything that the model is trained from and with, whatever the files' dates."""
    digest = hashlib.sha256("\n".join(_versions(root)).encode())
    for path in _inputs(root):
        digest.update(str(path.relative_to(root)).encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


def _inputs(root: Path) -> Iterator[Path]:
    for name in _LEARNED_FROM:
        path = root / name
        yield from (
            [path] if path.is_file() else sorted(p for p in path.rglob("*") if p.suffix in (".py", ".yml"))
        )


def _versions(root: Path) -> Iterator[str]:
    for file in ("locked.txt", "rasa.txt"):
        for line in (root / "requirements" / file).read_text().splitlines():
            package, pinned, version = line.partition("==")
            if pinned and package in _LEARNED_WITH:
                yield f"{package} {version.split()[0]}"


def _train(root: Path = ROOT) -> None:
    model = model_file(root)
    quiet_rasa()
    encoder.export()
    os.environ["RASA_MAX_CACHE_SIZE"] = "0"  # Rasa's own cache is keyed by bare class names
    import rasa.model_training

    encoder.threads = os.cpu_count() or 1
    unfinished = root / "models" / "unfinished"
    shutil.rmtree(unfinished, ignore_errors=True)
    result = rasa.model_training.train(
        domain=str(root / "domain.yml"),
        config=str(root / "config.yml"),
        training_files=[str(root / "data" / kind) for kind in ("nlu", "rules", "stories")],
        output=str(unfinished),
        fixed_model_name=model.name,
    )
    if not result.model:
        raise SystemExit("training failed: see the message above")
    for old in model.parent.glob("your-say-*.tar.gz*"):
        old.unlink()
    Path(result.model).rename(model)
    shutil.rmtree(unfinished, ignore_errors=True)
    seal(model)


if __name__ == "__main__":
    _train()
