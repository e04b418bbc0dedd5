"""Makes the golden files anew, each other implementation in a folder of its own that is thrown away afterwards.

    .venv/bin/python -m tests.agreement.oracles [iztro] [skyfield]

iztro needs node and npm, skyfield (with JPL's DE421, 17 MB) only pip; the suite itself needs neither.
nasa_lunar_eclipses.json, nasa_solar_eclipses.json and usno_minutes.json are copied from print, not computed.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

HERE = Path(__file__).parent
IZTRO, SKYFIELD = "iztro@2.6.1", ("skyfield==1.55", "skyfield-data==7.0.0")


def make_iztro(folder: Path) -> None:
    subprocess.run(["npm", "install", "--prefix", folder, "--silent", IZTRO], check=True)
    environment = os.environ | {"NODE_PATH": str(folder / "node_modules")}
    made = subprocess.run(
        ["node", HERE / "iztro_charts.js"], env=environment, check=True, capture_output=True
    )
    (HERE.parent / "golden" / "iztro_charts.json").write_bytes(made.stdout)


def make_skyfield(folder: Path) -> None:
    """Ten minutes: every term, phase and eclipse of a century and a half."""
    venv.create(folder, with_pip=True)
    python = folder / "bin" / "python"
    subprocess.run([python, "-m", "pip", "install", "--quiet", *SKYFIELD], check=True)
    subprocess.run([python, HERE / "skyfield_sky.py"], check=True)


MAKERS = {"iztro": make_iztro, "skyfield": make_skyfield}


def main(names: list[str]) -> None:
    for name in names or MAKERS:
        with tempfile.TemporaryDirectory() as folder:
            MAKERS[name](Path(folder))


if __name__ == "__main__":
    main(sys.argv[1:])
