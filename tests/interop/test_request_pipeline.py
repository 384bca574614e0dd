"""The pipeline exercise against a model, and in front of a real server."""

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from webcourse import lab

CODES = {"authenticate": 401, "authorize": 403, "handle": 200}
answers = st.none() | st.sampled_from([{}, [], "", 0, 0.0, False, "yes", {"data": 1}])
phases = st.lists(st.tuples(st.sampled_from("abc"), answers), max_size=6)


@pytest.fixture(scope="module")
def names(answer):
    return answer("request-pipeline")


@given(st.lists(phases, min_size=1, max_size=3))
def test_the_first_answer_of_any_phases_is_given(names, runs):
    pipeline, traces, expected_traces, so_far = names["RequestPipeline"](), [], [], []
    for added in runs:
        for name, value in added:
            pipeline.add_phase(name, lambda request, value=value: value)
        so_far += added
        stop = next((n for n, (_, value) in enumerate(so_far) if value is not None), None)
        result = pipeline.process({})
        if stop is None:
            assert result == {"phase": "completed", "response": None}
        else:
            assert result["phase"] == so_far[stop][0]
            assert result["response"] is so_far[stop][1]
        traces.append(pipeline.executed)
        expected_traces.append([name for name, _ in so_far][: None if stop is None else stop + 1])
    assert traces == expected_traces


@pytest.mark.parametrize(
    ("headers", "code"),
    [({}, 401), ({"X-Token": "abc", "X-Role": "user"}, 403), ({"X-Token": "abc", "X-Role": "admin"}, 200)],
)
def test_it_guards_a_real_server(names, headers, code):
    pipeline = names["RequestPipeline"]()
    for phase in names["ADMIN_PHASES"]:
        pipeline.add_phase(*phase)

    def app(environ, start_response):
        request = {"token": environ.get("HTTP_X_TOKEN"), "role": environ.get("HTTP_X_ROLE")}
        result = pipeline.process(request)
        status = httpx.codes(CODES[result["phase"]])
        body = str(result["response"]).encode()
        start_response(f"{status.value} {status.phrase}", [("Content-Length", str(len(body)))])
        return [body]

    with lab.serve(app) as url:
        assert httpx.get(url, headers=headers).status_code == code
