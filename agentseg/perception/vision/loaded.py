"""A model on its device: one thread at a time, no gradients, and a plain error where memory runs out."""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Any

from agentseg.errors import PerceptionError
from agentseg.perception.vision.settings import Torch, torch_of

_HINTS = ("out of memory", "can't allocate memory", "not enough memory")
"""What a RuntimeError of torch says where memory ran out on a CPU or on mps."""


class LoadedModel:
    """A model on its device, ready to run; shared by every perceiver that names the same weights.

    Args:
        what: Its name for a user, e.g. ``"OWLv2"``.
        source: Where its weights came from.
        model: The ``torch.nn.Module``, in eval mode.
        device: Its ``torch.device``.
        dtype: Its ``torch.dtype``.
    """

    def __init__(self, what: str, source: str, model: Torch, device: Torch, dtype: Torch) -> None:
        self.what, self.source, self.model, self.device, self.dtype = what, source, model, device, dtype
        self._lock = Lock()

    @contextmanager
    def running(self) -> Iterator[Torch]:
        """Hold the model: one thread at a time, no gradients.

        Yields:
            The model.

        Raises:
            PerceptionError: Memory ran out; what torch had cached is given back first.
        """
        torch = torch_of(self.what)
        try:
            with self._lock, torch.inference_mode():
                yield self.model
        except (RuntimeError, MemoryError) as error:  # torch.OutOfMemoryError is a RuntimeError
            if not is_out_of_memory(error):
                raise
            traceback.clear_frames(error.__traceback__)  # its frames hold the tensors that filled the memory
            if torch.cuda.is_available():
                torch.cuda.empty_cache()
            raise PerceptionError(
                f"{self.what} ran out of memory on {self.device}: use a smaller size or batch in [vision], "
                'dtype = "bfloat16", or device = "cpu"'
            ) from None

    def tensor(self, array: Any) -> Torch:
        """A numpy array on the model's device; floats in its number format."""
        value = torch_of(self.what).from_numpy(array)
        return value.to(self.device, self.dtype if value.is_floating_point() else value.dtype)


def is_out_of_memory(error: BaseException) -> bool:
    """Whether an error of torch says that memory ran out."""
    return (
        isinstance(error, MemoryError)
        or type(error).__name__ == "OutOfMemoryError"
        or (isinstance(error, RuntimeError) and any(hint in str(error) for hint in _HINTS))
    )
