"""Make the virtual environment and install locked libraries into it: `python3 install.py .venv LOCK…`.

Run by `make` with the machine's own Python, before anything is installed: only the standard library, no package imports.
"""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

OLDEST = (3, 11)


def works(python: Path) -> bool:
    """True when the virtual environment's interpreter runs and is new enough."""
    check = f"import sys; sys.exit(sys.version_info < {OLDEST})"
    try:
        return subprocess.run([python, "-c", check], capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def has_pip(python: Path) -> bool:
    """True when pip can be used there."""
    return subprocess.run([python, "-m", "pip", "--version"], capture_output=True, check=False).returncode == 0


def make(folder: Path, uv: str | None) -> None:
    """Make the virtual environment, unless a working one is there."""
    python = folder / "bin" / "python"
    if works(python) and (uv or has_pip(python)):
        return
    options = ["--clear", *(["--without-pip"] if uv else [])]
    done = subprocess.run([sys.executable, "-m", "venv", *options, folder], capture_output=True, text=True, check=False)
    if done.returncode:
        print(done.stdout, done.stderr, sep="", file=sys.stderr)
        sys.exit(
            f"Could not make the virtual environment {folder}. On Debian and Ubuntu it needs one more package: "
            "`apt install python3-venv`. Or install uv, which is then used."
        )


def install(folder: Path, locks: list[str], uv: str | None) -> None:
    """Install exactly what the locks name, each file checked against its hash."""
    python = str(folder / "bin" / "python")
    if uv:
        command = [uv, "pip", "install", "--quiet", "--python", python, "--require-hashes"]
    else:
        command = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input"]
        command += ["--no-deps", "--only-binary=:all:", "--require-hashes"]
        if os.geteuid() == 0:
            command.append("--root-user-action=ignore")
    for lock in locks:
        command += ["-r", lock]
    if subprocess.run(command, check=False).returncode:
        sys.exit("The libraries could not be installed; the reason is above. `make` again goes on from here.")


def main() -> None:
    """Do both, saying what and how long."""
    folder, locks = Path(sys.argv[1]), sys.argv[2:]
    began = time.monotonic()
    uv = shutil.which("uv")
    print(f"Installing libraries into {folder} with {'uv' if uv else 'pip'} …", flush=True)
    make(folder, uv)
    install(folder, locks, uv)
    print(f"Libraries are installed ({time.monotonic() - began:.0f} s)", flush=True)


if __name__ == "__main__":
    main()
