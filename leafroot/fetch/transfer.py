# SPDX-License-Identifier: Apache-2.0
"""One request: copies one URL to a partial file, from where that file ends, and verifies the whole.

Requests does the talking: redirects, proxies from the environment (`https_proxy`, `all_proxy`, `no_proxy`), passwords
from `~/.netrc` or `NETRC`, and their removal when a redirect leads to another host.
"""

from __future__ import annotations

import hashlib
import http.client
import netrc
import os
import re
import ssl
import stat
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from urllib.parse import unquote, urlsplit

import requests
import urllib3
from requests.auth import HTTPBasicAuth
from requests.utils import get_environ_proxies, select_proxy
from urllib3.exceptions import DecodeError, HTTPError, InvalidHeader

from leafroot.describe.archive import local_path, login_of, shown
from leafroot.errors import LeafrootError, printable
from leafroot.host.disk import full, is_full
from leafroot.host.progress import Progress, size
from leafroot.host.run import check_interrupt

CHUNK = 1 << 18
# Timeout of a connection and of each read, in seconds.
TIMEOUT = 30.0
# A server that sends fewer bytes than LEAST in so many seconds is too slow, if there is another place to ask.
PATIENCE = 60.0
LEAST = 1 << 16
REDIRECTS = 10
# A list of mirrors may be this long, in bytes.
_PAGE = 1 << 20

# Answers of a server that may soon give another one: 202 while it still makes the file, 52x from a cache before it.
_BUSY = {202, 408, 425, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524}
_WHOLE = {200, 203}
_GONE = {404, 410}
_BROKEN = (
    ConnectionResetError,
    ConnectionAbortedError,
    BrokenPipeError,
    http.client.IncompleteRead,
    ssl.SSLEOFError,
    ssl.SSLZeroReturnError,
)
_HTML = re.compile(rb"\s*(<!doctype\s+html|<html)", re.IGNORECASE)
_RANGE = re.compile(r"bytes (\d+)-\d+/(\d+|\*)")
# The encodings that urllib3 decodes, with nothing installed beside it.
_DECODED = ("identity", "gzip", "x-gzip", "deflate")
_NOTHING = hashlib.sha256().hexdigest()
_TLS_ALERT = "\x15\x03"
_TUNNEL = re.compile(r"Tunnel connection failed: (\d+)")


class PlaceError(Exception):
    """Why the archive cannot be fetched from one URL; another may work. The text shows no password.

    `silent` if the server kept us waiting too long; it may do so for the next archive too.
    """

    def __init__(self, reason: str, *, silent: bool = False) -> None:
        super().__init__(reason)
        self.silent = silent


class GoneError(PlaceError):
    """There is no such file."""


class BusyError(PlaceError):
    """The same request may succeed later; `after` is how many seconds the server asks to wait, if it says so.

    `sending` if it broke off while the archive came: so it was no refusal of this request.
    """

    def __init__(self, reason: str, after: float | None = None, *, sending: bool = False, silent: bool = False) -> None:
        super().__init__(reason, silent=silent)
        self.after = after
        self.sending = sending


@dataclass
class _Answer:
    """Bytes of the archive from `offset` on; `total` is the size of the whole archive if it is known.

    `read` gives the next bytes, none at the end. `encoded` if the server has compressed what it sends. `origin` says
    in words where a redirect led, `unread` that it sent an encoding that nobody asked for and that is not decoded.
    """

    read: Callable[[], bytes]
    close: Callable[[], None]
    offset: int
    total: int | None
    encoded: bool = False
    html: bool = False
    origin: str = ""
    unread: str = ""


@dataclass
class _Outcome:
    """The digest of the whole file, and what its last answer was like."""

    digest: str
    answer: _Answer | None = None


def bring(url: str, part: Path, sha256: str, name: str, progress: Progress, *, whole: bool = False) -> None:
    """Complete `part`, which exists, to the file with this SHA-256; what it already holds is not asked for again.

    With `whole` it is: some servers fail whenever they are asked for a part. Raises PlaceError; what has come so far
    stays in `part`, unless it is wrong.
    """
    decode = False
    for _ in range(3):
        outcome = _attempt(url, part, name, progress, sha256, whole=whole, decode=decode)
        if outcome.digest == sha256:
            return
        answer = outcome.answer
        assert answer is not None
        os.truncate(part, 0)
        if answer.offset:
            # The beginning may be from another place, or from a file that has changed since: fetch all of it again.
            progress.note(f"{name}: the part fetched earlier does not fit; starting over")
        elif answer.encoded and not decode:
            # Mostly the encoding is a name for the archive's own compression. Here it was added on the way.
            decode = True
        elif answer.html:
            raise PlaceError(f"sent an HTML page instead of the archive{answer.origin}")
        elif outcome.digest == _NOTHING:
            raise PlaceError(f"sent an empty file{answer.origin}")
        else:
            raise PlaceError(f"its SHA-256 is {outcome.digest}, not {sha256}{answer.origin}{answer.unread}")
    raise PlaceError("the file changed while it was fetched")


