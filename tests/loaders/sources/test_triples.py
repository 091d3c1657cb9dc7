"""Tables and JSON lines of triples: what is read, and what is said of what cannot be."""

import datetime as dt
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph_schema.domain import Span
from graph_schema.errors import MalformedRecord, SourceError, SourceUnavailable
from graph_schema.vocabulary import EntityType, Modality, RelationType
from loaders.sources.records import SourceRecord
from loaders.sources.triples import TripleFile, TripleFormat


def read(folder: Path, content: str | bytes, name: str = "bulletin.csv") -> list[SourceRecord | MalformedRecord]:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return list(TripleFile(str(path)).records())


def only(records: list[SourceRecord | MalformedRecord]) -> SourceRecord:
    (record,) = records
    assert isinstance(record, SourceRecord), record
    return record


def words(record: SourceRecord | MalformedRecord) -> tuple[str, ...] | str:
    if isinstance(record, MalformedRecord):
        return str(record)
    return record.triples[0].subject.name, record.triples[0].predicate, record.triples[0].object.name


def test_a_table_with_all_columns_gives_the_whole_statement(tmp_path: Path) -> None:
    record = only(
        read(
            tmp_path,
            "subject,subject_type,predicate,relation,object,object_type,sentence,url,title,publisher,published,language,"
            "date,valid_from,valid_to,modality,confidence,role,attribution\n"
            'Intel,company,tested tools from,TESTED,ACM Research,Company,"Intel tested, it says.",https://e.org/1,Tools,'
            "Example,2025-12-12,en,2025-08,2025,2026,alleged,0.8,,Reuters\n",
        )
    )
    triple = record.triples[0]
    assert (triple.subject.type, triple.relation, triple.modality) == (
        EntityType.COMPANY,
        RelationType.TESTED,
        Modality.ALLEGED,
    )
    assert (triple.sentence, triple.span, triple.confidence) == ("Intel tested, it says.", Span(0, 22), 0.8)
    assert (triple.date, triple.valid_from, triple.valid_to) == (
        dt.date(2025, 8, 1),
        dt.date(2025, 1, 1),
        dt.date(2026, 12, 31),
    )
    assert triple.attribution is not None
    assert triple.attribution.name == "Reuters"
    assert (record.document.url, record.document.publisher, record.document.published) == (
        "https://e.org/1",
        "Example",
        dt.date(2025, 12, 12),
    )


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        pytest.param(",makes,H200", "bulletin.csv:2: subject is empty", id="empty subject"),
        pytest.param("Nvidia,,H200", "bulletin.csv:2: predicate is empty", id="empty predicate"),
        pytest.param("Nvidia,makes", "bulletin.csv:2: object is empty", id="row cut short"),
        pytest.param("Nvidia,makes,---", "bulletin.csv:2: object has no letter or digit: '---'", id="no name"),
        pytest.param("Nvidia,makes,a\0b", "bulletin.csv:2: object contains a NUL character", id="NUL"),
        pytest.param(
            "Nvidia,makes,H200,,,,extra", "bulletin.csv:2: the row has 7 fields, the header 6", id="field too many"
        ),
        pytest.param(
            "Nvidia,makes,H200,12/25/2025,",
            "bulletin.csv:2: date is '12/25/2025', expected a date as YYYY-MM-DD",
            id="ambiguous date",
        ),
        pytest.param(
            "Nvidia,makes,H200,2025-02-30,",
            "bulletin.csv:2: date is '2025-02-30', which is no day of the calendar",
            id="no such day",
        ),
        pytest.param(
            "Nvidia,makes,H200,,1.5",
            "bulletin.csv:2: confidence is 1.5, expected a number from 0 to 1 or a percentage",
            id="above 1",
        ),
        pytest.param(
            "Nvidia,makes,H200,,nan",
            "bulletin.csv:2: confidence is nan, expected a number from 0 to 1 or a percentage",
            id="not a number",
        ),
        pytest.param(
            "Nvidia,makes,H200,,,soon",
            "bulletin.csv:2: published is 'soon', expected a date as YYYY-MM-DD",
            id="bad day of publication",
        ),
        pytest.param('Nvidia,"makes,H200', "bulletin.csv:2: a quotation mark is never closed", id="open quote"),
    ],
)
def test_a_wrong_row_is_refused_by_line_and_field_and_the_next_one_is_read(
    tmp_path: Path, row: str, problem: str
) -> None:
    records = read(tmp_path, f"subject,predicate,object,date,confidence,published\n{row}\nIntel,makes,Xeon\n")
    assert [words(record) for record in records] == [problem, ("Intel", "makes", "Xeon")]


