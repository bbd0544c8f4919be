"""One ONNX session of a kitchen model: pixels in, maps out. The only part of perception that knows onnxruntime."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from agentseg.errors import ConfigError, MissingExtra, PerceptionError

Floats = NDArray[np.float32]

MODEL = Path(__file__).parent / "models" / "kitchen.onnx"
"""The model that ships with the package; its card lies beside it."""


@dataclass(frozen=True)
class KitchenMaps:
    """What the network says about one picture of its input size (H, W).

    Attributes:
        semantic: (C, H/2, W/2) class probabilities, things first.
        heat: (things, H/4, W/4) probability of a centre.
        offset: (2, H/4, W/4) (dy, dx) to the centre, px.
        depth: (H/4, W/4) metres along the camera's axis.
    """

    semantic: Floats
    heat: Floats
    offset: Floats
    depth: Floats


class KitchenSession:
    """A loaded model; calls are serialised by a lock.

    Args:
        path: ONNX file; None takes the one that ships with the package.
        threads: Threads of one call.

    Attributes:
        labels: Class names, things first, then wall, counter and the fixtures.
        things: How many of them are things.
        about: What the training wrote into the file: steps, frames, minutes, a hash of the data.

    Raises:
        MissingExtra: onnxruntime is not installed.
        ConfigError: The file is missing or no kitchen model.
    """

    def __init__(self, path: Path | None = None, threads: int = 1) -> None:
        try:
            import onnxruntime
        except ImportError:
            raise MissingExtra("the kitchen perceiver", "onnxruntime", "local") from None
        path = path or MODEL
        if not path.is_file():
            raise ConfigError(f"no kitchen model at {str(path)!r}: check the path, or leave it out for ours")
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        state = onnxruntime.capi.onnxruntime_pybind11_state  # its errors have no common base of their own
        kinds = (kind for kind in vars(state).values() if isinstance(kind, type) and issubclass(kind, Exception))
        errors: tuple[type[Exception], ...] = (KeyError, ValueError, *kinds)
        try:
            self._session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
            about = self._session.get_modelmeta().custom_metadata_map
            self.labels: tuple[str, ...] = tuple(json.loads(about["labels"]))
            self.things = int(about["things"])
            self.about: dict[str, Any] = json.loads(about.get("about", "{}"))
            _, self.height, self.width, _ = self._session.get_inputs()[0].shape
        except errors as error:
            raise ConfigError(f"{str(path)!r} is not a kitchen model: {str(error).splitlines()[0]}") from None
        self._lock = Lock()

    def run(self, picture: NDArray[np.uint8]) -> KitchenMaps:
        """Compute the maps of one picture.

        Args:
            picture: uint8 RGB of exactly the model's size, (H, W, 3).

        Returns:
            The maps.

        Raises:
            PerceptionError: The model gave values that are not finite.
        """
        with self._lock:
            semantic, heat, offset, depth = self._session.run(None, {"picture": picture[None]})
        if not (np.isfinite(semantic).all() and np.isfinite(offset).all() and np.isfinite(depth).all()):
            raise PerceptionError("the kitchen model gave values that are not finite: the model file may be damaged")
        return KitchenMaps(semantic[0], heat[0], offset[0], depth[0, 0])