def take(url: str, part: Path, name: str, progress: Progress) -> str:
    """Fetch a file that nobody has pinned yet into `part`, which is empty; its SHA-256. Raises PlaceError."""
    outcome = _attempt(url, part, name, progress, "", whole=True, decode=False)
    assert outcome.answer is not None
    if outcome.answer.html:
        raise PlaceError(f"sent an HTML page instead of the archive{outcome.answer.origin}")
    return outcome.digest


def page(url: str) -> str:
    """The text at a URL, a short one; raises PlaceError."""
    answer = _open(url, 0, decode=True)
    text = b""
    try:
        for data in _chunks(answer):
            text += data
            if len(text) > _PAGE:
                raise PlaceError(f"is longer than {size(_PAGE)}")
    finally:
        answer.close()
    return text.decode(errors="replace")


def _attempt(
    url: str, part: Path, name: str, progress: Progress, sha256: str, *, whole: bool, decode: bool
) -> _Outcome:
    hasher = hashlib.sha256()
    with part.open("r+b") as file:
        while data := file.read(CHUNK):
            hasher.update(data)
        if hasher.hexdigest() == sha256:
            return _Outcome(sha256)
        answer = _open(url, 0 if whole or decode else file.tell(), decode)
        try:
            if answer.offset != file.tell():
                hasher = hashlib.sha256()
                file.seek(0)
                file.truncate()
            with progress.transfer(name, answer.total, answer.offset) as shown_transfer:
                for data in _chunks(answer):
                    check_interrupt()
                    try:
                        file.write(data)
                        file.flush()
                    except OSError as error:
                        if is_full(error):
                            left = answer.total - shown_transfer.done if answer.total is not None else None
                            rest = f"{size(left)} more of " if left is not None else ""
                            raise full(f"{rest}{name}, which is being fetched", part) from error
                        raise LeafrootError(f"cannot be written: {error.strerror}", where=part) from error
                    hasher.update(data)
                    shown_transfer.advance(len(data))
                os.fsync(file.fileno())
                digest = hasher.hexdigest()
                shown_transfer.good = digest == sha256
                return _Outcome(digest, answer)
        finally:
            answer.close()


def _chunks(answer: _Answer) -> Iterator[bytes]:
    """The bytes as they come; raises BusyError if there are fewer than announced, or if they come too slowly."""
    reached = counted = answer.offset
    since = time.monotonic()
    while True:
        try:
            data = answer.read()
        except DecodeError as error:
            raise PlaceError("what it sent cannot be decoded") from error
        except (HTTPError, OSError) as error:
            silent = isinstance(_innermost(error), TimeoutError)
            raise BusyError(
                f"broke off after {reached} bytes: {_reason(error)}", sending=True, silent=silent
            ) from error
        if not data:
            break
        if reached == 0 and _HTML.match(data):
            answer.html = True
        reached += len(data)
        yield data
        if reached != answer.total and (now := time.monotonic()) - since >= PATIENCE:
            if reached - counted < LEAST:
                raise BusyError(f"sent less than {size(LEAST)} in {PATIENCE:g} s", sending=True, silent=True)
            since, counted = now, reached
    # If there are more than announced, they are not of this archive, and the rest must not be asked for: the checksum
    # of the whole shows it.
    if answer.total is not None and reached < answer.total:
        raise BusyError(f"ended after {reached} of {answer.total} bytes", sending=True)


