"""Runs wrk and reads its result."""

import itertools
import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass

from servers import BENCH, KEY, KEY_NAME

BODY_BYTES = 1024
MARK = "@" * 20  # stands for a key, which is as long: label of the run, thread, number
_runs = itertools.count(1)


def run_label():
    """Six characters that make the keys of one load differ from those of every other."""
    return f"{next(_runs):06d}"


def body(key=MARK):
    """A JSON object of exactly 1 KiB, different for every key (20 characters)."""
    words = "the quick brown fox jumps over the lazy dog and stores what it found in a cache "
    entry = {"key": key, "kind": "benchmark", "count": 12345, "ratio": 0.5, "tags": ["a", "b", "c"], "text": ""}
    entry["text"] = (words * 20)[: BODY_BYTES - len(json.dumps(entry))]
    return json.dumps(entry)


@dataclass
class Result:
    """What one load did; latencies in milliseconds."""

    requests: int
    seconds: float
    p50: float
    p99: float
    refused: int  # answers with a status from 400
    broken: int  # failed connections, reads, writes; time-outs

    @property
    def rate(self):
        return self.requests / self.seconds

    @property
    def errors(self):
        return self.refused + self.broken


def total(results):
    """What loads that ran side by side did together; latencies of the slowest."""
    first = max(results, key=lambda result: result.p99)
    return Result(
        sum(result.requests for result in results), max(result.seconds for result in results), first.p50, first.p99,
        sum(result.refused for result in results), sum(result.broken for result in results),
    )  # fmt: skip


class Load:
    """One run of wrk in the background; `wait` returns its result."""

    def __init__(self, server, script, seconds, args, path="/", **settings):
        env = {f"BENCH_{name.upper()}": str(value) for name, value in settings.items()}
        env = {"BENCH_BODY": body(), "BENCH_MARK": MARK, "BENCH_RUN": run_label()} | env
        command = [
            "wrk", f"-t{args.threads}", f"-c{args.connections}", f"-d{seconds}s", "--timeout", "60s",
            "-H", f"{KEY_NAME}: {KEY}", "-s", script, f"http://{server.address}{path}",
        ]  # fmt: skip
        self._begin(command, env)

    @classmethod
    def of(cls, command):
        """A load by another program, which prints its result as wrk does here."""
        load = cls.__new__(cls)
        load._begin([str(word) for word in command], {})
        return load

    def _begin(self, command, env):
        self.process = subprocess.Popen(
            command, cwd=BENCH, env=os.environ | env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )

    def running(self):
        return self.process.poll() is None

    def wait(self):
        output, _ = self.process.communicate()
        try:
            return Result(**json.loads(output.splitlines()[-1]))
        except (IndexError, TypeError, ValueError):
            sys.exit(f"wrk failed:\n{output}")

    def cancel(self):
        self.process.kill()
        self.process.communicate()


def wrk_version():
    if not shutil.which("wrk"):
        sys.exit("wrk is not installed (Debian, Ubuntu: apt-get install wrk)")
    output = subprocess.run(["wrk", "--version"], capture_output=True, text=True).stdout
    return output.split(" Copyright")[0].splitlines()[0]
