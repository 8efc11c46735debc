"""``python -m kexue.<chapter>``: an experiment from the shell, without Jupyter."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, get_args

from kexue.lab.checks import Check, Checks
from kexue.lab.config import choose
from kexue.lab.device import DeviceName, device


def parser(chapter: str, description: str, presets: Mapping[str, Any], *, gpu: bool = True) -> ArgumentParser:
    """The options that every experiment has; a chapter adds its own, named as in its configuration.

    Args:
        gpu: whether it can run on one, and has ``--device``.
    """
    found = ArgumentParser(prog=f"python -m kexue.{chapter}", description=description)
    found.add_argument("--preset", default="quick", choices=presets)
    found.add_argument("--seed", type=int)
    found.add_argument("-o", "--output", type=Path, required=True, help="where the JSON goes")
    if gpu:
        found.add_argument("--device", default="auto", choices=get_args(DeviceName))
    return found


def execute(
    options: dict[str, Any],
    presets: Mapping[str, Any],
    run: Callable[..., Any],
    record: Callable[[Any], Mapping[str, Any]],
    checks: Callable[[Any], Iterable[Check]],
) -> None:
    """Run, write, and then fail if a check does not hold, so that nothing is lost.

    Args:
        options: as parsed; what was left out is the preset's.
        run: takes the configuration, and the device where there is one.
    """
    place = [device(options.pop("device"))] if "device" in options else []
    output, preset = options.pop("output"), options.pop("preset")
    result = run(choose(presets, preset, **options), *place)
    output.write_text(json.dumps(record(result), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    print(Checks(checks(result)))
