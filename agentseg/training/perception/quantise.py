"""Static int8 quantisation (QDQ) of the kitchen network by onnxruntime."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from agentseg.training.perception.shards import Shards

FLOAT_PARTS = ("stem", "detail", "narrow", "fine", "semantic", "heat", "offset", "log_depth")
"""Parts whose convolutions stay in float: int8 there wrecks the centres and the thin classes."""


class Calibration:
    """Pictures for the calibration, in the form onnxruntime asks for."""

    def __init__(self, shards: Shards, count: int) -> None:
        places = np.linspace(0, len(shards) - 1, min(count, len(shards))).astype(int)
        pictures = (np.ascontiguousarray(shards[int(k)].rgb[None]) for k in places)
        self._feed: Iterator[dict[str, Any]] = ({"picture": picture} for picture in pictures)

    def get_next(self) -> dict[str, Any] | None:
        """The next picture, or None at the end."""
        return next(self._feed, None)


def float_nodes(model: Any) -> list[str]:
    """Names of the nodes that stay in float: the convolutions of ``FLOAT_PARTS`` and what no int8 node feeds."""
    kept: list[str] = []
    floats: set[str] = {"picture"}  # values that no int8 node makes
    for node in model.graph.node:
        weights = [name for name in node.input if name.startswith("net.")]
        wide = node.op_type == "Conv" and weights[0].split(".")[1] not in FLOAT_PARTS
        joined = node.op_type in ("Add", "Relu") and not floats.intersection(node.input)
        if not (wide or joined):
            kept.append(node.name)
            floats.update(node.output)
    return kept


def quantise(source: Path, target: Path, calibration: Calibration) -> None:
    """Write the int8 graph."""
    import onnx
    from onnxruntime.quantization import CalibrationMethod, QuantFormat, QuantType, quantize_static

    model = onnx.load(str(source))
    quantize_static(
        str(source),
        str(target),
        calibration,
        quant_format=QuantFormat.QDQ,
        per_channel=True,
        activation_type=QuantType.QUInt8,
        weight_type=QuantType.QInt8,
        op_types_to_quantize=["Conv", "Add", "Relu"],
        nodes_to_exclude=float_nodes(model),
        calibrate_method=CalibrationMethod.MinMax,
        extra_options={"CalibMovingAverage": True, "ActivationSymmetric": False},
    )
