"""The cache strategies as werkzeug reads them."""

import pytest
from werkzeug.datastructures import ResponseCacheControl
from werkzeug.http import parse_cache_control_header


@pytest.mark.parametrize("strategy, expected", [
    ("no-cache", {"no_cache", "must_revalidate"}),
    ("no-store", {"no_store"}),
    ("public-immutable", {"public", "max_age", "immutable"}),
    ("private-short", {"private", "max_age"}),
    ("revalidate", {"public", "max_age", "must_revalidate"}),
])
def test_werkzeug_reads_the_same_directives(answer, strategy, expected):
    header = answer("cache-control")["build_cache_headers"](strategy)["Cache-Control"]
    read = parse_cache_control_header(header, cls=ResponseCacheControl)
    assert {name.replace("-", "_") for name in read} == expected
    ages = {"public-immutable": 31_536_000, "private-short": 300, "revalidate": 3600}
    assert read.max_age == ages.get(strategy)
    assert (read.public, read.immutable) == ("public" in expected, "immutable" in expected)
    assert read.no_store == ("no_store" in expected)
    assert read.must_revalidate == ("must_revalidate" in expected)
