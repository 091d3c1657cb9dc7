"""Lists of names: three kinds of file, their lines, and what is refused of them."""

from pathlib import Path

import pytest

from graph_schema.errors import MalformedRecord, SourceError, SourceUnavailable
from graph_schema.screening import AskedName
from graph_schema.vocabulary import EntityType
from loaders.screened_names import NamesIntake


def read(folder: Path, content: str | bytes) -> list[AskedName | MalformedRecord]:
    file = folder / "list"
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    return list(NamesIntake().names(str(file)))


def told(records: list[AskedName | MalformedRecord]) -> list[object]:
    return [
        str(one) if isinstance(one, MalformedRecord) else (one.line, one.name, one.type, one.country, one.id)
        for one in records
    ]


def test_a_table_may_have_its_columns_in_any_order_and_others_beside_them(tmp_path: Path) -> None:
    table = 'Country,note,Name,type,ID\nNetherlands,x,"ASML\nHolding",company,\n,,,,company:intel\n'
    assert told(read(tmp_path, table)) == [
        (2, "ASML Holding", EntityType.COMPANY, "Netherlands", None),
        (4, None, None, None, "company:intel"),
    ]


def test_json_lines_and_plain_names(tmp_path: Path) -> None:
    assert told(read(tmp_path, '{"name": "ASML"}\n\n{"id": "company:intel", "type": "Company"}\n')) == [
        (1, "ASML", None, None, None),
        (3, None, EntityType.COMPANY, None, "company:intel"),
    ]
    assert told(read(tmp_path, "\nASML\nHuawei Technologies Co., Ltd.\n")) == [
        (2, "ASML", None, None, None),
        (3, "Huawei Technologies Co., Ltd.", None, None, None),
    ]
    assert read(tmp_path, "") == []


def test_bad_rows_are_one_line_each_and_the_next_one_follows(tmp_path: Path) -> None:
    rows = b"name,type\nA,Wizard\n,Company\nB,Company,3\n\xff,\nC,\n"
    types = "expected one of " + ", ".join(EntityType)
    assert told(read(tmp_path, rows)) == [
        f"list:2: type is 'Wizard', {types}",
        "list:3: name is empty",
        "list:4: the row has 3 fields, the header 2",
        "list:5: is not UTF-8 at byte 1",
        (6, "C", None, None, None),
    ]
    assert told(read(tmp_path, '{"name": 1.5}\n{"name": true}\n[]\n{"name": "D"}\n'))[1:] == [
        "list:2: name is not text",
        "list:3: is no JSON object",
        (4, "D", None, None, None),
    ]


def test_a_file_that_is_not_there_and_a_header_with_twins(tmp_path: Path) -> None:
    with pytest.raises(SourceUnavailable):
        list(NamesIntake().names(str(tmp_path / "nothing")))
    with pytest.raises(SourceError, match="name twice"):
        read(tmp_path, "name,Name\na,b\n")
    file = tmp_path / "list"
    assert NamesIntake().fingerprint(str(file)) == NamesIntake().fingerprint(str(file))
    assert NamesIntake().fingerprint("-") is None
