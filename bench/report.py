"""Collects the figures of all rounds, compares them with their targets and writes the table."""

import operator
from dataclasses import dataclass, field
from statistics import median

# (section, figure): (comparison, limit, what we would like better still)
TARGETS = {
    ("stores", "memory / python"): (">=", 300, "aim 400"),
    ("stores", "embedded / python"): (">=", 200, "aim 300"),
    ("stores", "embedded / memory"): (">=", 0.6, ""),
    ("stores", "embedded / local_disk"): (">=", 20, ""),
    ("retrieves", "memory / python"): (">=", 150, "aim 200"),
    ("retrieves", "embedded / python"): (">=", 150, "aim 200"),
    ("retrieves", "local_disk / python"): (">=", 150, "aim 200"),
    ("retrieves", "memory / memory health"): (">=", 0.7, ""),
    ("retrieves", "embedded / embedded health"): (">=", 0.65, ""),
    # Where the server needs 7.5 us for /info/health.
    ("retrieves", "memory, CPU / memory health, CPU"): ("<", 14 / 7.5, ""),
    ("retrieves", "local_disk / local_disk health"): (">=", 0.5, ""),
    ("listing", "memory"): ("<", 1, ""),
    ("listing", "embedded"): ("<", 1, ""),
    ("start", "memory, empty"): ("<", 100, ""),
    ("start", "embedded, empty"): ("<", 100, ""),
    ("start", "embedded, after kill -9"): ("<", 2000, ""),
    ("start", "embedded, idle RSS"): ("<", 30, ""),
    ("s3", "1 server, store / raw store"): (">=", 0.6, ""),
    ("s3", "1 server, retrieve / raw retrieve"): (">=", 0.6, ""),
    ("s3", "2 servers, store / raw store"): (">=", 0.6, ""),
    ("s3", "2 servers, retrieve / raw retrieve"): (">=", 0.6, ""),
    ("stalls", "memory, empty second before"): ("<", 2, ""),
    ("stalls", "memory, empty second after"): ("<", 2, ""),
    ("stalls", "embedded, empty second before"): ("<", 2, ""),
    ("stalls", "embedded, empty second after"): ("<", 2, ""),
    ("grows", "1,500,000 entries, random reads / 100,000 entries, random reads"): (">=", 0.7, ""),
    ("grows", "1,500,000 entries, stores / 100,000 entries, stores"): (">=", 0.75, ""),
    ("grows", "1,500,000 entries, read a GET"): ("<", 20, ""),
    ("grows", "1,500,000 entries, RSS"): ("<", 350, ""),
    ("archives", "embedded, add a member"): ("<", 150, ""),
    ("soak", "slope of RSS"): ("<", 1, ""),
}
COMPARE = {">=": operator.ge, "<": operator.lt}
COLUMNS = ["section", "figure", "median", "min", "max", "unit", "p50 ms", "p99 ms", "errors", "target", "result"]


@dataclass
class Figure:
    """One figure: a value for each round."""

    section: str
    name: str
    unit: str
    values: list = field(default_factory=list)
    p50: list = field(default_factory=list)
    p99: list = field(default_factory=list)
    errors: int | None = None  # None where nothing can fail

    def row(self):
        """The cells of COLUMNS."""
        middle = median(self.values)
        target = result = ""
        if wanted := TARGETS.get((self.section, self.name)):
            comparison, limit, aim = wanted
            target = f"{comparison} {limit:g}" + (f" ({aim})" if aim else "")
            result = "met" if COMPARE[comparison](middle, limit) else "**missed**"
        if self.errors:
            result = "**failed**"
        return [
            self.section, self.name, number(middle), number(min(self.values)), number(max(self.values)), self.unit,
            number(median(self.p50)) if self.p50 else "", number(median(self.p99)) if self.p99 else "",
            "" if self.errors is None else str(self.errors), target, result,
        ]  # fmt: skip


class Report:
    """All figures, in the order in which they came."""

    def __init__(self):
        self.figures = {}

    def add(self, section, name, value, unit, p50=None, p99=None, errors=None):
        """Adds the value of one round and prints it."""
        figure = self.figures.setdefault((section, name), Figure(section, name, unit))
        figure.values.append(value)
        text = f"{section:10} {name:32} {number(value):>9} {unit}"
        if p50 is not None:
            figure.p50.append(p50)
            figure.p99.append(p99)
            text += f"   p50 {number(p50)} ms, p99 {number(p99)} ms"
        if errors is not None:
            figure.errors = (figure.errors or 0) + errors
            text += f"   errors {errors}"
        print(text, flush=True)

    def add_load(self, section, name, result):
        self.add(section, name, result.rate, "requests/s", result.p50, result.p99, result.errors)

    def ratio(self, section, name, other):
        """Adds the ratio of two figures, round by round; nothing when one was not measured."""
        over, under = self.figures.get((section, name)), self.figures.get((section, other))
        if over and under:
            for a, b in zip(over.values, under.values):
                self.add(section, f"{name} / {other}", a / b, "x")

    def errors(self):
        return sum(figure.errors or 0 for figure in self.figures.values())

    def markdown(self, facts):
        """The facts of the run as a list, then the table."""
        lines = ["# Benchmark", ""]
        lines += [f"- {name}: {value}" for name, value in facts.items()]
        rows = [COLUMNS, ["---"] * len(COLUMNS), *(figure.row() for figure in self.figures.values())]
        lines += ["", *("| " + " | ".join(row) + " |" for row in rows)]
        return "\n".join(lines) + "\n"


def number(value):
    """Three significant digits, or whole with thousands separators."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