def _open(url: str, offset: int, decode: bool) -> _Answer:
    """Request the bytes from `offset` on; the answer may still begin at 0."""
    if url.startswith("file:"):
        return _open_file(url, offset)
    response = _request(url, offset)
    status = response.status_code
    answer = None
    if status in _WHOLE or status == HTTPStatus.PARTIAL_CONTENT:
        answer = _read_headers(response, offset, decode)
        if answer is not None:
            return answer
    response.close()
    # Whoever cannot give a part may give the whole.
    if offset and status not in _GONE | _BUSY:
        return _open(url, 0, decode)
    if status == HTTPStatus.PARTIAL_CONTENT:
        raise PlaceError("sent another range than the one requested")
    raise _refusal(response)


def _open_file(url: str, offset: int) -> _Answer:
    literal = Path(local_path(url))
    # A file whose name has a % in it may be named as it is.
    path = literal if literal.exists() else Path(unquote(str(literal)))
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        kind = GoneError if isinstance(error, FileNotFoundError) else PlaceError
        raise kind(_reason(error)) from error
    stream = os.fdopen(descriptor, "rb") if stat.S_ISREG(os.fstat(descriptor).st_mode) else None
    if stream is None:
        os.close(descriptor)
        raise PlaceError("is not a regular file")
    total = os.fstat(descriptor).st_size
    stream.seek(offset if offset <= total else 0)
    return _Answer(lambda: stream.read1(CHUNK), stream.close, stream.tell(), total)


def certificates(system: ssl.DefaultVerifyPaths) -> str | bool:
    """What servers' certificates are checked with: the system's, or else (True) the list that comes with Requests."""
    if system.cafile:
        return system.cafile
    # A system without the certificates of public authorities may have the folder for them.
    folder = Path(system.capath) if system.capath else None
    return str(folder) if folder and folder.is_dir() and any(folder.iterdir()) else True


def _request(url: str, offset: int) -> requests.Response:
    headers = {"User-Agent": "leafroot", "Accept": "*/*", "Accept-Encoding": "identity"}
    if offset:
        headers["Range"] = f"bytes={offset}-"
    with requests.Session() as session:
        session.max_redirects = REDIRECTS
        session.verify = certificates(ssl.get_default_verify_paths())
        name, password = login_of(url)
        # As UTF-8 (RFC 7617): text would be limited to Latin-1. Without a login in the URL, Requests looks into netrc.
        login = HTTPBasicAuth(name.encode(), password.encode()) if name or password else None
        try:
            return session.get(url, headers=headers, auth=login, timeout=TIMEOUT, stream=True)
        except requests.TooManyRedirects as error:
            raise PlaceError(f"it redirects more than {REDIRECTS} times") from error
        except (requests.RequestException, HTTPError, OSError, ValueError) as error:
            raise _failure(error, url) from error


def _read_headers(response: requests.Response, offset: int, decode: bool) -> _Answer | None:
    """Which bytes the answer holds; None if it is neither all of them nor those from `offset` on."""
    raw = response.raw
    # Too few bytes are noticed, and told, by _chunks().
    raw.enforce_content_length = False
    length = response.headers.get("Content-Length", "")
    rest = int(length) if length.isdecimal() and not decode else None
    encoding = response.headers.get("Content-Encoding", "identity").lower()
    unknown = [one.strip() for one in encoding.split(",") if one.strip() not in _DECODED]
    media = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    answer = _Answer(
        read=lambda: raw.read1(CHUNK, decode_content=decode),
        close=response.close,
        offset=0,
        total=rest,
        encoded=encoding != "identity",
        html=media in ("text/html", "application/xhtml+xml"),
        origin=_origin(response),
        unread=f"; it sent the Content-Encoding {printable(unknown[0], 20)}, which Leafroot does not decode"
        if unknown
        else "",
    )
    if response.status_code == HTTPStatus.PARTIAL_CONTENT:
        found = _RANGE.fullmatch(response.headers.get("Content-Range", ""))
        if not found or int(found[1]) != offset:
            return None
        answer.offset = offset
        answer.total = int(found[2]) if found[2] != "*" else rest and offset + rest
    return answer


def _refusal(response: requests.Response) -> PlaceError:
    """The error for an answer that is not the file."""
    status = response.status_code
    text = f"HTTP {status} {printable(response.reason or '')}".rstrip() + _origin(response)
    if status in _BUSY:
        return BusyError(text, _after(response.headers.get("Retry-After")))
    if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
        text += f": {_login(response)}"
    return GoneError(text) if status in _GONE else PlaceError(text)


def _origin(response: requests.Response) -> str:
    return f" from {shown(response.url)}" if response.history else ""


