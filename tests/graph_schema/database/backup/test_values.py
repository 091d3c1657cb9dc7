"""Values of the database as JSON and back."""

import neo4j
import neo4j.spatial
import neo4j.time
import orjson
import pytest
import pytz
from hypothesis import given
from hypothesis import strategies as st

from graph_schema.database.backup.values import decode, encode

moments = st.builds(
    lambda moment, nanosecond: neo4j.time.DateTime.from_native(moment).replace(nanosecond=nanosecond),
    st.datetimes(timezones=st.sampled_from([pytz.utc, pytz.FixedOffset(330), pytz.timezone("Asia/Taipei")])),
    st.integers(0, 999_999_999),
)
properties = st.one_of(
    st.booleans(),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(allow_nan=False),
    st.text(st.characters(exclude_categories=["Cs"])),
    st.dates().map(neo4j.time.Date.from_native),
    moments,
    st.binary(),
    st.tuples(st.floats(allow_nan=False), st.floats(allow_nan=False)).map(neo4j.spatial.CartesianPoint),
)


@given(value=properties | st.lists(properties))
def test_any_value_survives_its_way_through_json(value: object) -> None:
    back = decode(orjson.loads(orjson.dumps(encode(value))))
    assert type(back) is type(value)
    assert back == value


@pytest.mark.parametrize("value", [{"$": ["map"]}, {"a": 1}, {"$": ["date", 7]}, 2**64])
def test_what_no_dump_holds_is_no_value(value: object) -> None:
    with pytest.raises(ValueError, match=r"no value of a dump|64 bits"):
        decode(value)
