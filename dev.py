#!/usr/bin/env python3
"""The front door for anybody with a clone and Python 3.11: set Hartwell up, run it, check it, build it.

    python3 dev.py setup              make .venv and install what the lock file names
    python3 dev.py run                set up, then start Hartwell (without a screen: a tour that writes its files)
    python3 dev.py run -- --demo      the same, with arguments for Hartwell
    python3 dev.py test               set up, then every check, with a summary
    python3 dev.py test tests/domain  set up, then only pytest, with these arguments
    python3 dev.py faults             only the fault tests (kills, power cuts, damage, leaks), with their figures
    python3 dev.py faults --long      the same at full length: hours, and another chance each time
    python3 dev.py build              make the folder dist/hartwell that runs without Python

Standard library only, because nothing else is there yet when it starts.
"""

import argparse
import ctypes
import hashlib
import importlib.util
import json
import os
import platform
import shutil
import subprocess
import sys
import time
from collections import deque
from pathlib import Path

# The rest of this file must still compile on older versions, so that they get a sentence and not a SyntaxError.
if not (3, 11) <= sys.version_info < (3, 14):  # the pinned libraries have wheels for these
    _newer = [name for name in ("python3.11", "python3.12", "python3.13") if shutil.which(name)]
    sys.exit(
        "Hartwell needs Python 3.11, 3.12 or 3.13; this is Python {}.{}. {}".format(
            sys.version_info[0],
            sys.version_info[1],
            f"Use: {_newer[0]} {' '.join(sys.argv)}" if _newer else "Install it from https://www.python.org/downloads/",
        )
    )

ROOT = Path(__file__).resolve().parent
LOCKS = ROOT / "requirements"
ENVIRONMENT = ROOT / ".venv"
MESH_ENVIRONMENT = ROOT / ".venv-mesh"  # the MESH sandbox server pins versions that the program must not be held to
BUILD_ENVIRONMENT = ROOT / ".venv-build"  # PyInstaller packs what it finds, so it only finds what the program needs
STAMP = "hartwell-stamp.json"
LAST_FAILED = ROOT / ".pytest_cache" / "v" / "cache" / "lastfailed"
MOST_AGAIN = 3  # more failures than this are not bad luck
TESTS_FAILED = 1  # pytest's exit code for it; the others are interruptions and internal errors
MOST_AT_ONCE = 4  # test processes side by side; each takes up to 1 GB and a core

# What Qt loads on Linux and wheels cannot bring: shared library -> Debian and Ubuntu package.
DRAWING_LIBRARIES = {
    "libGL.so.1": "libgl1",
    "libEGL.so.1": "libegl1",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libglib-2.0.so.0": "libglib2.0-0",
}
WINDOW_LIBRARIES = {
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-shape.so.0": "libxcb-shape0",
}
WINDOW_TOOLS = {"Xvfb": "xvfb", "xauth": "xauth"}
FAULT_TOOLS = {"strace": "strace"}  # records what really reaches the disk
WORKBOOK_TOOLS = {"soffice": "libreoffice-calc-nogui"}  # works the evidence's totals out anew: 88 MB, 271 MB unpacked
BUILD_TOOLS = {"objdump": "binutils"}


class Stopped(Exception):  # noqa: N818 - it is how this script ends, not a fault in it
    """A step cannot go on; the message says why and what to do."""


def say(text):
    """Print one plain line at once, also when the output is a file or a CI log."""
    print(text, flush=True)


def took(since):
    """The time since ``since`` (a ``time.monotonic`` value) as a person says it: ``4 s``, ``2 min 05 s``."""
    seconds = round(time.monotonic() - since)
    return f"{seconds} s" if seconds < 60 else f"{seconds // 60} min {seconds % 60:02d} s"


# ---------------------------------------------------------------------------------------------- system libraries


def can_load(library):
    """Whether the system's loader finds the shared library, which is the question Qt will ask it."""
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def missing_packages(wanted, found):
    """The packages, in order and once each, of those in ``wanted`` (thing -> package) that ``found`` does not know."""
    return list(dict.fromkeys(package for thing, package in wanted.items() if not found(thing)))


def system_libraries(*, window):
    """On Linux, name what Qt lacks; as root on Debian or Ubuntu also install it. Never stops the set-up.

    ``window`` asks for what a real window needs too, besides drawing without a screen.
    """
    if not sys.platform.startswith("linux"):
        return
    missing = missing_packages(DRAWING_LIBRARIES, can_load)
    if window:
        missing += missing_packages(WINDOW_LIBRARIES, can_load) + missing_packages(WINDOW_TOOLS, shutil.which)
    if missing:
        install_system_packages(missing)


