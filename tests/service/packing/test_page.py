"""The report of a pack."""

from service.packing.page import report
from service.packing.shown import path_fields
from tests.service.packing.hostile import PATH


def test_names_and_questions_are_text_and_never_markup() -> None:
    answer = {"report": {"status": "FOUND", "hint": "<b>"}, "paths": [path_fields(PATH, {})]}
    page = report("<i>", {"graphVersion": 1, "text": "<u>"}, answer, [PATH], [])
    assert not {"<script>", "<b>", "<i>", "<u>"} & set(page.replace(">", "> ").split())
    assert "<h3>&lt;script&gt;" in page
    assert "alleged, confidence 0.50" in page