def test_lines_are_counted_as_an_editor_counts_them(tmp_path: Path) -> None:
    records = read(tmp_path, 'subject,predicate,object\n\n"In\ntel",makes,Xeon\n,makes,Xeon\n')
    assert [words(record) for record in records] == [("In tel", "makes", "Xeon"), "bulletin.csv:5: subject is empty"]


def test_a_field_beyond_all_bounds_costs_its_own_line_only(tmp_path: Path) -> None:
    huge = "x" * 10_000_000
    records = read(tmp_path, f"subject,predicate,object\nIntel,makes,{huge}\nIntel,makes,Xeon\n")
    assert [words(record) for record in records] == [
        "bulletin.csv:2: the line is longer than 4 MiB",
        ("Intel", "makes", "Xeon"),
    ]
    records = read(tmp_path, f'subject,predicate,object\nIntel,makes,"{huge[:500_000]}"\nIntel,makes,Xeon\n')
    assert [words(record) for record in records] == [
        "bulletin.csv:2: a field is longer than 131,072 characters",
        ("Intel", "makes", "Xeon"),
    ]


def test_bytes_that_are_not_utf_8_cost_their_own_line_only(tmp_path: Path) -> None:
    records = read(tmp_path, b"subject,predicate,object\nIntel,makes,\xff\nIntel,makes,Xeon\n")
    assert [words(record) for record in records] == [
        "bulletin.csv:2: is not UTF-8 at byte 13",
        ("Intel", "makes", "Xeon"),
    ]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        pytest.param("a.csv", "\ufeffsubject,predicate,object\r\nIntel,makes,Xeon\r\n", id="byte order mark and CRLF"),
        pytest.param("a.csv", "Subject;Predicate;Object\nIntel;makes;Xeon", id="semicolons"),
        pytest.param("a.tsv", "subject\tpredicate\tobject\nIntel\tmakes\tXeon\n", id="TSV"),
        pytest.param("a.txt", "subject\tpredicate\tobject\nIntel\tmakes\tXeon\n", id="TSV by its first line"),
        pytest.param("a.csv", "head,relation,tail\nIntel,makes,Xeon\n", id="other column names"),
        pytest.param("a.jsonl", '{"subject":"Intel","predicate":"makes","object":"Xeon"}\n\n', id="JSON lines"),
        pytest.param("a", '{"subject":"Intel","predicate":"makes","object":"Xeon"}', id="JSON lines by the first"),
    ],
)
def test_what_people_have_is_read(tmp_path: Path, name: str, content: str) -> None:
    assert words(only(read(tmp_path, content, name))) == ("Intel", "makes", "Xeon")


def test_the_output_of_the_extractor_is_read_back(tmp_path: Path) -> None:
    line = (
        '{"doc":"d1","subject":"Intel","subject_type":"Company","relation":"TESTED","object":"ACM Research",'
        '"object_type":"Company","modality":"asserted","attribution":null,"predicate":"has tested","sentence":"It has.",'
        '"start":5,"end":12,"confidence":0.9,"subject_mention":"It","subject_mention_start":5,"subject_mention_end":7}'
    )
    record = only(read(tmp_path, line, "out.jsonl"))
    assert (record.triples[0].relation, record.triples[0].span, record.triples[0].predicate) == (
        RelationType.TESTED,
        Span(5, 12),
        "has tested",
    )
    assert record.document.title == "d1"
    assert (record.triples[0].subject_mention, record.triples[0].object_mention) == (Span(5, 7), None)


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        pytest.param('{"subject":', "is not JSON: unexpected end of data", id="cut short"),
        pytest.param("[1]", "is a JSON array; write one object per line", id="array"),
        pytest.param("3", "is no JSON object", id="number"),
        pytest.param('{"subject":["Intel"],"predicate":"p","object":"o"}', "subject is not text", id="list for a name"),
        pytest.param('{"subject":true,"predicate":"p","object":"o"}', "subject is not text", id="true for a name"),
        pytest.param(
            '{"subject":"\\ud800x","predicate":"p","object":"o"}',
            "is not JSON: no low surrogate in string",
            id="lone surrogate",
        ),
        pytest.param(
            '{"subject":"a","predicate":"p","object":"o","object_type":"Firm"}',
            "object_type is 'Firm', expected one of Country,",
            id="unknown type",
        ),
        pytest.param(
            '{"subject":"a","predicate":"p","object":"o","valid_from":"2025","valid_to":"2020"}',
            "valid_to is 2020-12-31, before valid_from, 2025-01-01",
            id="ends before it begins",
        ),
        pytest.param(
            '{"subject":"a","predicate":"p","object":"o","object_mention_start":9,"object_mention_end":9}',
            "object_mention_end is 9, not after the mention's start, 9",
            id="a mention without words",
        ),
    ],
)
def test_a_wrong_json_line_is_refused_with_its_reason(tmp_path: Path, line: str, problem: str) -> None:
    (record,) = read(tmp_path, f"{line}\n", "a.jsonl")
    assert str(record).startswith(f"a.jsonl:1: {problem}")


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        pytest.param("", "is empty; expected a header with subject, predicate and object", id="empty"),
        pytest.param("a,b\n1,2\n", "the header lacks object, predicate, subject", id="no header"),
        pytest.param("subject,object\n", "the header lacks predicate", id="column missing"),
        pytest.param("subject,predicate,object\n".encode("utf-16"), "is UTF-16; save it as UTF-8", id="UTF-16"),
    ],
)
def test_an_input_that_is_no_table_is_not_read_at_all(tmp_path: Path, content: str | bytes, problem: str) -> None:
    with pytest.raises(SourceError, match=problem) as raised:
        read(tmp_path, content)
    assert raised.value.exit_code == 4


