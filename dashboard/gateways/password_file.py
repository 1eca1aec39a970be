"""The password that a file holds."""

from __future__ import annotations

from pathlib import Path

from dashboard.model.core.errors import NotThere, Rejected


def read_password(path: Path) -> str:
    """Its text without a byte order mark and white space around it.

    Raises `GatewayError`, in whose words nothing of it stands.
    """
    what = f"The password file {path}"
    try:
        text = path.read_text(encoding="utf-8-sig").strip()
    except OSError as error:
        raise NotThere(f"{what} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise Rejected(f"{what} is not UTF-8.", hint="Save it as UTF-8.") from error
    except ValueError as error:  # a path with a null in it
        raise NotThere(f"{what} is no path of a file.") from error
    if "\0" in text:
        raise Rejected(f"{what} is not UTF-8: it holds null bytes.", hint="Save it as UTF-8.")
    if not text:
        raise Rejected(f"{what} is empty.")
    return text
