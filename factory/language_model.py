"""A language model behind an OpenAI-compatible endpoint, over plain HTTP."""

import base64
import http.client
import json
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from factory.errors import DataError

_LONGEST_REPLY = 4 << 20
_LONGEST_COMPLAINT = 300


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """A redirect would carry the key to another host."""

    def redirect_request(self, *args: Any, **kwargs: Any) -> None:
        return None


@dataclass(frozen=True)
class LanguageModel:
    """`model` at `<base_url>/chat/completions`; the key is sent as a bearer token and shown nowhere."""

    base_url: str
    model: str
    key: str = field(default="", repr=False)
    timeout_s: float = 120.0

    def __post_init__(self) -> None:
        parts = urllib.parse.urlsplit(self.base_url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise DataError(f"base URL {self.base_url!r}: expected something like https://host/v1")

    def reply(self, instructions: str, prompt: str, jpegs: Sequence[bytes] = ()) -> str:
        """The text that the model answers to a prompt, and to pictures where some are given.

        Raises DataError when there is none, with what went wrong.
        """
        content: Any = prompt
        if jpegs:
            shown = [{"type": "image_url", "image_url": {"url": _data_url(jpeg)}} for jpeg in jpegs]
            content = [*shown, {"type": "text", "text": prompt}]
        body = {
            "model": self.model,
            "messages": [{"role": "system", "content": instructions}, {"role": "user", "content": content}],
        }
        raw = self._post(json.dumps(body).encode())
        try:
            said = json.loads(raw)["choices"][0]["message"]["content"]
        except (ValueError, KeyError, IndexError, TypeError) as error:
            told = f"expected a chat completion, got {self._quoted(raw)}"
            raise DataError(f"{self._url}: {told}") from error
        if not isinstance(said, str):
            raise DataError(f"{self._url}: expected the text of a message, got {self._quoted(raw)}")
        return said

    @property
    def _url(self) -> str:
        return f"{self.base_url.rstrip('/')}/chat/completions"

    def _post(self, body: bytes) -> bytes:
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        if self.key:
            headers["Authorization"] = f"Bearer {self.key}"
        request = urllib.request.Request(self._url, data=body, headers=headers, method="POST")
        opener = urllib.request.build_opener(_NoRedirects)
        try:
            with opener.open(request, timeout=self.timeout_s) as response:
                raw: bytes = response.read(_LONGEST_REPLY + 1)
        except urllib.error.HTTPError as error:
            with error:
                told = self._quoted(error.read(_LONGEST_REPLY))
            raise DataError(f"{self._url}: HTTP status {error.code}: {told}") from error
        except TimeoutError as error:
            raise DataError(f"{self._url}: no answer within {self.timeout_s:g} s") from error
        except (OSError, http.client.HTTPException, ValueError) as error:
            reason = getattr(error, "reason", error)
            if isinstance(reason, TimeoutError):
                raise DataError(f"{self._url}: no answer within {self.timeout_s:g} s") from error
            raise DataError(f"{self._url}: {self._without_key(str(reason) or repr(reason))}") from error
        if len(raw) > _LONGEST_REPLY:
            raise DataError(f"{self._url}: the answer is longer than {_LONGEST_REPLY >> 20} MiB")
        return raw

    def _quoted(self, raw: bytes) -> str:
        text = " ".join(self._without_key(raw.decode("utf-8", "replace")).split())
        return repr(text[:_LONGEST_COMPLAINT] + ("..." if len(text) > _LONGEST_COMPLAINT else ""))

    def _without_key(self, text: str) -> str:
        return text.replace(self.key, "***") if self.key else text


def _data_url(jpeg: bytes) -> str:
    return "data:image/jpeg;base64," + base64.b64encode(jpeg).decode()
