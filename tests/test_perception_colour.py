"""Colour words of plain patches, in good and bad light."""

import numpy as np
import pytest

from agentseg.errors import InputError
from agentseg.perception.colour import COLOURS, dominant_colour

PATCHES = {
    "red": (200, 30, 30),
    "orange": (240, 115, 15),
    "yellow": (245, 205, 30),
    "green": (40, 140, 50),
    "blue": (30, 75, 195),
    "purple": (115, 45, 160),
    "pink": (242, 132, 170),
    "brown": (110, 66, 33),
    "black": (20, 20, 22),
    "grey": (130, 132, 135),
    "white": (235, 235, 230),
}


def shown(colour, light=1.0):
    rgb = np.full((60, 80, 3), 245.0)
    rgb[10:40, 10:40] = colour
    mask = np.zeros((60, 80), bool)
    mask[10:40, 10:40] = True
    return (rgb * light).astype(np.uint8), mask


@pytest.mark.parametrize("word", COLOURS)
@pytest.mark.parametrize("light", [1.0, 0.8, 0.6])
def test_a_plain_patch_gets_its_word(word, light):
    assert dominant_colour(*shown(PATCHES[word], light)) == word


def test_a_black_handle_does_not_rename_a_red_kettle():
    rgb, mask = shown(PATCHES["red"])
    rgb[10:22, 10:40] = PATCHES["black"]
    assert dominant_colour(rgb, mask) == "red"


def test_an_empty_mask_is_grey_and_a_wrong_size_is_said():
    rgb, mask = shown(PATCHES["red"])
    assert dominant_colour(rgb, mask & False) == "grey"
    with pytest.raises(InputError, match="size"):
        dominant_colour(rgb, mask[:-1])


def test_a_single_pixel_has_a_colour():
    assert dominant_colour(np.full((1, 1, 3), 10, np.uint8), np.ones((1, 1), bool)) in COLOURS
