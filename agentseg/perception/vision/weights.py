"""Models and tokenizers from a Hugging Face id or a local folder: safetensors only, and no code from outside.

A model is loaded once in a process: perceivers that name the same weights, device and number format share it. Files at
hand are taken before the network is asked, so that a robot starts without one and an upstream change changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock
from typing import Any

from agentseg.errors import ConfigError, MissingExtra
from agentseg.perception.vision.fetching import fetch
from agentseg.perception.vision.loaded import LoadedModel, is_out_of_memory
from agentseg.perception.vision.settings import VisionOptions, device_of, dtype_of, torch_of
from agentseg.perception.vision.torch_pair import examine

__all__ = ["LoadedModel", "fetch", "load_model", "load_tokenizer", "release_models", "transformers_of"]

_models: dict[tuple[str, ...], LoadedModel] = {}
_loading = Lock()


def load_model(
    what: str,
    kind: str,
    source: str,
    options: VisionOptions,
    compiled: str | None = None,
    configure: Callable[[Any], None] | None = None,
    variant: str = "",
) -> LoadedModel:
    """Load a model, or take the one that this process has already.

    Args:
        what: Its name for a user, e.g. ``"OWLv2"``.
        kind: Its class in transformers, e.g. ``"Owlv2ForObjectDetection"``.
        source: Hugging Face id, ``id@revision``, or a folder.
        options: Device, number format, whether to compile and to download.
        compiled: Dotted path of the part that ``options.compile`` compiles; None for the whole model.
        configure: Changes the model's configuration before the weights are read into it.
        variant: Name of that change: models of different variants are not shared.

    Returns:
        The model in eval mode, on its device.

    Raises:
        MissingExtra: torch or transformers is not installed.
        ConfigError: No such device; no such weights, or none as safetensors, or of another model: one line, with the
            command that fetches them.
    """
    device = device_of(options, what)
    dtype = dtype_of(options, device)
    part = (compiled or "whole") if options.compile else ""
    key = (kind, source, str(device), str(dtype), part, variant)
    with _loading:
        if key not in _models:
            model = _read(what, kind, source, options, dtype, configure)
            _place(model.eval().requires_grad_(False), device, what)
            if options.compile:
                (model.get_submodule(compiled) if compiled else model).compile()
            _models[key] = LoadedModel(what, source, model, device, dtype)
        return _models[key]


def release_models() -> None:
    """Forget every model of this process; the memory is free once no perceiver holds one either."""
    with _loading:
        _models.clear()


def load_tokenizer(what: str, source: str, options: VisionOptions) -> Any:
    """Load the tokenizer that lies beside a model's weights; the same errors as ``load_model``."""
    return fetch(what, source, options, transformers_of(what).AutoTokenizer.from_pretrained)


def transformers_of(what: str) -> Any:
    """Import transformers.

    Raises:
        MissingExtra: It or torch is not installed.
    """
    torch_of(what)
    try:
        import transformers
    except ImportError:
        raise MissingExtra(what, "transformers", "vision") from None
    return transformers


def _place(model: Any, device: Any, what: str) -> None:
    """Move a model to its device, or say that it does not fit."""
    try:
        model.to(device)
    except RuntimeError as error:
        if not is_out_of_memory(error):
            raise
        raise ConfigError(
            f'{what} does not fit into the memory of {device}: take smaller weights, dtype = "bfloat16", '
            'or device = "cpu"'
        ) from None


def _read(
    what: str, kind: str, source: str, options: VisionOptions, dtype: Any, configure: Callable[[Any], None] | None
) -> Any:
    try:
        cls = getattr(transformers_of(what), kind)
    except AttributeError:
        raise ConfigError(f"{what} needs a newer transformers, with {kind}: pip install -U transformers") from None
    except (ImportError, RuntimeError) as error:
        pair = examine()
        told = f"torchvision does not fit torch: {pair.fix}" if pair.error else " ".join(str(error).split())[:200]
        raise ConfigError(f"{what} cannot be imported by transformers: {told}") from error
    given: dict[str, Any] = {"dtype": dtype, "use_safetensors": True, "output_loading_info": True}
    if configure is not None:
        given["config"] = fetch(what, source, options, cls.config_class.from_pretrained)
        configure(given["config"])
    model, report = fetch(what, source, options, cls.from_pretrained, **given)
    missing = sorted(report["missing_keys"])
    if missing:  # transformers would fill them with noise and only log it
        raise ConfigError(
            f"{source!r} holds no {what}: {len(missing)} weights of {kind} are missing, {missing[0]!r} first: "
            "name other weights in [vision.weights]"
        )
    return model
