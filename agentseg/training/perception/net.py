"""The kitchen network: residual backbone, feature pyramid, panoptic heads (Panoptic-DeepLab, Cheng et al. 2020).

Departures:
    * The centre heatmap has one channel a class (as in CenterNet, Zhou et al. 2019), not one in all: an apple in the
      middle of a plate has the plate's centre, and only the class tells the two peaks apart.
    * A log-depth head stands beside the offsets.
    * No dilation and no ASPP: a stride-32 stage of few pixels carries the context for a tenth of the cost.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

HEIGHT, WIDTH = 240, 320
"""Input size in pixels."""

OFFSET_UNIT = 32.0
"""Pixels for one unit of the offset head."""

MEAN = (118.0, 110.0, 105.0)
"""Subtracted from the channels of a picture (0-255), about the mean of the renders."""

SCALE = 64.0
"""Divisor of a picture after the mean, about the deviation of the renders."""


@dataclass(frozen=True)
class NetConfig:
    """Size of the network.

    Attributes:
        things: Thing classes; the centre heatmap has one channel each.
        classes: Semantic classes, things first.
        stem: Channels at stride 2.
        stages: Channels at strides 4, 8, 16, 32.
        depths: Residual blocks of each stage.
        pyramid: Channels of the feature pyramid and of the heads.
        fine: Channels at stride 2 before the semantic logits.
    """

    things: int = 25
    classes: int = 29
    stem: int = 24
    stages: tuple[int, int, int, int] = (48, 96, 128, 160)
    depths: tuple[int, int, int, int] = (2, 2, 2, 2)
    pyramid: int = 64
    fine: int = 32

    def to_dict(self) -> dict[str, object]:
        """The sizes as plain data, for a checkpoint."""
        return asdict(self)


@dataclass
class Maps:
    """What the network says about a batch of B pictures; all float.

    Attributes:
        semantic: (B, classes, 120, 160) logits at stride 2.
        heat: (B, things, 60, 80) logits of "an instance of this class has its centre here", stride 4.
        offset: (B, 2, 60, 80) (dy, dx) from the cell to its instance's centre, in units of 32 px.
        log_depth: (B, 1, 60, 80) natural logarithm of metres.
    """

    semantic: Tensor
    heat: Tensor
    offset: Tensor
    log_depth: Tensor


def conv(inside: int, outside: int, kernel: int = 3, stride: int = 1) -> nn.Sequential:
    """Convolution, batch norm, ReLU."""
    return nn.Sequential(
        nn.Conv2d(inside, outside, kernel, stride, kernel // 2, bias=False),
        nn.BatchNorm2d(outside),
        nn.ReLU(inplace=True),
    )


class Block(nn.Module):
    """Basic residual block (He et al. 2015): two 3x3 convolutions, the first may halve the picture."""

    def __init__(self, inside: int, outside: int, stride: int) -> None:
        super().__init__()
        self.first = conv(inside, outside, 3, stride)
        self.second = nn.Sequential(nn.Conv2d(outside, outside, 3, 1, 1, bias=False), nn.BatchNorm2d(outside))
        same = stride == 1 and inside == outside
        self.skip: nn.Module = (
            nn.Identity()
            if same
            else nn.Sequential(nn.Conv2d(inside, outside, 1, stride, bias=False), nn.BatchNorm2d(outside))
        )

    def forward(self, x: Tensor) -> Tensor:
        """Map (B, inside, H, W) to (B, outside, H / stride, W / stride)."""
        return functional.relu(self.second(self.first(x)) + self.skip(x))


class KitchenNet(nn.Module):
    """Pictures to panoptic maps and depth.

    Args:
        config: Sizes.
    """

    def __init__(self, config: NetConfig | None = None) -> None:
        super().__init__()
        self.config = size = config or NetConfig()
        self.stem = conv(3, size.stem, 3, 2)
        widths = (size.stem, *size.stages)
        self.stages = nn.ModuleList(
            nn.Sequential(Block(inside, outside, 2), *(Block(outside, outside, 1) for _ in range(depth - 1)))
            for inside, outside, depth in zip(widths, size.stages, size.depths, strict=False)
        )
        width = size.pyramid
        self.lateral = nn.ModuleList(nn.Conv2d(channels, width, 1) for channels in size.stages)
        self.smooth = nn.ModuleList(conv(width, width) for _ in range(3))
        self.coarse = conv(width, width)
        self.narrow = nn.Conv2d(width, size.fine, 1)
        self.detail = nn.Conv2d(size.stem, size.fine, 1)
        self.fine = conv(size.fine, size.fine)
        self.semantic = nn.Conv2d(size.fine, size.classes, 1)
        self.instance = conv(width, width)
        self.heat = nn.Conv2d(width, size.things, 1)
        self.geometry = conv(width, width // 2)
        self.offset = nn.Conv2d(width // 2, 2, 1)
        self.log_depth = nn.Conv2d(width // 2, 1, 1)
        self._initialise()

    def _initialise(self) -> None:
        for part in self.modules():
            if isinstance(part, nn.Conv2d):
                nn.init.kaiming_normal_(part.weight, mode="fan_out", nonlinearity="relu")
                if part.bias is not None:
                    nn.init.zeros_(part.bias)
        for part in self.modules():
            if isinstance(part, Block):
                norm = part.second[1]
                assert isinstance(norm, nn.BatchNorm2d)
                nn.init.zeros_(norm.weight)  # a block starts as its skip
        for head in (self.semantic, self.heat, self.offset, self.log_depth):
            nn.init.normal_(head.weight, std=0.01)
        assert self.heat.bias is not None
        nn.init.constant_(self.heat.bias, -4.6)  # focal loss: a centre is rare, p = 0.01

    def forward(self, pictures: Tensor) -> Maps:
        """Compute the maps.

        Args:
            pictures: (B, 3, 240, 320) normalised RGB (see ``normalise``).

        Returns:
            The maps of the batch.
        """
        fine = self.stem(pictures)  # 120 x 160
        levels, x = [], fine
        for stage in self.stages:
            x = stage(x)
            levels.append(x)  # 60 x 80, 30 x 40, 15 x 20, 8 x 10
        top = self.lateral[3](levels[3])
        for level in (2, 1, 0):
            side = self.lateral[level](levels[level])
            up = functional.interpolate(top, size=side.shape[-2:], mode="bilinear", align_corners=False)
            top = self.smooth[level](side + up)
        shared = self.narrow(self.coarse(top))
        shared = functional.interpolate(shared, size=fine.shape[-2:], mode="bilinear", align_corners=False)
        semantic = self.semantic(self.fine(functional.relu(shared + self.detail(fine))))
        instance = self.instance(top)
        geometry = self.geometry(top)
        return Maps(semantic, self.heat(instance), self.offset(geometry), self.log_depth(geometry))


def normalise(pictures: Tensor) -> Tensor:
    """Bring uint8 pictures (B, 240, 320, 3) to the network's input, float32 (B, 3, 240, 320), channels last."""
    mean = torch.tensor(MEAN, device=pictures.device)
    return ((pictures.float() - mean) / SCALE).permute(0, 3, 1, 2)
