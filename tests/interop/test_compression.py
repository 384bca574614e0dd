"""The compression exercise against the gzip tool's own format readers, werkzeug, httpx and curl."""

import gzip
import json
import shutil
import subprocess
import zlib

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from werkzeug.datastructures import Accept
from werkzeug.http import parse_accept_header

from webcourse import lab

CODINGS = ["gzip", "GZIP", "br", "deflate", "identity", "zstd", "*", "notgzip"]
weights = st.sampled_from(["", ";q=0", ";q=0.0", "; q=0.000", ";q=0.001", " ;q=0.5", ";q=1", ";q=1.000"])
offers = st.lists(
    st.tuples(st.sampled_from(CODINGS), weights), unique_by=lambda offer: offer[0].lower(), max_size=5
).map(lambda found: ", ".join(coding + weight for coding, weight in found))


@pytest.fixture(scope="module")
def compress(answer):
    return answer("compression")["compress_response"]


@pytest.fixture
def users_app(answer):
    names = answer("compression")

    def app(environ, start_response):
        sent = {"accept-encoding": environ.get("HTTP_ACCEPT_ENCODING", "")}
        body, headers = names["compress_response"](names["USERS_JSON"], sent)
        headers |= {"Content-Type": "application/json", "Content-Length": str(len(body))}
        start_response("200 OK", list(headers.items()))
        return [body]

    return app


@settings(max_examples=100, deadline=None)
@given(st.text())
def test_gzip_and_zlib_read_what_we_write(compress, text):
    body, headers = compress(text, {"Accept-Encoding": "gzip"})
    assert headers == {"Content-Encoding": "gzip", "Vary": "Accept-Encoding"}
    assert gzip.decompress(body).decode() == text
    assert zlib.decompress(body, wbits=31).decode() == text


@settings(max_examples=300, deadline=None)
@given(offers)
def test_werkzeug_finds_the_same_offers_acceptable(compress, offer):
    accepted = parse_accept_header(offer, Accept).quality("gzip") > 0
    headers = compress("text", {"Accept-Encoding": offer})[1]
    assert (headers.get("Content-Encoding") == "gzip") == accepted
    assert headers["Vary"] == "Accept-Encoding"


@settings(max_examples=200, deadline=None)
@given(st.text())
def test_no_header_raises(compress, offer):
    body, headers = compress("text", {"Accept-Encoding": offer})
    assert (gzip.decompress(body) if "Content-Encoding" in headers else body) == b"text"


@pytest.mark.parametrize(
    ("offer", "coding"), [("gzip, deflate, br", "gzip"), ("identity", None), ("gzip;q=0", None)]
)
def test_httpx_decodes_the_answer_of_a_real_server(users_app, offer, coding):
    with lab.serve(users_app) as url:
        response = httpx.get(url, headers={"Accept-Encoding": offer})
    assert response.headers.get("Content-Encoding") == coding
    assert response.headers["Vary"] == "Accept-Encoding"
    assert len(response.json()["users"]) == 100
    sent = response.num_bytes_downloaded
    assert sent == int(response.headers["Content-Length"])
    assert (sent < len(response.content)) == (coding == "gzip")


@pytest.mark.skipif(not shutil.which("curl"), reason="there is no curl here")
@pytest.mark.parametrize("options", [["--compressed"], []])
def test_curl_reads_both_variants(users_app, options):
    with lab.serve(users_app) as url:
        command = ["curl", "--silent", "--noproxy", "*", *options, url]
        output = subprocess.run(command, capture_output=True, check=True, timeout=20).stdout
    assert len(json.loads(output)["users"]) == 100
