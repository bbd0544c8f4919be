"""The ``sam2`` package found, or one line that says why not: it stands and falls with torchvision."""

from __future__ import annotations

import importlib
import importlib.util
from importlib import metadata

from agentseg.errors import ConfigError, MissingExtra
from agentseg.perception.vision.loaded import LoadedModel
from agentseg.perception.vision.settings import Torch, VisionOptions, device_of, dtype_of, torch_of

NAME = "SAM 2's own package"


def package_model(
    options: VisionOptions, source: str | None, config: str | None, model: Torch = None, video: bool = False
) -> LoadedModel:
    """Build a model of the ``sam2`` package on its device, or take a ready one.

    Args:
        options: Device and number format.
        source: One of the package's Hugging Face ids, or the path of a ``.pt`` file; None takes
            ``options.weights.sam2``.
        config: The package's configuration of a ``.pt`` file.
        model: A ready model, which stays on its device.
        video: Build the video predictor.

    Raises:
        MissingExtra: sam2 or torch is not installed.
        ConfigError: torchvision does not fit torch, or no such weights.
    """
    check_package()
    torch = torch_of(NAME)
    device = device_of(options, NAME)
    if model is not None:
        found = next(model.parameters()).device
        return LoadedModel(NAME, "the given model", model, found, dtype_of(options, found))
    name = source or options.weights.sam2
    build = importlib.import_module("sam2.build_sam")
    kind = "build_sam2_video_predictor" if video else "build_sam2"
    try:
        if name in build.HF_MODEL_ID_TO_FILENAMES:
            model = getattr(build, f"{kind}_hf")(name, device=str(device))
        elif config is not None:
            model = getattr(build, kind)(config, name, device=str(device))
        else:
            known = ", ".join(sorted(build.HF_MODEL_ID_TO_FILENAMES))
            raise ConfigError(f"{NAME} knows no {name!r}: give a .pt file with its config, or one of {known}")
    except (OSError, ValueError, RuntimeError, KeyError, ImportError) as error:
        line = " ".join(f"{type(error).__name__}: {error}".split())[:200]
        raise ConfigError(
            f"{NAME} cannot load {name!r} ({line}): fetch it (hf download {name}) or name a .pt file"
        ) from error
    dtype = dtype_of(options, device)
    return LoadedModel(NAME, name, model.eval().requires_grad_(False).to(torch.device(device)), device, dtype)


def check_package() -> None:
    """Import ``sam2`` and its torchvision.

    Raises:
        MissingExtra: sam2 is not installed.
        ConfigError: torchvision is missing or is not of the build of the installed torch.
    """
    torch = torch_of(NAME)
    if importlib.util.find_spec("sam2") is None:
        raise MissingExtra(NAME, "sam2", "sam2")
    try:
        importlib.import_module("torchvision")
        importlib.import_module("sam2.build_sam")
        importlib.import_module("sam2.sam2_image_predictor")
    except (ImportError, RuntimeError, AttributeError) as error:
        line = " ".join(str(error).split())[:120]
        raise ConfigError(
            f"{NAME} cannot be imported ({line}): it needs the torchvision of your torch {torch.__version__}, found "
            f"{_torchvision()}; install the two together, or use the perceiver sam2, which needs none"
        ) from error


def _torchvision() -> str:
    try:
        return metadata.version("torchvision")
    except metadata.PackageNotFoundError:
        return "none"
