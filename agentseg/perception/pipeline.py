"""Perceivers by name, and their fold: each one reads the frame and what the ones before it found."""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Sequence

from agentseg.config_vision import VisionOptions
from agentseg.errors import AgentSegError, ConfigError
from agentseg.frames import Frame
from agentseg.perception.online import LightTracker, StreamTracker
from agentseg.twin import Perceiver, Twin

NAMED = {
    "kitchen": "agentseg.perception.kitchen:KitchenPerceiver",
    "colours": "agentseg.perception.colours:Colours",
    "label_masks": "agentseg.perception.vision.labelling:LabelMasks",
}
"""Perceivers that ship with the package, by their short names; made without arguments."""

VISION = {
    "owlv2": "agentseg.perception.vision.owlv2:Owlv2Perceiver",
    "groundingdino": "agentseg.perception.vision.groundingdino:GroundingDinoPerceiver",
    "depth_anything": "agentseg.perception.vision.depth_anything:DepthAnythingPerceiver",
    "sam2": "agentseg.perception.vision.sam2_prompted:Sam2Perceiver",
    "sam2_automatic": "agentseg.perception.vision.sam2_automatic:Sam2AutomaticPerceiver",
    "sam3": "agentseg.perception.vision.sam3:Sam3Perceiver",
}
"""Those of the extra ``vision``; made with the options of the ``[vision]`` table."""


def perceive(perceivers: Iterable[Perceiver], frame: Frame, twin: Twin | None = None) -> Twin:
    """Build a frame's twin by letting each perceiver add to what the ones before it found.

    Args:
        perceivers: Functions ``(frame, twin) -> twin``, in order.
        frame: The frame.
        twin: What is known before; None begins with an empty twin of the frame.

    Returns:
        The last perceiver's twin.
    """
    twin = Twin(frame=frame.index, size=frame.size) if twin is None else twin
    for perceiver in perceivers:
        twin = perceiver(frame, twin)
    return twin


def load_tracker(name: str, vision: VisionOptions | None = None) -> StreamTracker:
    """Make the tracker of a stream.

    Args:
        name: ``light`` or ``sam2``.
        vision: Options of ``sam2``; None takes the defaults.

    Raises:
        ConfigError: The weights of ``sam2`` are not there.
        MissingExtra: It needs a package that is not installed.
    """
    if name == "light":
        return LightTracker()
    from agentseg.perception.vision.sam2_tracker import Sam2Tracker

    return Sam2Tracker(vision)


def load_perceivers(specs: Sequence[str], vision: VisionOptions | None = None) -> list[Perceiver]:
    """Make perceivers from their names.

    Args:
        specs: Each a short name (of ``NAMED`` or ``VISION``) or ``"package.module:name"``; what the name stands for is
            called without arguments where it is a class, and taken as the perceiver itself otherwise.
        vision: Options of the perceivers of ``VISION``; None takes the defaults.

    Returns:
        The perceivers, in order.

    Raises:
        ConfigError: A spec has another form, its module cannot be imported, the name is not there or not callable, or
            its class cannot be made; weights that a perceiver needs are not there.
        MissingExtra: A perceiver needs a package that is not installed.
    """
    return [load_perceiver(spec, vision) for spec in specs]


def load_perceiver(spec: str, vision: VisionOptions | None = None) -> Perceiver:
    """Make one perceiver from its name; see ``load_perceivers``."""
    if spec in VISION or spec in NAMED:
        module, _, name = VISION.get(spec, NAMED.get(spec, "")).partition(":")
        kind = getattr(importlib.import_module(module), name)
        made: Perceiver = kind(vision or VisionOptions()) if spec in VISION else kind()
        return made
    module_name, colon, name = spec.partition(":")
    if not (colon and all(part.isidentifier() for part in (*module_name.split("."), *name.split(".")))):
        known = ", ".join((*NAMED, *VISION))
        raise ConfigError(f'no perceiver {spec!r}; use "kitchen" or "package.module:name"; by name there are {known}')
    try:
        found: object = importlib.import_module(module_name)
        for part in name.split("."):
            found = getattr(found, part)
    except AgentSegError:
        raise
    except Exception as error:  # a user's own module may raise anything
        raise ConfigError(f"perceiver {spec!r} cannot be imported: {_reason(error)}") from error
    if isinstance(found, type):
        found = _construct(found, spec)
    if not callable(found):
        raise ConfigError(f"perceiver {spec!r} is not callable (frame, twin) -> twin; found {type(found).__name__}")
    perceiver: Perceiver = found
    return perceiver


def _construct(kind: type, spec: str) -> object:
    try:
        made: object = kind()
    except AgentSegError:
        raise
    except Exception as error:  # a user's own class may raise anything
        raise ConfigError(f"perceiver {spec!r} cannot be made without arguments: {_reason(error)}") from error
    return made


def _reason(error: Exception) -> str:
    return " ".join(f"{type(error).__name__}: {error}".split())[:200]
