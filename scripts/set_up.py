#!/usr/bin/env python3
"""Makes .venv ready: uv, Python 3.11, every locked package, Rasa, the project itself.

Runs on any Python 3 with nothing installed. Does nothing, in a moment, when nothing
has changed; can be repeated after an interruption. Stops with one clear line when a
tool is missing.
"""

import hashlib
import os
import shutil
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
VENV = os.path.join(ROOT, ".venv")
TOOLS = os.path.join(ROOT, ".tools")
PYTHON = os.path.join(VENV, "bin", "python")
STAMP = os.path.join(VENV, "installed")
LOCK = os.path.join(ROOT, "requirements", "locked.txt")
RASA = os.path.join(ROOT, "requirements", "rasa.txt")
VERSION = "3.11"


def main():
    if sys.platform not in ("linux", "darwin"):
        stop("Your Say needs Linux or macOS (on Windows, use WSL).")
    wanted = fingerprint()
    if os.path.exists(PYTHON) and read(STAMP) == wanted:
        return
    uv = find_uv()
    if not os.path.exists(PYTHON) or not right_python():
        step("Making .venv with Python " + VERSION)
        run([uv, "venv", "--quiet", "--clear", "--python", VERSION, VENV],
            "Python 3.11 is needed and could not be found or fetched: install it, then run make again.")
    step("Installing the locked packages (about 3 GB, a minute or two)")
    run([uv, "pip", "install", "--quiet", "--python", PYTHON, "--no-deps", "--require-hashes", "-r", LOCK],
        "The packages could not be installed: see the message above. It is safe to run make again.")
    step("Installing Rasa")
    run([PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps",
         "--ignore-requires-python", "--require-hashes", "-r", RASA],
        "Rasa could not be installed: see the message above. It is safe to run make again.")
    run([uv, "pip", "install", "--quiet", "--python", PYTHON, "--no-deps", "--no-build-isolation", "-e", ROOT],
        "The project itself could not be installed: see the message above.")
    with open(STAMP, "w") as stamp:
        stamp.write(wanted)


def fingerprint():
    digest = hashlib.sha256()
    for path in (LOCK, RASA, os.path.join(ROOT, "pyproject.toml"), os.path.abspath(__file__)):
        with open(path, "rb") as file:
            digest.update(file.read())
    return digest.hexdigest()


def find_uv():
    """uv from the PATH, from .tools, or fetched into .tools with pip."""
    uv = shutil.which("uv") or os.path.join(TOOLS, "bin", "uv")
    if os.path.exists(uv):
        return uv
    step("Fetching uv")
    with open(os.path.join(ROOT, "requirements", "uv.txt")) as pin:
        uv_version = pin.read().split("#")[0].strip()
    if subprocess.call([sys.executable, "-m", "pip", "--version"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL):
        subprocess.call([sys.executable, "-m", "venv", TOOLS], stdout=subprocess.DEVNULL)
        pip = [os.path.join(TOOLS, "bin", "python"), "-m", "pip", "install"]
        if not os.path.exists(pip[0]):
            stop("Neither uv nor pip was found: install one (on Debian: apt install python3-venv), then run make again.")
    else:
        pip = [sys.executable, "-m", "pip", "install", "--prefix", TOOLS]
    run(pip + ["--quiet", "--disable-pip-version-check", "--no-warn-script-location", "--ignore-installed", uv_version],
        "uv could not be fetched: see the message above.")
    for folder in ("bin", os.path.join("local", "bin")):
        if os.path.exists(os.path.join(TOOLS, folder, "uv")):
            return os.path.join(TOOLS, folder, "uv")
    stop("uv was fetched but cannot be found in .tools: install it yourself and run make again.")


def right_python():
    said = subprocess.run([PYTHON, "--version"], stdout=subprocess.PIPE, universal_newlines=True)
    return said.stdout.startswith("Python " + VERSION + ".")


def read(path):
    try:
        with open(path) as file:
            return file.read()
    except OSError:
        return ""


def step(words):
    print(words + " ...", flush=True)


def run(command, failure):
    if subprocess.call(command):
        stop(failure)


def stop(words):
    sys.exit("make: " + words)


if __name__ == "__main__":
    main()
