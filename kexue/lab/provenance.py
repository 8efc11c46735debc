"""What stands beside every result: versions, device, commit."""

from __future__ import annotations

import platform
import subprocess
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path


def stamp(*packages: str) -> dict[str, object]:
    """When a run finished (UTC), of which source tree, with which versions: what every record holds.

    >>> list(stamp("numpy"))
    ['finished', 'commit', 'versions']
    """
    finished = datetime.now(UTC).isoformat(timespec="seconds")
    return {"finished": finished, "commit": commit(), "versions": versions(*packages)}


def commit() -> str:
    """The commit of the source tree, with ``+`` where files differ from it; ``unknown`` outside a repository."""
    root = Path(__file__).parents[2]
    command = ["git", "describe", "--always", "--abbrev=40", "--dirty=+", "--exclude=*"]
    try:
        done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):  # no git, or no repository
        return "unknown"
    return done.stdout.strip()


def versions(*packages: str) -> dict[str, str]:
    """The versions of Python and of the packages; a GPU machine need not have all of them.

    >>> sorted(versions("sympy")), versions("no such thing")["no such thing"]
    (['python', 'sympy'], 'not installed')
    """
    return {"python": platform.python_version()} | {package: _version(package) for package in packages}


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"
