"""
Writes the kit's values as JSON files and reads them back, whole or not at all.
"""

from __future__ import annotations

import json
import math
import secrets
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ConfigDict, TypeAdapter, ValidationError

from loadtest.errors import InputError, OtherVersionError

T = TypeVar("T")


_ADAPTERS: dict[Any, TypeAdapter[Any]] = {}
_TEXT: TypeAdapter[Any] = TypeAdapter(Any, config=ConfigDict(ser_json_inf_nan="strings"))


def _adapter(kind: Any) -> TypeAdapter[Any]:
    # Building one takes milliseconds, and a run has many values of few types.
    if kind not in _ADAPTERS:
        _ADAPTERS[kind] = TypeAdapter(kind)
    return _ADAPTERS[kind]


def _spelled(value: Any) -> Any:
    # JSON has no infinity; pydantic reads these words back as floats.
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    if isinstance(value, dict):
        return {key: _spelled(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_spelled(inner) for inner in value]
    return value


def to_plain(value: object) -> Any:
    """
    Turn a frozen dataclass or model into plain data for JSON; infinities become words.
    """
    return _spelled(_adapter(type(value)).dump_python(value, mode="json"))


def to_json(value: object, *, indent: int | None = 2) -> str:
    """
    Write a value as JSON text that ends in a newline.
    """
    plain = _adapter(type(value)).dump_python(value, mode="json")
    # Ten times as fast as json, which indents in Python; the words for infinity are those of ``to_plain``.
    return _TEXT.dump_json(plain, indent=indent).decode("utf-8") + "\n"


def from_plain(kind: type[T], plain: Any, where: str) -> T:
    """
    Make a value of *kind* from parsed JSON.

    Raises:
        InputError: The data does not fit; the error tells the first misfit, and *where* names the file.
    """
    try:
        value: T = _adapter(kind).validate_python(plain)
    except ValidationError as error:
        raise InputError(
            f"{where}: {_first_misfit(error)}; the file was written by another version or by hand, measure again"
        ) from None
    return value


def _first_misfit(error: ValidationError) -> str:
    first = error.errors()[0]
    key = ".".join(str(part) for part in first["loc"])
    return f"{key}: {first['msg'][:1].lower()}{first['msg'][1:]}"


def from_message(kind: type[T], plain: Any, sender: str) -> T:
    """
    Make a value of *kind* from a message of another process of the kit.

    Raises:
        OtherVersionError: The message does not fit; the error tells the first misfit, and *sender* names who sent it.
    """
    try:
        value: T = _adapter(kind).validate_python(plain)
    except ValidationError as error:
        raise OtherVersionError(
            f"{sender} sent a {getattr(kind, '__name__', 'message')} that cannot be read here "
            f"({_first_misfit(error)}), so it is of another version; install one version everywhere"
        ) from None
    return value


_NO_FILE = (FileNotFoundError, NotADirectoryError, IsADirectoryError)
_RUN_NOT_WHOLE = "the run's folder is not whole; copy it again from where it was made"


def read_plain(path: Path, not_whole: str = _RUN_NOT_WHOLE) -> Any:
    """
    Parse one JSON file.

    Args:
        path: The file.
        not_whole: What lacks the file, and what to do about it.

    Raises:
        InputError: The file is missing, cannot be read or is not JSON.
    """
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(unreadable(path, error, not_whole)) from None
    except (ValueError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: not a JSON file: {error}; {not_whole}") from None


def unreadable(path: Path, error: OSError | ValueError, not_whole: str) -> str:
    """
    Say why a file cannot be read and what to do: one that is there and that the system does not give is no reason to
    take its folder for damaged.

    Args:
        path: The file.
        error: What reading it raised.
        not_whole: What lacks the file where it is missing or damaged, and what to do about it.
    """
    told = (error.strerror if isinstance(error, OSError) else None) or str(error)
    is_kept = isinstance(error, OSError) and not isinstance(error, _NO_FILE)
    return f"{path}: cannot be read: {told}; {'make it readable' if is_kept else not_whole}"


def read(kind: type[T], path: Path) -> T:
    """
    Read one value from its file.

    Raises:
        InputError: The file is missing, cannot be read, is not JSON or does not fit.
    """
    return from_plain(kind, read_plain(path), str(path))


def write_whole(path: Path, content: str | bytes) -> None:
    """
    Write a file through a temporary name in the same folder, so that a reader sees all of it or nothing.
    """
    data = content.encode("utf-8") if isinstance(content, str) else content
    # Opened as any file is: who may read it is for the user's umask to say.
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with temporary.open("xb") as file:
            file.write(data)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
