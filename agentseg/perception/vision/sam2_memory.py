"""What SAM 2's video memory may forget, exactly: the masks of all later frames stay the same, bit for bit.

A session of transformers keeps every frame's pixels and every output: 12.6 MB a frame and 6 MB more an object at 1024
pixels. But a frame is only ever decoded from

* its own pixels;
* memory features of the conditioning frames (those with a prompt) and of the last ``num_maskmem - 1`` frames;
* object pointers of the conditioning frames and of the last ``max_object_pointers_in_encoder - 1`` frames.

All else can go. Keeping less changes the masks.

Source: ``_gather_memory_frame_outputs`` and ``_get_object_pointers`` of ``Sam2VideoModel``; tests compare the masks.
"""

from __future__ import annotations

from typing import Any

MASKS = ("high_res_masks", "pred_masks")
"""Outputs that nothing reads once the frame's memory is encoded."""
FEATURES = ("maskmem_features", "maskmem_pos_enc")


def forget(session: Any, frame: int, memories: int, pointers: int) -> None:
    """Drop from a session what no frame after ``frame`` reads.

    Args:
        session: A ``Sam2VideoInferenceSession`` that has just decoded ``frame``, fed one frame after the other.
        frame: Index of that frame in the session.
        memories: ``config.num_maskmem``.
        pointers: ``config.max_object_pointers_in_encoder``.
    """
    session.processed_frames.clear()
    for index, outputs in session.output_dict_per_obj.items():
        session.frames_tracked_per_obj[index].clear()
        session.point_inputs_per_obj[index].clear()
        session.mask_inputs_per_obj[index].clear()
        for kept in outputs["cond_frame_outputs"].values():
            _drop(kept, MASKS)
        recent = outputs["non_cond_frame_outputs"]
        for past in list(recent):
            age = frame + 1 - past  # as the next frame counts it
            if age >= max(pointers, memories):
                del recent[past]
                continue
            _drop(recent[past], MASKS)
            if age >= memories:
                _drop(recent[past], FEATURES)


def _drop(output: dict[str, Any], names: tuple[str, ...]) -> None:
    for name in names:
        output.pop(name, None)