def _after(value: str | None) -> float | None:
    """The header Retry-After (RFC 9110, 10.2.3) in seconds from now: a number of them, or a date."""
    try:
        return None if value is None else urllib3.Retry().parse_retry_after(value)
    except (InvalidHeader, ValueError, OverflowError):
        return None


def _login(response: requests.Response) -> str:
    """Why a server may have refused its file: the password, in words."""
    host = urlsplit(response.url).hostname
    if "Authorization" in response.request.headers:
        return f"the name and password for {host} were refused"
    file = _netrc()
    try:
        netrc.netrc(os.path.expanduser(file))  # noqa: PTH111 - there may be no home
    except netrc.NetrcParseError as error:
        # Its message quotes a word, which may be part of a password.
        return f"{file}, near line {error.lineno}, is not 'machine HOST login NAME password PASSWORD'"
    except OSError:
        pass
    return f"if it wants a name and password, put those of {host} into {file}"


def _netrc() -> str:
    return os.environ.get("NETRC") or "~/.netrc"


def _failure(error: Exception, url: str) -> PlaceError:
    """The error for a request that got no answer."""
    asked = getattr(error, "request", None)
    target = (asked.url if asked is not None else None) or url
    proxy = select_proxy(target, get_environ_proxies(target)) or ""
    by = "the proxy " + re.sub(r"^(\w+://)?\S*@", r"\1***@", proxy)
    # What their own messages quote may be a password.
    if proxy and (isinstance(error, requests.exceptions.InvalidProxyURL) or not _is_web(proxy)):
        return PlaceError(f"{by} cannot be used: it must be http://HOST:PORT or https://HOST:PORT")
    if isinstance(error, requests.exceptions.InvalidSchema):
        return PlaceError("it redirects to an address that is neither http:// nor https://")
    if isinstance(error, UnicodeDecodeError):
        return PlaceError(f"{_netrc()} is not UTF-8")
    # What the libraries say of a URL that is none quotes it.
    if isinstance(error, ValueError) and not isinstance(error, requests.exceptions.InvalidHeader):
        return PlaceError("this address, or one that it redirects to, is not valid")
    text = _reason(error)
    if _host(target) != _host(url):
        text += f" (it redirects to {shown(target)})"
    if isinstance(error, requests.exceptions.ProxyError):
        text = f"{by}: {text}"
    inner = _innermost(error)
    tunnel = _TUNNEL.match(str(inner))
    # Before a connection times out, the system has asked for it several times.
    silent = isinstance(inner, TimeoutError)
    broken = (silent or isinstance(inner, _BROKEN)) and not isinstance(error, requests.ConnectTimeout)
    if broken or (tunnel and int(tunnel[1]) in _BUSY):
        return BusyError(text, silent=silent)
    return PlaceError(text, silent=silent)


def _host(url: str) -> str:
    """Host and port as Requests asks for them: in lower case, and in ASCII."""
    request = requests.PreparedRequest()
    request.prepare_url(url, None)
    return urlsplit(request.url or "").netloc.rpartition("@")[2]


def _is_web(proxy: str) -> bool:
    try:
        parts = urlsplit(proxy if "://" in proxy else f"http://{proxy}")
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def _innermost(error: BaseException) -> BaseException:
    """The error of the system or of the protocol that the libraries have wrapped."""
    while (cause := error.__cause__ or error.__context__) is not None:
        error = cause
    return error


def _reason(error: Exception) -> str:
    inner = _innermost(error)
    if isinstance(inner, TimeoutError):
        return f"no answer within {TIMEOUT:g} s"
    if isinstance(inner, http.client.RemoteDisconnected):
        return "the connection was closed without an answer"
    if isinstance(inner, http.client.IncompleteRead):
        return "the connection was closed"
    if isinstance(inner, http.client.BadStatusLine):
        line = str(inner.args[0])
        hint = "; it may want https://" if line.startswith(_TLS_ALERT) else ""
        return f"its answer is not HTTP: it begins with '{printable(line.strip(), 40)}'{hint}"
    if isinstance(inner, ssl.SSLCertVerificationError):
        return f"its certificate is not trusted: {inner.verify_message}"
    if isinstance(inner, ValueError):
        # The length of a chunk: what Python says of it is no sentence for people.
        return "its answer is not valid HTTP"
    if isinstance(inner, OSError) and inner.strerror and not isinstance(inner, ssl.SSLError):
        return inner.strerror
    return printable(shown(str(inner))) or type(inner).__name__
