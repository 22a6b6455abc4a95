"""Who is asked: every publisher's base URL is a setting, and its manners follow the address."""

import pytest

from sources.errors import SourceError
from sources.publishers import PUBLISHERS, publishers

MIRROR = "http://127.0.0.1:8377/fred"


def test_unset_is_the_publishers_own() -> None:
    """Without settings everyone is asked where they publish."""
    assert publishers({}) == PUBLISHERS


@pytest.mark.parametrize("key", list(PUBLISHERS))
def test_each_base_is_a_setting(key: str) -> None:
    """One publisher is asked at the user's address, at once and under its limits; no other moves."""
    found = publishers({key: MIRROR})
    own = PUBLISHERS[key]
    assert (found[key].base_url, found[key].spacing_seconds) == (MIRROR, 0.0)
    assert (found[key].name, found[key].byte_cap, found[key].request_seconds) == (
        own.name, own.byte_cap, own.request_seconds,
    )  # fmt: skip
    assert {name: one for name, one in found.items() if name != key} == {
        name: one for name, one in PUBLISHERS.items() if name != key
    }


def test_unknown_publisher_refused() -> None:
    """A key that is no publisher's is named, with those there are: a slip would ask the internet."""
    with pytest.raises(SourceError, match="base URLs: cbeo, x is no publisher; accepted are cboe"):
        publishers({"x": MIRROR, "cbeo": MIRROR, "fred": MIRROR})


@pytest.mark.parametrize("url", ["", "fred", "ftp://host", "http://", "http://me:canary@host",
                                 "http://host?key=canary", "http://host#canary"])  # fmt: skip
def test_no_address_refused(url: str) -> None:
    """What cannot be a base is refused, and what might be a secret in it is not repeated."""
    with pytest.raises(SourceError, match="FRED: the base URL on host") as caught:
        publishers({"fred": url})
    assert "canary" not in str(caught.value)


def test_contact_is_told_to_the_sec_only() -> None:
    """The SEC asks for an address in the agent; nobody else learns it, at a mirror either."""
    found = publishers({"sec": MIRROR}, contact="me@host.org")
    assert "me@host.org" in found["sec"].user_agent
    assert [key for key, one in found.items() if "me@host.org" in one.user_agent] == ["sec"]


def test_names_are_unique() -> None:
    """A publisher's name in a message means one address."""
    names = [one.name for one in PUBLISHERS.values()]
    assert len(set(names)) == len(names)
