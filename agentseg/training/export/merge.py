"""A LoRA adapter and its base as merged weights: peft merges, one tensor at a time and in float32.

Merging a whole model in bfloat16 rounds most of a small update away (8 bits of mantissa), and in float32 takes twice
the memory. Here the base stays as it is stored, and each layer is merged when it is written.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from agentseg.errors import InputError, MissingExtra
from agentseg.training.export.checkpoint import ADAPTER_WEIGHTS
from agentseg.training.export.qwen3 import Qwen3
from agentseg.training.export.shards import Rows, Shards, cut

_EMBEDDINGS = ("embed_tokens", "lm_head")
_COPIES = tuple(f"{name}.{layer}weight" for name in _EMBEDDINGS for layer in ("", "base_layer."))
_PREFIX = "base_model.model."


class Merged:
    """The tensors of a base with an adapter merged in; each can be read once.

    Args:
        base: Folder of the base, found to be a Qwen3 in safetensors.
        shards: Its tensors.
        adapter: Folder of the adapter.
        shape: Size of the base.

    Raises:
        InputError: The adapter does not fit the base, is not wholly used, or changes embeddings that are tied.
        MissingExtra: peft, torch or transformers is not installed.
    """

    def __init__(self, base: Path, shards: Shards, adapter: Path, shape: Qwen3) -> None:
        self._shards = shards
        self._stored = Shards([adapter / ADAPTER_WEIGHTS]).shapes
        self._model = _load(base, adapter)
        self._check_all_used(adapter)
        self._check_mergeable(shape)

    @property
    def shapes(self) -> Mapping[str, tuple[int, ...]]:
        """Shape of each tensor of the base, by name."""
        return self._shards.shapes

    def blocks(self, name: str) -> Iterator[Rows]:
        """A merged tensor, float32, in blocks of whole rows; untouched ones come from the base's files."""
        import torch
        from peft.tuners.tuners_utils import BaseTunerLayer
        from peft.utils.other import ModulesToSaveWrapper

        module: Any = self._model.get_base_model().get_submodule(name.rpartition(".")[0])
        tuned = isinstance(module, BaseTunerLayer)
        if tuned:
            layer = module.get_base_layer()
            layer.weight.data = layer.weight.data.float()
            try:
                module.merge(safe_merge=True)
            except (ValueError, RuntimeError) as error:
                raise InputError(f"{name!r} cannot be merged: {str(error)[:160]}") from None
            weight = layer.weight
        elif isinstance(module, ModulesToSaveWrapper):
            weight = module.modules_to_save[module.active_adapters[0]].weight
        elif _PREFIX + name in self._stored:
            weight = module.weight
        else:
            yield from self._shards.blocks(name)
            return
        yield from cut(weight.detach().float().numpy())
        weight.data = torch.empty(0)  # it is written: its memory goes to the next

    def _check_all_used(self, adapter: Path) -> None:
        """Peft only warns about tensors that found no place, and about places that found no tensor."""
        from peft import get_peft_model_state_dict

        used = get_peft_model_state_dict(self._model, save_embedding_layers=False).keys()
        copies = {name for name in self._stored if name.endswith(_COPIES)}  # peft may save whole embeddings, too
        odd = sorted(set(self._stored) - set(used) - copies) + sorted(set(used) - set(self._stored))
        if odd:
            where = "in the file, but not in the base" if odd[0] in self._stored else "missing from the file"
            raise InputError(f"the adapter {str(adapter)!r} does not fit its base: {odd[0]!r} is {where}")

    def _check_mergeable(self, shape: Qwen3) -> None:
        from peft.tuners.tuners_utils import BaseTunerLayer
        from peft.utils.other import AuxiliaryTrainingWrapper, ModulesToSaveWrapper

        for name, module in self._model.get_base_model().named_modules():
            other = isinstance(module, AuxiliaryTrainingWrapper) and not isinstance(module, ModulesToSaveWrapper)
            changed = isinstance(module, (BaseTunerLayer, AuxiliaryTrainingWrapper))
            if other or (changed and shape.tie_word_embeddings and name.endswith(_EMBEDDINGS)):
                why = "in a way that is not merged here" if other else "which this base ties to its other end"
                raise InputError(
                    f"the adapter changes {name}, {why}: merge it with peft (merge_and_unload, save_pretrained) and "
                    "export the result"
                )


def _load(base: Path, adapter: Path) -> Any:
    try:
        from peft import PeftModel
        from transformers import Qwen3ForCausalLM
        from transformers.utils import logging as messages
    except ImportError:
        raise MissingExtra("merging an adapter", "peft", "train") from None
    logging: Any = messages
    bars = logging.is_progress_bar_enabled()
    logging.disable_progress_bar()
    try:
        model = Qwen3ForCausalLM.from_pretrained(
            str(base), dtype="auto", local_files_only=True, use_safetensors=True, trust_remote_code=False
        )
        return PeftModel.from_pretrained(model, str(adapter), local_files_only=True).eval()
    except (ValueError, RuntimeError, TypeError, KeyError) as error:
        words = " ".join(str(error).split())[:240]
        raise InputError(f"the adapter {str(adapter)!r} does not fit its base {str(base)!r}: {words}") from None
    finally:
        if bars:
            logging.enable_progress_bar()
