"""Pictures of cases: the answer is filled, the truth is an outline, and both stand where they belong."""

import base64
import io

import numpy as np
from PIL import Image

from agentseg.evaluation.datasets import open_dataset
from agentseg.evaluation.report.pictures import WIDTH, picture
from agentseg.evaluation.report.samples import find_samples


def drawn(*arguments, **names):
    uri = picture(*arguments, **names)
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(uri.partition(",")[2]))), dtype=int)


def block(x1, y1, x2, y2):
    mask = np.zeros((24, 32), bool)
    mask[y1:y2, x1:x2] = True
    return mask


def blue(pixel):
    return pixel[2] > pixel[0] + 40


def yellow(pixel):
    return pixel[0] > 150 and pixel[1] > 130 and pixel[2] < 110


def test_answer_is_filled_and_truth_is_outlined():
    grey = np.full((24, 32, 3), 120, np.uint8)
    out = drawn(grey, (24, 32), block(4, 4, 12, 12), block(18, 4, 28, 16))
    times = WIDTH // 32
    assert out.shape == (24 * times, WIDTH, 3)
    assert blue(out[8 * times, 8 * times])
    assert not blue(out[10 * times, 23 * times])
    assert yellow(out[10 * times, 18 * times - 1])
    assert yellow(out[4 * times - 1, 23 * times])
    assert not yellow(out[20 * times, 4 * times])


def test_outline_of_a_truth_that_fills_the_picture_is_its_rim():
    out = drawn(np.full((24, 32, 3), 120, np.uint8), (24, 32), None, block(0, 0, 32, 24))
    assert yellow(out[0, 100])
    assert yellow(out[100, -1])
    assert not yellow(out[100, 100])


def test_boxes_are_drawn_where_they_are_and_reversed_ones_are_left_out():
    out = drawn(None, (24, 32), None, None, answer_boxes=[(4, 4, 12, 12), (9, 9, 1, 1)], truth_boxes=[(18, 4, 28, 16)])
    times = WIDTH // 32
    assert blue(out[8 * times, 4 * times])
    assert yellow(out[8 * times, 18 * times])


def test_a_large_frame_becomes_small():
    large = np.zeros((1200, 1920, 3), np.uint8)
    mask = np.zeros((1200, 1920), bool)
    mask[300:900, 400:1400] = True
    assert drawn(large, (1200, 1920), mask, mask).shape == (300, WIDTH, 3)
    assert len(picture(large, (1200, 1920), mask, mask)) < 60_000


def test_a_kitchenbench_sample_is_found_by_its_id_without_the_scenes_before_it(tmp_path):
    sample = next(open_dataset("kitchenbench", tmp_path, "val", limit=1))
    asked = {"dataset": "kitchenbench", "split": "val", "root": str(tmp_path), "limit": None}
    found = find_samples([asked], {sample.id: sample.query, "none/0": ""}, lambda one: 0)
    assert found.found[sample.id].targets == sample.targets
    assert found.frames[sample.id].shape == (240, 320, 3)
    assert "1 case not in the dataset" in found.missing
