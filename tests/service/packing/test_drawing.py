"""The drawing of paths."""

import xml.etree.ElementTree as ET

from service.packing.drawing import drawing
from tests.service.packing.hostile import EVIL, PATH


def test_names_are_text_and_the_whole_of_a_cut_one_is_its_title() -> None:
    svg = drawing([PATH])
    root = ET.fromstring(svg)
    titles = [one.text for one in root.iter("{http://www.w3.org/2000/svg}title")]
    assert EVIL.name in titles
    assert "<script>" not in svg
    assert 'marker-start="url(#end)"' in svg  # the path walks against the relation


def test_no_path_is_a_drawing_too() -> None:
    ET.fromstring(drawing([]))
