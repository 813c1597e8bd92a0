#!/usr/bin/env python3
"""Compares the cache server with the Python service it replaces, and with its own targets.

    python3 bench/run.py                                  everything but the soak test (about 15 minutes)
    python3 bench/run.py --only stores --rounds 1         a quick look at one section
    python3 bench/run.py --only soak --soak-minutes 30 --no-python

All servers and the load generator (wrk) run on this computer and share its cores; only loopback is
used. Each figure is the median over the rounds. A round goes through all servers, so a disturbance
meets all of them, and ratios are taken within a round. The exit status is 1 when a request failed or
an acknowledged entry was lost; a missed target only shows in the table. Needs Linux, wrk, Python 3.11
and, for the comparison, Python 3.12.
"""

import argparse
import datetime
import os
import platform
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import larger
from load import Load, total, wrk_version
from report import Report
from sections import SECTIONS as SMALLER
from servers import BENCH, BucketServer, Server, make_python, python_versions

ROOT = BENCH.parent
SECTIONS = SMALLER | {"stalls": larger.stalls, "grows": larger.grows, "archives": larger.archives}
# In a closed loop the requests in flight at the end are not counted. That matters where one request
# takes a second, so loads on the Python service are longer; else its rate would look too low.
PYTHON_SECONDS = 3


