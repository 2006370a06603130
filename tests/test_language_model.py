"""The client of a language model, against an endpoint that answers well, badly, late or not at all."""

from collections.abc import Iterator

import pytest

from factory.errors import DataError
from factory.language_model import LanguageModel
from tests.fake_model import FakeModel, serve

KEY = "sk-very-secret"


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("no_proxy", "*")


@pytest.fixture
def fake() -> Iterator[FakeModel]:
    with serve(FakeModel()) as model:
        yield model


def complaint(fake: FakeModel, timeout_s: float = 30.0) -> str:
    with pytest.raises(DataError) as caught:
        LanguageModel(fake.url, "m", KEY, timeout_s).reply("be brief", "hello")
    assert KEY not in str(caught.value)
    assert f"{fake.url}/chat/completions" in str(caught.value)
    return str(caught.value)


def test_the_request_is_a_chat_completion(fake: FakeModel) -> None:
    fake.says("hi")
    assert LanguageModel(fake.url + "/", "some-model", KEY).reply("be brief", "hello") == "hi"
    ((path, headers, body),) = fake.requests
    assert path == "/v1/chat/completions"
    assert headers["Authorization"] == f"Bearer {KEY}"
    assert headers["Content-Type"] == "application/json"
    assert body["model"] == "some-model"
    assert [(m["role"], m["content"]) for m in body["messages"]] == [("system", "be brief"), ("user", "hello")]


def test_without_a_key_none_is_sent(fake: FakeModel) -> None:
    fake.says("hi")
    LanguageModel(fake.url, "m").reply("be brief", "hello")
    assert "Authorization" not in fake.requests[0][1]


def test_the_key_is_not_part_of_the_representation() -> None:
    assert KEY not in repr(LanguageModel("http://host/v1", "m", KEY))


@pytest.mark.parametrize(("status", "body"), [(401, b"bad key sk-very-secret"), (429, b"slow down"), (500, b"")])
def test_http_errors_are_told(fake: FakeModel, status: int, body: bytes) -> None:
    fake.status, fake.body = status, body
    told = complaint(fake)
    assert f"HTTP status {status}" in told
    assert body.decode().replace(KEY, "***") in told


def test_long_complaints_are_cut(fake: FakeModel) -> None:
    fake.status, fake.body = 500, b"x" * 10_000
    assert len(complaint(fake)) < 500


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"not json sk-very-secret",
        b"\xff\xfe",
        b"[]",
        b"{}",
        b'{"choices": []}',
        b'{"choices": [{"message": null}]}',
        b'{"choices": [{"message": {"content": null}}]}',
        b'{"choices": [{"message": {"content": ["hi"]}}]}',
        b'{"error": {"message": "no such model"}}',
    ],
)
def test_malformed_answers_are_told(fake: FakeModel, body: bytes) -> None:
    fake.body = body
    assert "expected " in complaint(fake)


def test_a_late_answer_is_not_waited_for(fake: FakeModel) -> None:
    fake.wait_s = 20.0
    assert "no answer within 0.2 s" in complaint(fake, timeout_s=0.2)


def test_redirects_are_not_followed(fake: FakeModel) -> None:
    """They would take the key to another place."""
    with serve(FakeModel()) as other:
        other.says("hi")
        fake.status, fake.headers = 307, {"Location": f"{other.url}/chat/completions"}
        assert "HTTP status 307" in complaint(fake)
        assert not other.requests


def test_an_answer_cut_short_is_told(fake: FakeModel) -> None:
    fake.says("hi")
    fake.headers = {"Content-Length": str(len(fake.body))}
    fake.body = fake.body[:-10]
    assert "expected a chat completion" in complaint(fake)


def test_nobody_at_the_address_is_told() -> None:
    with serve(FakeModel()) as gone:
        pass
    assert "refused" in complaint(gone)


@pytest.mark.parametrize("url", ["", "host/v1", "file:///etc/passwd", "ftp://host/v1", "http://"])
def test_addresses_that_are_none_are_refused(url: str) -> None:
    with pytest.raises(DataError, match="expected something like https://host/v1"):
        LanguageModel(url, "m")
