"""Export a checkpoint: ``python -m agentseg.training.perception.export --run DIR --data DIR --out kitchen.onnx``.

The graph takes uint8 RGB (1, 240, 320, 3) and gives class probabilities, centre probabilities, offsets in pixels and
depth in metres. Batch norms are folded; the stem, the narrow layers at stride 2 and the output layers stay in float,
everything else becomes int8 by onnxruntime's static quantisation (QDQ), calibrated on training renders.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from agentseg.sim.classes import CLASSES, STUFF
from agentseg.training.perception.net import HEIGHT, MEAN, OFFSET_UNIT, SCALE, WIDTH, KitchenNet, NetConfig
from agentseg.training.perception.quantise import Calibration, quantise
from agentseg.training.perception.shards import Shards

OUTPUTS = ("semantic", "heat", "offset", "depth")


class Exported(nn.Module):
    """The network with its pre- and postprocessing inside.

    Args:
        net: A trained network.
    """

    def __init__(self, net: KitchenNet) -> None:
        super().__init__()
        self.net = fold(net.eval())
        self.mean = nn.Parameter(torch.tensor(MEAN).reshape(1, 3, 1, 1), requires_grad=False)

    def forward(self, picture: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Map uint8 (1, 240, 320, 3) to the four outputs."""
        maps = self.net((picture.permute(0, 3, 1, 2).float() - self.mean) / SCALE)
        return (
            torch.softmax(maps.semantic, 1),
            torch.sigmoid(maps.heat),
            maps.offset * OFFSET_UNIT,
            torch.exp(maps.log_depth.clamp(-3, 4)),
        )


def fold(net: nn.Module) -> Any:
    """Fold every batch norm into the convolution before it, in place."""
    for part in net.modules():
        if isinstance(part, nn.Sequential) and len(part) >= 2:
            first, second = part[0], part[1]
            if isinstance(first, nn.Conv2d) and isinstance(second, nn.BatchNorm2d):
                part[0], part[1] = fuse_conv_bn_eval(first, second), nn.Identity()
    return net


def load_net(path: Path) -> tuple[KitchenNet, dict[str, Any]]:
    """Read the averaged weights of a checkpoint.

    Args:
        path: ``last.pt``.

    Returns:
        The network and the checkpoint's other entries.
    """
    state = torch.load(path, map_location="cpu", weights_only=True)
    sizes: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in state["config"].items()}
    net = KitchenNet(NetConfig(**sizes))
    net.load_state_dict(state["average"])
    about = {key: state[key] for key in ("step", "seen", "elapsed", "minutes", "frames", "data")}
    return net, about


def export_float(net: KitchenNet, path: Path) -> None:
    """Write the float graph."""
    example = torch.zeros(1, HEIGHT, WIDTH, 3, dtype=torch.uint8)
    torch.onnx.export(
        Exported(net).eval(),
        (example,),
        str(path),
        input_names=["picture"],
        output_names=list(OUTPUTS),
        opset_version=18,
        dynamo=True,
        external_data=False,
        verbose=False,
    )


def label(path: Path, about: dict[str, Any]) -> None:
    """Write into the model what it finds, so that the runtime needs nothing but the file."""
    import onnx

    model = onnx.load(str(path))
    del model.metadata_props[:]
    entries = {"labels": json.dumps([*CLASSES, *STUFF]), "things": str(len(CLASSES)), "about": json.dumps(about)}
    for key, value in entries.items():
        model.metadata_props.add(key=key, value=value)
    onnx.save(model, str(path))


def export(run: Path, data: Path, out: Path, count: int = 100, keep_float: bool = False) -> dict[str, Any]:
    """Export a run's checkpoint.

    Args:
        run: Folder with ``last.pt``.
        data: Folder of shards, for the calibration.
        out: The ONNX file.
        count: Pictures of the calibration.
        keep_float: Write the float graph instead.

    Returns:
        What the checkpoint says about its training.
    """
    net, about = load_net(run / "last.pt")
    about["data"] = about["data"] or Shards(data).digest()
    with tempfile.TemporaryDirectory() as scratch:
        plain, done = Path(scratch) / "float.onnx", Path(scratch) / "done.onnx"
        export_float(net, plain)
        if keep_float:
            done = plain
        else:
            quantise(plain, done, Calibration(Shards(data), count))
        label(done, about)
        part = out.with_suffix(".part")
        part.write_bytes(done.read_bytes())
        part.replace(out)
    return about


def main(arguments: list[str] | None = None) -> None:
    """Read the command line and export."""
    parser = argparse.ArgumentParser(
        prog="python -m agentseg.training.perception.export",
        description="Write a checkpoint's averaged weights as an int8 ONNX model that onnxruntime runs without torch.",
    )
    parser.add_argument("--run", type=Path, required=True, help="folder of the training run (last.pt)")
    parser.add_argument("--data", type=Path, required=True, help="folder of shards, for the calibration")
    parser.add_argument("--out", type=Path, required=True, help="the ONNX file to write")
    parser.add_argument("--count", type=int, default=100, help="pictures of the calibration (default %(default)s)")
    parser.add_argument("--float", dest="keep_float", action="store_true", help="do not quantise")
    given = parser.parse_args(arguments)
    torch.set_num_threads(1)
    about = export(**vars(given))
    sys.stdout.write(json.dumps(about | {"bytes": given.out.stat().st_size}) + "\n")


if __name__ == "__main__":
    main()
