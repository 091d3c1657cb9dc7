"""Good files with a few bytes changed, as disks, editors and half downloads change them, for hypothesis."""

from collections.abc import Sequence

from hypothesis import strategies as st

ODD: Sequence[bytes] = (
    *(b"\0", b"\xff", b"\xef\xbb\xbf", b"\r", b"\n", b"\t", b'"', b"'", b"\\", b",", b";", b"{", b"}", b"[", b"]"),
    *(
        b"&#55357;",
        b"&nope;",
        b"<!--",
        b"]]>",
        b"-",
        b"999999999999999999999999",
        b"1e999",
        b"NaN",
        b"null",
        b"\\ud800",
    ),
    *(
        "\u202e".encode(),
        "é".encode("latin-1"),
        b"0001-01-01",
        b"99999-99-99",
        b"!!python/object:os.system",
        b"*a",
        b"&a ",
    ),
)
_Edit = tuple[str, float, int, bytes]
_EDITS = st.tuples(
    st.sampled_from(["cut", "insert", "replace", "repeat"]),
    st.floats(0, 1, exclude_max=True),
    st.integers(1, 40),
    st.sampled_from(ODD) | st.binary(min_size=1, max_size=6),
)


def spoilt(good: bytes) -> st.SearchStrategy[bytes]:
    """`good` after one to five edits."""
    return st.lists(_EDITS, min_size=1, max_size=5).map(lambda edits: _edited(good, edits))


def _edited(content: bytes, edits: Sequence[_Edit]) -> bytes:
    for kind, place, length, put in edits:
        at = int(place * len(content))
        before, within, after = content[:at], content[at : at + length], content[at + length :]
        match kind:
            case "cut":
                content = before + after
            case "insert":
                content = before + put + within + after
            case "replace":
                content = before + put + after
            case _:
                content = before + within * 3 + after
    return content
