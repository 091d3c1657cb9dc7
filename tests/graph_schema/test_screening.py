"""What is handed from who reads lists of names to who answers."""

from graph_schema.screening import AskedName


def test_a_refused_name_tells_where_it_stands_and_can_be_mended() -> None:
    asked = AskedName("list.csv", 3, "ASML", raw="ASML,Atlantis", header="name,country")
    error = asked.malformed("country", "is unknown")
    assert str(error) == "list.csv:3: country is unknown"
    assert (error.raw, error.header) == ("ASML,Atlantis", "name,country")
