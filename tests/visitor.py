"""A visitor without a browser: speaks the app's own protocol to a running server.

Quicker than a browser by far, and many of them fit into one process, which makes it possible to
ask what happens when several people use the app at once.
"""

import json
import os
import time
import urllib.request
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from http.cookiejar import CookieJar
from pathlib import Path

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Common_pb2 import FileURLs
from streamlit.proto.Element_pb2 import Element
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import ClientConnection, connect

ANSWER_SECONDS = 120
XSRF = "_streamlit_xsrf"
TEXTS = ("heading", "markdown", "alert", "table", "code")


class Visitor:
    """One session. `ask` draws a page and returns the elements on it."""

    def __init__(self, url: str, line: ClientConnection, cookies: CookieJar) -> None:
        self.url, self._line = url, line
        self._open = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(cookies)).open
        self._token = next((cookie.value or "" for cookie in cookies if cookie.name == XSRF), "")
        self._session, self._page, self._pages = "", "", dict[str, str]()
        self._widgets: dict[str, list[FileURLs]] = {}
        self._sizes: dict[str, tuple[str, int]] = {}

    def ask(self, page: str | None = None) -> list[Element]:
        """Draw a page, by its address ("" is the first one); without one the page that is shown."""
        request = BackMsg()
        run = request.rerun_script
        if page is not None:
            self._page = self._pages[page]
        run.page_script_hash = self._page
        for widget, files in self._widgets.items():
            state = run.widget_states.widgets.add(id=widget)
            for urls in files:
                name, size = self._sizes[urls.file_id]
                info = state.file_uploader_state_value.uploaded_file_info.add(
                    name=name, size=size, file_id=urls.file_id
                )
                info.file_urls.CopyFrom(urls)
        self._line.send(request.SerializeToString())
        return list(self._answer())

    def _answer(self) -> Iterator[Element]:
        """The elements of the last run; a run that calls for another one does not count."""
        drawn: dict[tuple[int, ...], Element] = {}
        deadline = time.monotonic() + ANSWER_SECONDS
        while True:
            message = self._next(deadline)
            kind = message.WhichOneof("type")
            if kind == "new_session":
                drawn = {}
                self._session = message.new_session.initialize.session_id
            elif kind == "navigation":
                self._pages = {p.url_pathname: p.page_script_hash
                               for p in message.navigation.app_pages}  # fmt: skip
            elif kind == "delta" and message.delta.WhichOneof("type") == "new_element":
                drawn[tuple(message.metadata.delta_path)] = message.delta.new_element
            elif kind == "script_finished":
                if message.script_finished == ForwardMsg.FINISHED_SUCCESSFULLY:
                    break
                if message.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN:
                    raise RuntimeError(f"the page ended with {message.script_finished}")
        yield from (drawn[place] for place in sorted(drawn))

    def _next(self, deadline: float) -> ForwardMsg:
        message = ForwardMsg()
        message.ParseFromString(self._line.recv(timeout=deadline - time.monotonic()))  # type: ignore[arg-type]
        return message

    def give(self, name: str, content: bytes) -> list[Element]:
        """Put a file into the uploader of the page that is shown, and draw the page again."""
        shown = next(
            e.file_uploader.id for e in self.ask() if e.WhichOneof("type") == "file_uploader"
        )
        request = BackMsg()
        request.file_urls_request.request_id = uuid.uuid4().hex
        request.file_urls_request.file_names.append(name)
        request.file_urls_request.session_id = self._session
        self._line.send(request.SerializeToString())
        deadline = time.monotonic() + ANSWER_SECONDS
        while (message := self._next(deadline)).WhichOneof("type") != "file_urls_response":
            pass
        (urls,) = message.file_urls_response.file_urls
        edge = uuid.uuid4().hex
        head = (
            f'--{edge}\r\nContent-Disposition: form-data; name="file"; filename={json.dumps(name)}'
        )
        body = f"{head}\r\n\r\n".encode() + content + f"\r\n--{edge}--\r\n".encode()
        put = urllib.request.Request(self.url + urls.upload_url, body, method="PUT")
        put.add_header("Content-Type", f"multipart/form-data; boundary={edge}")
        put.add_header("X-Xsrftoken", self._token)
        self._open(put, timeout=ANSWER_SECONDS).close()
        self._widgets = {shown: [urls]}
        self._sizes[urls.file_id] = name, len(content)
        return self.ask()


@contextmanager
def visit(url: str) -> Iterator[Visitor]:
    """A new visitor with cookies of their own, who leaves at the end."""
    cookies = CookieJar()
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(cookies))
    opener.open(f"{url}/_stcore/health", timeout=ANSWER_SECONDS).close()
    header = "; ".join(f"{cookie.name}={cookie.value}" for cookie in cookies)
    with connect(
        url.replace("http", "ws", 1) + "/_stcore/stream",
        subprotocols=["streamlit"],  # type: ignore[list-item]
        origin=url,  # type: ignore[arg-type]
        additional_headers={"Cookie": header},
        max_size=None,
    ) as line:
        visitor = Visitor(url, line, cookies)
        visitor.ask()
        yield visitor


def words(elements: list[Element]) -> str:
    """What a person reads on a page: headings, paragraphs, messages, tables and code."""
    return "\n".join(
        str(getattr(element, element.WhichOneof("type") or ""))
        for element in elements
        if element.WhichOneof("type") in TEXTS
    )


def server_memory(url: str) -> float:
    """Resident memory of the server at an address of this machine, in MB (Linux only)."""
    port = f"--server.port={url.rpartition(':')[2]}".encode()
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if port in (process / "cmdline").read_bytes().split(b"\0"):
                pages = int((process / "statm").read_text().split()[1])
                return pages * os.sysconf("SC_PAGE_SIZE") / (1 << 20)
        except OSError:
            continue  # it has just ended
    raise RuntimeError(f"no server runs at {url}")
