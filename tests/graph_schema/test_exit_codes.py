"""Exit codes: each with its meaning, which help may say in its own words."""

from graph_schema.exit_codes import MEANINGS, ExitCode, exit_codes_line


def test_every_code_has_a_meaning() -> None:
    assert list(MEANINGS) == list(ExitCode)


def test_help_says_what_a_code_means_there() -> None:
    line = exit_codes_line({ExitCode.UNUSABLE: "no such entity"})
    assert "4 no such entity" in line
    assert line.startswith("Exit codes: 0 done · 1 ")
    assert line.endswith("130 interrupted; run it again to resume.")
