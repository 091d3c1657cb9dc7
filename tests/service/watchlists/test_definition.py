"""`watch.yaml`: what it may say, and how its mistakes are told."""

from pathlib import Path

import pytest

from graph_schema.errors import SettingsError
from graph_schema.vocabulary import RelationType
from service.watchlists.definition import Channel, Watched, read_watch_lists


def test_a_list_watches_all_unless_it_says_less(tmp_path: Path) -> None:
    file = tmp_path / "watch.yaml"
    file.write_text(
        "watch:\n"
        "  - {name: all, entities: [Intel]}\n"
        "  - name: sanctions\n"
        "    entities: [Intel, TSMC]\n"
        "    watched: [relations]\n"
        "    relations: [SANCTIONS]\n"
        "    webhook: https://example.org/hook\n"
        "    secret: HOOK_SECRET\n"
        "    email: desk@example.org\n"
    )
    everything, sanctions = read_watch_lists(file)
    assert (everything.watched, everything.relations, everything.channels) == (tuple(Watched), (), ())
    assert (sanctions.watched, sanctions.relations) == ((Watched.RELATIONS,), (RelationType.SANCTIONS,))
    assert sanctions.channels == (Channel.WEBHOOK, Channel.EMAIL)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("{name: Big, entities: [Intel]}", "watch.yaml:2: name: String should match pattern"),
        ("{name: a}", "watch.yaml:2: watch[0]: a watch list has either entities or a question"),
        ("{name: a, entities: []}", "watch.yaml:2: watch[0]: a watch list has either entities or a question"),
        (
            "{name: a, entities: [x], question: 'Who supplies TSMC?'}",
            "watch.yaml:2: watch[0]: a watch list has either entities or a question",
        ),
        (
            "{name: a, question: 'Who supplies TSMC?', relations: [SUPPLIES]}",
            "watch.yaml:2: watch[0]: a question is watched as it is",
        ),
        ("{name: a, entities: [x], news: [gossip]}", "watch.yaml:2: news.0: Input should be 'new_exposure'"),
        (
            "{name: a, entities: [x], watched: [prices]}",
            "watch.yaml:2: watched.0: Input should be 'exposure' or 'relations'",
        ),
        (
            "{name: a, entities: [x], webhook: 'https://x.example'}",
            "watch.yaml:2: watch[0]: webhook and secret go together",
        ),
        ("{name: a, entities: [x], email: 'a@b, c@d'}", "watch.yaml:2: email: String should match pattern"),
        ("{name: a, entities: [x], every: hour}", "watch.yaml:2: every: Extra inputs are not permitted"),
    ],
)
def test_mistakes_are_told_with_line_and_field(tmp_path: Path, line: str, told: str) -> None:
    file = tmp_path / "watch.yaml"
    file.write_text(f"watch:\n  - {line}\n")
    with pytest.raises(SettingsError) as refused:
        read_watch_lists(file)
    assert str(refused.value).removeprefix(f"{tmp_path}/").startswith(told)


def test_two_lists_of_one_name_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "watch.yaml"
    file.write_text("watch:\n  - {name: a, entities: [x]}\n  - {name: a, entities: [y]}\n")
    with pytest.raises(SettingsError, match=r"watch.yaml:3: name 'a' is given to two watch lists"):
        read_watch_lists(file)
