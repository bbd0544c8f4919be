"""Pictures of answers and twins: their size, their colours, and the memory they need."""

import tracemalloc
from pathlib import Path

import numpy as np
import pytest

from agentseg.errors import InputError
from agentseg.frames import Frame
from agentseg.masks import encode
from agentseg.overlay import ANSWER, PALETTE, draw_answer, draw_twin, save_png, save_webp
from agentseg.twin import Instance, Twin


def grey(height: int, width: int) -> Frame:
    return Frame(np.full((height, width, 3), 100, np.uint8))


@pytest.mark.parametrize(
    ("size", "drawn"),
    [
        ((240, 320), (480, 640)),
        ((4000, 3), (4000, 3)),
        ((3, 4000), (3, 4000)),
        ((639, 2), (1278, 4)),
        ((640, 2), (640, 2)),
        ((1, 1), (640, 640)),
    ],
)
def test_enlargement_is_bounded_on_both_sides(size: tuple[int, int], drawn: tuple[int, int]) -> None:
    frame = grey(*size)
    assert draw_answer(frame, np.zeros(size, bool)).shape == (*drawn, 3)
    assert draw_twin(frame, Twin(size=size)).shape == (*drawn, 3)


def test_answer_is_tinted_and_outlined_and_the_rest_dimmed() -> None:
    mask = np.zeros((1000, 2000), bool)
    mask[100:900, 100:1900] = True
    drawn = draw_answer(grey(1000, 2000), mask)
    assert drawn[0, 0].tolist() == [75, 75, 75]
    assert drawn[100, 100].tolist() == [255, 255, 255]
    for row in (110, 500, 890):  # in the first band of rows and in others
        assert np.abs(drawn[row, 1000] - (55 + 0.45 * ANSWER)).max() <= 1


def test_instance_has_its_colour_and_the_picture_around_it_stays() -> None:
    mask = np.zeros((800, 1600), bool)
    mask[200:700, 300:900] = True
    row = Instance(id=3, label="mug", box=(300, 200, 900, 700))
    drawn = draw_twin(grey(800, 1600), Twin(size=(800, 1600), instances=(row,), masks={3: encode(mask)}))
    assert drawn[750, 1500].tolist() == [100, 100, 100]
    assert drawn[699, 600].tolist() == PALETTE[3].tolist()
    assert np.abs(drawn[650, 600] - (55 + 0.45 * PALETTE[3])).max() <= 1


def test_large_picture_is_drawn_in_a_few_times_its_own_memory() -> None:
    frame, mask = grey(2000, 4000), np.ones((2000, 4000), bool)
    tracemalloc.start()
    draw_answer(frame, mask)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < 4 * frame.rgb.nbytes


def test_picture_that_cannot_be_written_is_one_line_and_leaves_nothing(tmp_path: Path) -> None:
    rgb = np.zeros((4, 4, 3), np.uint8)
    (tmp_path / "a.png").mkdir()
    for path in (tmp_path / "a.png", tmp_path / ("x" * 300), tmp_path / "none" / "a.png"):
        with pytest.raises(InputError, match="cannot be written"):
            save_png(path, rgb)
    with pytest.raises(InputError, match="cannot be written"):
        save_webp(tmp_path / "a.webp", [np.zeros((4, 17_000, 3), np.uint8)] * 2)
    assert [path.name for path in tmp_path.iterdir()] == ["a.png"]
