"""Whether torchvision fits torch: one that does not keeps every model of transformers from being imported.

Nothing here needs torchvision; but where it is installed transformers imports it, and a build for another torch (PyPI's
beside a torch for CPUs, say) fails with ``operator torchvision::nms does not exist``.
"""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from importlib import metadata
from typing import NamedTuple

WAIT_S = 120.0
"""Longest wait for torchvision's import in a process of its own."""
_TRY = "import torch, torchvision; torchvision.ops.nms(torch.zeros(1, 4), torch.zeros(1), 0.5)"


class TorchPair(NamedTuple):
    """What was found.

    Attributes:
        torch: Version of torch, or "" where it is not installed.
        torchvision: Version of torchvision, or "".
        error: Why torchvision cannot be used, one line; "" where it can, or is not installed.
    """

    torch: str
    torchvision: str
    error: str

    @property
    def fix(self) -> str:
        """The commands that mend a broken pair; "" where there is none."""
        return fix_of(self.torch) if self.error else ""


def examine() -> TorchPair:
    """Try the installed pair, in a process of its own: a broken torchvision would break this one."""
    torch, vision = _version("torch"), _version("torchvision")
    if importlib.util.find_spec("torchvision") is None:
        return TorchPair(torch, "", "")
    if not torch:
        return TorchPair(torch, vision, "torchvision is installed without torch")
    try:
        tried = subprocess.run(
            [sys.executable, "-c", _TRY], capture_output=True, text=True, timeout=WAIT_S, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return TorchPair(torch, vision, f"torchvision could not be tried: {type(error).__name__}")
    lines = tried.stderr.strip().splitlines() or [f"its import ended with {tried.returncode}"]
    return TorchPair(torch, vision, "" if tried.returncode == 0 else lines[-1][:160])


def fix_of(torch: str) -> str:
    """Commands that mend a broken pair, for a version of torch such as ``2.13.0+cpu``.

    torchvision 0.(N + 15) belongs to torch 2.N; both have to come from one index, that of the part behind the plus.
    """
    public, _, build = torch.partition("+")
    numbers = public.split(".")
    remove = "pip uninstall -y torchvision (it is not needed)"
    if len(numbers) < 2 or numbers[0] != "2" or not numbers[1].isdigit():
        return remove
    index = f" --index-url https://download.pytorch.org/whl/{build}" if build else ""
    return f'{remove}, or: pip install "torchvision==0.{int(numbers[1]) + 15}.*"{index}'


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return ""