def install_system_packages(packages):
    """Install Debian packages when this machine and this account can; otherwise say what somebody else must type."""
    names = " ".join(packages)
    if not shutil.which("apt-get"):
        say(f"Missing system libraries (Debian's names): {names}. Install them with this system's package manager.")
        return
    if os.geteuid() != 0:
        say(f"Missing system libraries: {names}. Carrying on; to add them: sudo apt-get install {names}")
        return
    started = time.monotonic()
    say(f"Installing system libraries with apt-get: {names}")
    patience = ["-o", "Acquire::Retries=2", "-o", "Acquire::http::Timeout=30", "-o", "DPkg::Lock::Timeout=60"]
    for arguments in (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", *packages]):
        done = subprocess.run(
            ["apt-get", *patience, *arguments],
            env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            check=False,
        )
        if done.returncode:
            say("\n".join(done.stdout.strip().splitlines()[-5:]))
            say(f"  apt-get {arguments[0]} failed. Carrying on; still missing may be: {names}")
            return
    say(f"  done in {took(started)}")


# ------------------------------------------------------------------------------------------ Python environments


def python_of(environment):
    """The interpreter inside a virtual environment."""
    return environment / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def command_of(environment, name):
    """A console command inside a virtual environment."""
    return environment / (f"Scripts/{name}.exe" if os.name == "nt" else f"bin/{name}")


def stamp_for(lock, *more):
    """What an environment must say of itself to need no work: the same files, the same Python, the same place.

    The place counts because console scripts and the editable install hold absolute paths.
    """
    digest = hashlib.sha256()
    for path in (lock, *more):
        digest.update(path.read_bytes())
    return {"files": digest.hexdigest(), "python": platform.python_version(), "root": str(ROOT)}


def read_stamp(environment):
    """The stamp that the last finished installation left, or an empty one."""
    try:
        stamp = json.loads((environment / STAMP).read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    return stamp if isinstance(stamp, dict) else {}


def write_stamp(environment, stamp):
    """Say that the installation finished."""
    (environment / STAMP).write_text(json.dumps(stamp, indent=2) + "\n", encoding="utf-8")


def usable(environment, stamp):
    """Whether the environment may be added to: its Python starts, is our version, and was not moved here."""
    old = read_stamp(environment)
    if old and (old.get("python"), old.get("root")) != (stamp["python"], stamp["root"]):
        return False
    try:
        answer = subprocess.run(
            [python_of(environment), "-c", "import platform, pip; print(platform.python_version())"],
            capture_output=True,
            text=True,
            check=False,
        )
    except OSError:
        return False
    return answer.returncode == 0 and answer.stdout.strip() == stamp["python"]


def create_environment(environment, stamp):
    """Make the virtual environment, or make it anew when the one there cannot be used."""
    if usable(environment, stamp):
        return
    if environment == Path(sys.prefix):
        raise Stopped(f"{environment.name} has to be made anew, so run dev.py with a Python outside it")
    if importlib.util.find_spec("ensurepip") is None:  # Debian keeps it in a package of its own
        install_system_packages([f"python3.{sys.version_info[1]}-venv"])
    say(f"Making {environment.name} with Python {stamp['python']}")
    done = subprocess.run([sys.executable, "-m", "venv", "--clear", environment], check=False)
    if done.returncode:
        raise Stopped(f"Python could not make {environment.name}; its own message is above")


def pip_install(environment, arguments, *, expected=0):
    """Run ``pip install`` in the environment, with a sign of life every few seconds; pip's words only if it fails."""
    quiet = ["--no-input", "--disable-pip-version-check", "--progress-bar", "off"]
    command = [python_of(environment), "-m", "pip", "install", *quiet, *arguments]
    tail, fetched, shown = deque(maxlen=30), 0, time.monotonic()
    with subprocess.Popen(
        command,
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    ) as pip:
        for line in pip.stdout:
            tail.append(line.rstrip())
            fetched += line.startswith("Collecting ")
            if expected and time.monotonic() - shown >= 10:
                shown = time.monotonic()
                say(f"  ... {fetched} of about {expected} packages fetched")
    if pip.returncode:
        say("\n".join(tail))
        raise Stopped("pip could not install the packages; its own words are above")


def ensure(environment, lock, *, project=False):
    """Bring the environment to what the lock file says, hash by hash; do nothing when its stamp already agrees.

    With ``project`` Hartwell itself is installed too, editable, so that ``import app`` and ``hartwell`` work.
    """
    stamp = stamp_for(lock, *([ROOT / "pyproject.toml"] if project else []))
    if read_stamp(environment) == stamp:
        return
    started = time.monotonic()
    create_environment(environment, stamp)
    (environment / STAMP).unlink(missing_ok=True)  # an installation cut short must not look finished
    expected = sum("==" in line for line in lock.read_text(encoding="utf-8").splitlines())
    say(f"Installing about {expected} packages of {lock.name} into {environment.name} (minutes, the first time)")
    # Wheels only: building from source would run code, and fetch build tools, that no hash vouches for.
    pip_install(environment, ["--only-binary", ":all:", "--require-hashes", "-r", str(lock)], expected=expected)
    if project:
        say(f"Installing Hartwell itself into {environment.name}, editable")
        pip_install(environment, ["--no-deps", "--no-build-isolation", "--editable", "."])
    write_stamp(environment, stamp)
    say(f"  {environment.name} is ready, {took(started)}")


def setup(*, window=True):
    """The environment that runs and checks Hartwell."""
    system_libraries(window=window)
    ensure(ENVIRONMENT, LOCKS / "dev.lock", project=True)
    # Also where Python is told to write no byte code as it goes: without it every command compiles 200 modules again.
    call([python_of(ENVIRONMENT), "-m", "compileall", "-q", ROOT / "app"])


# --------------------------------------------------------------------------------------------------- the commands


def has_screen():
    """Whether a window can be seen by somebody."""
    return not sys.platform.startswith("linux") or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def call(command, **environment):
    """Run a command in the project's folder with this terminal; its exit code."""
    return subprocess.run(
        [str(part) for part in command], cwd=ROOT, env={**os.environ, **environment}, check=False
    ).returncode


def run(arguments):
    """Start Hartwell; where nobody could see a window, do the main job and say where its files are."""
    screen = has_screen()
    setup(window=screen)
    hartwell = [python_of(ENVIRONMENT), "-m", "app"]
    wants_window = not arguments or "--demo" in arguments
    if screen or not wants_window:
        say("Starting Hartwell" if wants_window else f"Running hartwell {' '.join(arguments)}")
        return call([*hartwell, *arguments])
    tour = ROOT / "out" / "tour"
    started = time.monotonic()
    say("No screen here (neither DISPLAY nor WAYLAND_DISPLAY is set), so this is the tour: a day in a practice home")
    code = call([*hartwell, "tour", "--out", tour], QT_QPA_PLATFORM=os.environ.get("QT_QPA_PLATFORM", "offscreen"))
    if code:
        say(f"The tour stopped with exit code {code}; what it wrote until then is in {tour}")
        return code
    say(f"The tour took {took(started)}. Its files are in {tour}:")
    for path in sorted(path for path in tour.rglob("*") if path.is_file()):
        say(f"  {path.relative_to(tour)}")
    return 0


def checks():
    """Every check a change must pass, in order: name, command."""
    python = python_of(ENVIRONMENT)
    side_by_side = ["-n", str(min(os.cpu_count() or 1, MOST_AT_ONCE)), "--dist", "loadfile"]
    return [
        ("ruff check", [python, "-m", "ruff", "check", "."]),
        ("ruff format", [python, "-m", "ruff", "format", "--check", "."]),
        ("mypy", [python, "-m", "mypy"]),
        ("lint-imports", [command_of(ENVIRONMENT, "lint-imports")]),
        ("pytest", [python, "-m", "pytest", *side_by_side]),
    ]


def fault_tools():
    """What the fault tests record system calls with; without it they say loudly what was not tested."""
    if sys.platform.startswith("linux") and (missing := missing_packages(FAULT_TOOLS, shutil.which)):
        install_system_packages(missing)


def workbook_tools():
    """What the totals of a workbook are worked out with; without it the test says loudly that nobody did."""
    if sys.platform.startswith("linux") and (missing := missing_packages(WORKBOOK_TOOLS, shutil.which)):
        install_system_packages(missing)


def faults(arguments):
    """Set up and run the fault tests alone; ``--long`` runs them at full length. More arguments go to pytest."""
    long_form = "--long" in arguments
    setup()
    fault_tools()
    more = [argument for argument in arguments if argument != "--long"]
    pytest = [python_of(ENVIRONMENT), "-m", "pytest", "tests/faults", "-q", "--durations=10"]
    started = time.monotonic()
    code = call(
        [*pytest, *(["--timeout=0"] if long_form else []), *more],
        HARTWELL_FAULTS="long" if long_form else "short",
    )
    say(f"Fault tests {'passed' if code == 0 else f'FAILED (exit code {code})'}, {took(started)}")
    return code


def failed_on_screen():
    """The tests that failed in the last run of pytest, if they are few and all about screens; otherwise none."""
    try:
        failed = sorted(json.loads(LAST_FAILED.read_text(encoding="utf-8")))
    except (OSError, ValueError):
        return []
    return failed if len(failed) <= MOST_AGAIN and all(name.startswith("tests/ui/") for name in failed) else []


def again(failed):
    """Run the few screens' tests that failed once more, alone: what fails then is broken, what passes is unsteady.

    A test of a screen shares two cores, one window system and its process with a thousand others. An unsteady one is
    named in the summary, because it is a defect of the test or of the program and wants mending; it holds up nobody.
    """
    say(f"\n== pytest again, alone: {', '.join(failed)}")
    return call([python_of(ENVIRONMENT), "-m", "pytest", "-q", *failed])


def test(arguments):
    """Set up both environments and run every check, also after one failed; with arguments, pytest alone."""
    setup()
    fault_tools()
    workbook_tools()
    ensure(MESH_ENVIRONMENT, LOCKS / "mesh-sandbox.lock")
    todo = checks()
    if arguments:
        todo = [("pytest", [python_of(ENVIRONMENT), "-m", "pytest", *arguments])]
    results, unsteady = [], []
    LAST_FAILED.unlink(missing_ok=True)
    for name, command in todo:
        say(f"\n== {name}")
        started = time.monotonic()
        code = call(command)
        if code == TESTS_FAILED and not arguments and name == "pytest" and (failed := failed_on_screen()):
            code = again(failed)
            unsteady = [] if code else failed
        results.append((name, code, took(started)))
    say("\n== summary")
    for name, code, duration in results:
        say(f"  {name:<14}{'passed' if code == 0 else f'FAILED (exit code {code})'}, {duration}")
    for name in unsteady:
        say(f"  UNSTEADY      failed beside the others, passed alone: {name}")
    failed = [name for name, code, _ in results if code]
    say(f"Failed: {', '.join(failed)}" if failed else "All passed")
    return 1 if failed else 0


def build(arguments):
    """Make dist/hartwell, a folder that starts on a computer without Python."""
    system_libraries(window=False)
    tools = missing_packages(BUILD_TOOLS, shutil.which) if sys.platform.startswith("linux") else []
    if tools:
        install_system_packages(tools)
    ensure(BUILD_ENVIRONMENT, LOCKS / "build.lock")
    started = time.monotonic()
    say("Building dist/hartwell")
    pyinstaller = [python_of(BUILD_ENVIRONMENT), "-m", "PyInstaller", "--noconfirm", "--log-level", "WARN"]
    code = call([*pyinstaller, *arguments, "build.spec"])
    if code:
        raise Stopped("PyInstaller could not build; its own words are above")
    folder = ROOT / "dist" / "hartwell"
    size = sum(path.lstat().st_size for path in folder.rglob("*") if path.is_file())
    say(f"Built {folder}: {size / 2**20:.0f} MiB, {took(started)}")
    return 0


def main(argv):
    """Read the command line and do it; the exit code."""
    parser = argparse.ArgumentParser(
        prog="dev.py", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("command", choices=["setup", "run", "test", "faults", "build"])
    parser.add_argument("arguments", nargs=argparse.REMAINDER, help="passed on to Hartwell, pytest or PyInstaller")
    options = parser.parse_args(argv)
    arguments = options.arguments[1:] if options.arguments[:1] == ["--"] else options.arguments
    try:
        if options.command == "setup":
            if arguments:
                parser.error("setup takes no arguments")
            setup()
            say("Ready. Next: python3 dev.py run")
            return 0
        return {"run": run, "test": test, "faults": faults, "build": build}[options.command](arguments)
    except Stopped as stop:
        say(str(stop))
        return 1
    except KeyboardInterrupt:
        say("Stopped")
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
