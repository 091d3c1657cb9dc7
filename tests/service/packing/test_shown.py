"""Paths as a pack writes them."""

from service.packing.shown import path_fields
from tests.service.packing.hostile import OWNS, PATH


def test_a_relation_tells_how_many_of_its_claims_are_packed() -> None:
    ((hop,),) = (path_fields(PATH, {})["hops"],)
    (relation,) = hop["relations"]
    assert (relation["id"], relation["claimCount"], relation["claimsInPack"]) == (OWNS.id, 1, 0)
    assert "claims" not in relation