class Bench:
    """What the sections share: arguments, report, working folder, the ways to start and load a server."""

    def __init__(self, args, work):
        self.args = args
        self.work = work
        self.report = Report()
        self.million = None  # folder of the embedded server with a million objects, once made
        self.python_mode = ["python"] if args.python else []

    def folder(self, name):
        return Path(tempfile.mkdtemp(prefix=f"{name}-", dir=self.work))

    def bucket_server(self):
        """Starts an S3 server with one empty bucket."""
        python = self.args.s3_tools / "bin/python"
        return BucketServer([python, ROOT / "tests/s3/serve.py", "seaweedfs"], self.work / "seaweedfs.log")

    def raw(self, section, name, bucket, operation):
        """Loads an S3 server with the requests of an operation alone."""
        command = [self.args.raw_load, bucket.endpoint, f"raw-{operation}", operation, self.args.seconds, self.args.connections]
        self.report.add_load(section, name, Load.of(command).wait())

    def shared_load(self, section, name, servers, script, **settings):
        """Runs one load on several servers, each with its share of the connections."""
        args = argparse.Namespace(**vars(self.args) | {"connections": self.args.connections // len(servers)})
        loads = [Load(server, script, self.args.seconds, args, **settings) for server in servers]
        self.report.add_load(section, name, total([load.wait() for load in loads]))

    def start(self, mode, folder=None, bucket=None):
        """Starts a server, in a new folder unless one is given, or on a bucket."""
        os.sync()  # what earlier servers wrote shall not slow down this one
        if mode == "python":
            command = [self.args.python, BENCH / "python_server.py"]
        elif bucket:
            command = [
                self.args.server, "--port", "0", "--storage-mode", "s3", "--bucket", "cache", "--s3-allow-http",
                "--s3-endpoint", bucket.endpoint, "--s3-access-key-id", "S3RVER", "--s3-secret-access-key", "S3RVER",
            ]  # fmt: skip
        else:
            folder = folder or self.folder(mode)
            command = [self.args.server, "--port", "0", "--storage-mode", mode, "--path", folder]
        return Server(mode, command, self.work / f"{mode}.log")

    def background(self, server, script, seconds, **settings):
        return Load(server, script, seconds, self.args, **settings)

    def load(self, section, name, server, script, **settings):
        """Runs one load and reports it, with the server's processor time for each request."""
        seconds = self.args.seconds * (PYTHON_SECONDS if server.mode == "python" else 1)
        before = server.cpu_seconds()
        result = self.background(server, script, seconds, **settings).wait()
        self.report.add_load(section, name, result)
        self.report.add(section, f"{name}, CPU", (server.cpu_seconds() - before) / result.requests * 1e6, "us/request")


def arguments():
    cores = os.cpu_count()
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    add("--server", type=Path, default=ROOT / "target/release/cache-server", help="the server's executable")
    add("--raw-load", type=Path, default=ROOT / "target/release/examples/raw_load", help="tests/s3/examples/raw_load")
    tools = Path.home() / ".cache/cache-service/tools/s3"
    add("--s3-tools", type=Path, default=tools, help="the folder tests/s3/tools.sh fills")
    add("--python", type=Path, help="python of a venv with mgraph-ai-service-cache and uvicorn; made when absent")
    add("--no-python", action="store_true", help="leave the Python service out")
    add("--seconds", type=int, default=8, help="length of a load (on the Python service three times this)")
    add("--rounds", type=int, default=3)
    add("--connections", type=int, default=64)
    add("--threads", type=int, default=max(1, cores // 2), help="threads of wrk (default: half of the cores)")
    add("--entries", type=int, default=200_000, help="entries, of five objects each, for listing and start")
    add("--grown", type=int, default=1_500_000, help="entries up to which a store grows (section grows)")
    add("--soak-minutes", type=float, default=0)
    add("--only", nargs="+", choices=SECTIONS, default=list(SECTIONS), metavar="NAME", help=", ".join(SECTIONS))
    add("--work", type=Path, default=ROOT / "target", help="where data goes for the run; must be a real disk")
    add("--markdown", type=Path, help="also write the table to this file")
    args = parser.parse_args()
    if not os.access(args.server, os.X_OK):
        parser.error(f"no executable {args.server} (cargo build --release, or --server)")
    args.server = args.server.absolute()
    args.work = args.work.absolute()
    args.work.mkdir(parents=True, exist_ok=True)
    if filesystem(args.work) in ("tmpfs", "ramfs"):
        parser.error(f"{args.work} is in memory: give a folder on a disk with --work")
    if args.no_python:
        args.python = None
    elif args.python:
        args.python = args.python.absolute()
    else:
        args.python = make_python(ROOT / "target/bench-python")
    return args


def describe(args):
    """What a reader must know to judge or repeat the run."""
    cpu = re.search(r"model name\s*:\s*(.*)", Path("/proc/cpuinfo").read_text())
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    commit = output("git", "-C", ROOT, "describe", "--always", "--dirty")
    return {
        "command": f"`{shlex.join([sys.executable.rsplit('/')[-1], *sys.argv])}`",
        "date": datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "processor": f"{cpu[1] if cpu else platform.machine()}, {os.cpu_count()} cores, {memory:.0f} GB of memory, "
        f"load average {os.getloadavg()[0]:.1f} before the run",
        "system": f"{platform.system()} {platform.release()}, data on {filesystem(args.work)}",
        "server": f"{output(args.server, '--version') or 'version unknown'}, commit {commit or 'unknown'}",
        "Python service": python_versions(args.python) if args.python else "left out",
        "load": f"{wrk_version()} -t{args.threads} -c{args.connections}, {args.seconds} s a load "
        f"(Python: {args.seconds * PYTHON_SECONDS} s), {args.rounds} rounds, on the same cores as the servers",
    }


def output(*command):
    """The first line of a command's output; empty when it fails."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=10)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.split("\n")[0] if done.returncode == 0 else ""


def filesystem(path):
    return output("findmnt", "--noheadings", "--output", "FSTYPE", "--target", path)


def main():
    # A polite kill unwinds as Ctrl-C does: the servers are stopped and the data is removed.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped"))
    args = arguments()
    facts = describe(args)
    work = Path(tempfile.mkdtemp(prefix="bench-", dir=args.work))
    bench = Bench(args, work)
    try:
        for name in args.only:
            SECTIONS[name](bench)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    table = bench.report.markdown(facts)
    print(f"\n{table}")
    if args.markdown:
        args.markdown.write_text(table)
    if failed := bench.report.errors():
        sys.exit(f"{failed} requests failed or acknowledged entries were lost")


if __name__ == "__main__":
    main()
