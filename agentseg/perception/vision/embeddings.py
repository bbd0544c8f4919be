"""Text embeddings kept: a vocabulary of a thousand nouns is read by the text model once, not once a start."""

from __future__ import annotations

import hashlib
import json
import logging
import os
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

logger = logging.getLogger(__name__)

WORTH = 32
"""Fewer words than this are not worth a file."""


class TextEmbeddings:
    """Embeddings of words by one text model, in memory and, for whole vocabularies, in a folder of safetensors files.

    A file that cannot be read is made anew, a folder that cannot be written is told to the log: the cache never fails.

    Args:
        folder: Where the files are; None for ``agentseg`` in the user's cache folder.
        identity: Everything that decides an embedding beside the word: source, weights, number format, template.
        compute: The text model: words -> (n, d) float32.
    """

    def __init__(self, folder: str | None, identity: Sequence[str], compute: Callable[[Sequence[str]], Floats]) -> None:
        self.folder = Path(folder).expanduser() if folder else user_cache()
        self._identity, self._compute = tuple(identity), compute
        self._known: dict[str, Floats] = {}
        self._lock = Lock()

    def of(self, words: Sequence[str]) -> Floats:
        """Embeddings of words, (n, d), in their order; those not known yet are computed, and kept in memory only."""
        with self._lock:
            missing = [word for word in dict.fromkeys(words) if word not in self._known]
            if missing:
                self._known.update(zip(missing, self._compute(missing), strict=True))
            return np.stack([self._known[word] for word in words])

    def keep(self, words: Sequence[str]) -> None:
        """Know a whole vocabulary: from its file, or computed and written to it; a short one needs no file."""
        with self._lock:
            if len(words) >= WORTH and not self._known.keys() >= set(words):
                self._known.update(zip(words, self._load(words), strict=True))

    def path(self, words: Sequence[str]) -> Path:
        """The file of a vocabulary."""
        key = json.dumps([1, *self._identity, list(words)])
        return self.folder / f"text-{hashlib.blake2b(key.encode(), digest_size=16).hexdigest()}.safetensors"

    def _load(self, words: Sequence[str]) -> Floats:
        from safetensors import SafetensorError
        from safetensors.numpy import load_file, save

        path = self.path(words)
        try:
            if path.is_file():
                found: Floats = load_file(path)["embeddings"]
                fits = found.dtype == np.float32 and found.ndim == 2 and len(found) == len(words)
                if fits and np.isfinite(found).all():
                    return found
        except (OSError, SafetensorError, KeyError, ValueError) as error:
            logger.warning("text embeddings %s are made anew: %s", path, error)
        made = self._compute(words)
        try:
            _write(path, save({"embeddings": np.ascontiguousarray(made)}))
        except OSError as error:
            logger.warning("text embeddings are not kept, %s cannot be written: %s", path, error)
        return made


def fingerprint(tensors: Sequence[Any]) -> str:
    """Hash of some of a model's tensors, so that retrained weights under the same name have other embeddings."""
    hashed = hashlib.blake2b(digest_size=16)
    for tensor in tensors:
        hashed.update(tensor.detach().float().cpu().contiguous().numpy().tobytes())
    return hashed.hexdigest()


def user_cache() -> Path:
    """The user's cache folder for this package."""
    home = os.environ.get("XDG_CACHE_HOME")
    return (Path(home) if home else Path.home() / ".cache") / "agentseg"


def _write(path: Path, data: bytes) -> None:
    """Write a file whole or not at all, whoever writes the same one at the same time."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".text-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        Path(name).replace(path)
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise
