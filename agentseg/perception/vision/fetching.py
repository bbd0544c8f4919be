"""Reading what somebody published: files at hand first, then the hub; failures are one line with the way out."""

from __future__ import annotations

import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from agentseg.errors import ConfigError
from agentseg.perception.vision.loaded import is_out_of_memory
from agentseg.perception.vision.settings import VisionOptions

HUB_WAIT_S = 10.0
"""Longest wait for the hub's first answer; without asking, ``from_pretrained`` would retry for a minute offline."""


def fetch(what: str, source: str, options: VisionOptions, read: Callable[..., Any], **given: Any) -> Any:
    """Call a ``from_pretrained``.

    Args:
        what: The model's name for a user, e.g. ``"OWLv2"``.
        source: Hugging Face id, ``id@revision``, or a folder.
        options: ``download`` decides whether the network may be used.
        read: ``from_pretrained`` of a class.
        **given: Its further keywords.

    Returns:
        What ``read`` returns.

    Raises:
        ConfigError: The files are missing, unreadable, or not there as safetensors.
    """
    from safetensors import SafetensorError

    name, _, revision = (source, "", "") if Path(source).expanduser().is_dir() else source.partition("@")
    folder = Path(name).expanduser() if _is_path(name) else None
    if folder is not None and not (folder / "config.json").is_file():
        raise ConfigError(f"no weights of {what} at {source!r}: name a folder that holds a config.json, or a hub id")
    given["trust_remote_code"] = False
    if folder is None:
        given["revision"] = revision or "main"
    failure: Exception = OSError()
    for local_files_only in (True, False) if folder is None and options.download else (True,):
        try:
            if not local_files_only:
                _reach_hub()
            with _quiet():
                return read(str(folder or name), local_files_only=local_files_only, **given)
        except (OSError, ValueError, RuntimeError, LookupError, TypeError, AttributeError, SafetensorError) as error:
            if is_out_of_memory(error):
                raise ConfigError(f"not enough memory to load {what} from {source!r}: take smaller weights") from None
            failure = error
    if folder is None:
        raise ConfigError(_of_hub(what, name, revision, options, failure)) from failure
    raise ConfigError(_of_folder(what, source, folder, failure)) from failure


def _reach_hub() -> None:
    """Fail fast where there is no hub.

    Raises:
        OSError: It cannot be reached, or ``HF_HUB_OFFLINE`` is set.
    """
    from huggingface_hub import constants

    if constants.HF_HUB_OFFLINE:
        raise OSError("HF_HUB_OFFLINE is set")
    try:
        request = urllib.request.Request(constants.ENDPOINT, method="HEAD")
        urllib.request.urlopen(request, timeout=HUB_WAIT_S).close()
    except urllib.error.HTTPError:
        return  # it answers, whatever it says to this


def _of_folder(what: str, source: str, folder: Path, failure: Exception) -> str:
    """Why a folder could not be read, and what to do."""
    weights = [*folder.glob("*.safetensors"), *folder.glob("*.safetensors.index.json")]
    pickles = sorted(path.name for path in (*folder.glob("*.bin"), *folder.glob("*.pt"), *folder.glob("*.pth")))
    if not weights and pickles:
        return (
            f"{source!r} has {what} only as {pickles[0]}, a pickle, which is not opened because it can run code: "
            "save it as safetensors (model.save_pretrained of a trusted copy)"
        )
    if not weights:
        return f"no model.safetensors of {what} in {source!r}: fetch it whole (hf download ID --local-dir {source})"
    return f"the files of {what} in {source!r} cannot be read: {_line(failure)}"


def _of_hub(what: str, name: str, revision: str, options: VisionOptions, failure: Exception) -> str:
    """Why an id could not be read, and the command that fetches it."""
    command = f"hf download {name}" + (f" --revision {revision}" if revision else "")
    text = str(failure)
    if "gated" in text:
        return f"{what} ({name}) is gated: accept its licence on its hub page, then: hf auth login && {command}"
    if "not a valid model identifier" in text:
        return f"no weights of {what}: the hub has no {name!r}: check the id, or name a folder in [vision.weights]"
    if "model.safetensors" in text and "connect" not in text:
        return f"{name!r} has no {what} as safetensors, and pickles are not opened: name other weights"
    if isinstance(failure, OSError):
        off = "" if options.download else " (download = false)"
        return f"no weights of {what}{off}: {name} is no folder and not in the hub's cache; to fetch it run: {command}"
    return f"the files of {what} ({name}) cannot be read: {_line(failure)}"


def _line(error: Exception) -> str:
    return " ".join(f"{type(error).__name__}: {error}".split())[:200]


def _is_path(name: str) -> bool:
    """Whether a source names a folder: it is there, or has a form that no id (``owner/name``) has."""
    return name.startswith(("/", ".", "~")) or name.count("/") != 1 or "\\" in name or Path(name).exists()


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep transformers from drawing bars and tables of weights while it loads; downloads still show theirs."""
    from transformers import utils

    logging: Any = utils.logging
    level, bar = logging.get_verbosity(), logging.is_progress_bar_enabled()
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        logging.set_verbosity(level)
        if bar:
            logging.enable_progress_bar()
