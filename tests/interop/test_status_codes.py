"""The status registry against those of the standard library, httpx and werkzeug, and on the wire."""

import http

import httpx
import pytest
from werkzeug.http import HTTP_STATUS_CODES

from webcourse import lab

OLD_NAMES = {422: {"Unprocessable Entity"}}  # http.HTTPStatus before Python 3.13, and werkzeug


@pytest.fixture(scope="module")
def names(answer):
    return answer("status-codes")


@pytest.fixture(scope="module")
def status(names):
    return names["HTTPStatus"]


def test_every_reason_is_registered(names, status):
    for code, phrase in names["STATUS_REASONS"].items():
        assert status.reason(code) == phrase
        assert http.HTTPStatus(code).phrase in {phrase} | OLD_NAMES.get(code, set())
        assert HTTP_STATUS_CODES[code] in {phrase} | OLD_NAMES.get(code, set())


def test_codes_of_the_standard_library_are_ints_to_us(names, status):
    for member in http.HTTPStatus:
        assert status.reason(member) == names["STATUS_REASONS"].get(int(member), "Unknown")
        assert status.line(member) == f"{int(member)} {status.reason(member)}"


@pytest.mark.parametrize("question", ["is_success", "is_redirect", "is_client_error", "is_server_error"])
def test_httpx_and_the_standard_library_class_codes_alike(status, question):
    for code in range(100, 700):
        assert getattr(status, question)(code) is getattr(httpx.codes, question)(code)
    their_question = {"is_redirect": "is_redirection"}.get(question, question)
    for member in http.HTTPStatus:
        if hasattr(member, their_question):  # from Python 3.12 on
            assert getattr(status, question)(member) is getattr(member, their_question)


def test_a_client_reads_our_line_behind_a_real_server(names, status):
    def app(environ, start_response):
        start_response(status.line(int(environ["PATH_INFO"][1:])), [])
        return []

    with lab.serve(app) as url, httpx.Client(base_url=url, timeout=10) as client:
        for code in [*names["STATUS_REASONS"], 299, 520]:
            response = client.get(f"/{code}")
            assert (response.status_code, response.reason_phrase) == (code, status.reason(code))
            assert response.is_success == status.is_success(code)
            assert response.is_server_error == status.is_server_error(code)
