"""Which addresses are of this machine alone."""

from service.access.addresses import is_loopback


def test_loopback_has_many_forms_and_names_like_it_are_none() -> None:
    assert all(map(is_loopback, ("localhost", "127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1")))
    assert not any(
        map(is_loopback, ("localhost.example.com", "0.0.0.0", "::", "192.0.2.7", "::ffff:192.0.2.7", "", "unix"))
    )