def test_a_file_that_does_not_exist_is_named() -> None:
    with pytest.raises(SourceUnavailable, match=r"/nowhere/x\.csv: no such file or directory"):
        list(TripleFile("/nowhere/x.csv").records())


def test_columns_that_nothing_reads_are_collected(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("subject,predicate,object,colour\na,b,c,red\n")
    file = TripleFile(str(tmp_path / "a.csv"))
    list(file.records())
    assert file.ignored == {"colour"}


def test_rows_without_an_address_belong_to_one_document_per_publisher(tmp_path: Path) -> None:
    records = read(tmp_path, "subject,predicate,object,source\na,b,c,Reuters\nd,e,f,Reuters\ng,h,i,https://e.org/1\n")
    documents = [record.document for record in records if isinstance(record, SourceRecord)]
    assert documents[0] == documents[1] != documents[2]
    assert [(d.publisher, d.url, d.title) for d in documents[1:]] == [
        ("Reuters", None, "bulletin.csv"),
        (None, "https://e.org/1", None),
    ]


@given(st.binary(max_size=400), st.sampled_from([TripleFormat.JSONL, TripleFormat.CSV, TripleFormat.TSV]))
def test_no_input_breaks_the_reader(data: bytes, format: TripleFormat) -> None:
    prefix = (
        b""
        if format is TripleFormat.JSONL
        else b"subject,predicate,object\n".replace(b",", b"," if format is TripleFormat.CSV else b"\t")
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(prefix + data)))
        try:
            records = list(TripleFile("-", format).records())
        except SourceError as error:
            assert "UTF-16" in str(error)  # noqa: PT017
        else:
            assert all(isinstance(record, SourceRecord | MalformedRecord) for record in records)


def found(tmp_path: Path, content: str) -> tuple[list[SourceRecord | MalformedRecord], set[str]]:
    path = tmp_path / "t.csv"
    path.write_text(content)
    file = TripleFile(str(path))
    return list(file.records()), file.ignored


def test_delimiters_inside_quotes_do_not_count(tmp_path: Path) -> None:
    records, _ = found(tmp_path, '"subject";"predicate";"object";"note (x, y, z, w)"\nMarl;supplies;Veld;n\n')
    assert [type(record).__name__ for record in records] == ["SourceRecord"]


def test_of_two_columns_for_one_thing_the_second_is_told(tmp_path: Path) -> None:
    (record,), ignored = found(
        tmp_path, "subject,predicate,object,tail,url,link\nMarl,supplies,Veld,Tarn,http://a/,http://b/\n"
    )
    assert isinstance(record, SourceRecord)
    assert record.triples[0].object.name == "Veld"
    assert ignored == {"tail", "link"}


def test_a_header_that_comes_again_is_passed_over(tmp_path: Path) -> None:
    records, _ = found(tmp_path, "subject,predicate,object\nMarl,supplies,Veld\nsubject,predicate,object\nA,owns,B\n")
    assert [record.triples[0].subject.name for record in records if isinstance(record, SourceRecord)] == ["Marl", "A"]


def test_what_has_no_lines_ends_in_one_line() -> None:
    with pytest.raises(SourceError, match="no line ends"):
        list(TripleFile("/dev/zero", TripleFormat.JSONL).records())


def test_many_columns_are_not_all_named(tmp_path: Path) -> None:
    with pytest.raises(SourceError) as problem:
        found(tmp_path, ",".join(f"c{i}" for i in range(100_000)) + "\n")
    assert len(str(problem.value)) < 500
