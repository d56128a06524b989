"""Medians of the rounds, the targets, and the table."""

import statistics

# Beside each row of figures: how it is printed.
COLUMNS = [
    ("case", 34, "s"), ("conn", 5, "d"), ("req/s", 9, ",.0f"), ("p50 ms", 8, ".2f"), ("p99 ms", 8, ".2f"),
    ("CPU us", 8, ".1f"), ("(min", 8, ".1f"), ("max)", 8, ".1f"), ("server", 7, ".0%"), ("load", 6, ".0%"),
]


def median(rounds, field):
    return statistics.median(figures[field] for figures in rounds)


class Case:
    """The rounds of one case: medians, and the spread of what the targets compare."""

    def __init__(self, name, connections):
        self.name, self.connections, self.rounds = name, connections, []

    def row(self):
        cpu = [figures.get("cpu_us", 0) for figures in self.rounds]
        return [
            self.name, self.connections, median(self.rounds, "rps"), median(self.rounds, "p50_us") / 1e3,
            median(self.rounds, "p99_us") / 1e3, statistics.median(cpu), min(cpu), max(cpu),
            median(self.rounds, "server_share"), median(self.rounds, "load_share"),
        ]


def ratio(above, below, field):
    """The median over the rounds of a ratio taken within each round: drift of the machine cancels out."""
    return statistics.median(a[field] / b[field] for a, b in zip(above.rounds, below.rounds))


class Target:
    def __init__(self, text, value, limit, shown, *, at_least=False):
        self.text, self.value, self.limit, self.shown = text, value, limit, shown
        self.met = value >= limit if at_least else value <= limit
        self.sign = ">=" if at_least else "<="

    def line(self):
        verdict = "met   " if self.met else "MISSED"
        return f"  {verdict} {self.text}: {self.shown.format(self.value)} ({self.sign} {self.shown.format(self.limit)})"

    def json(self):
        return {"text": self.text, "value": self.value, "limit": self.limit, "sign": self.sign, "met": self.met}


def table(cases):
    lines = ["".join(f"{title:<{width}}" if kind == "s" else f"{title:>{width}}" for title, width, kind in COLUMNS)]
    for case in cases:
        lines.append("".join(
            f"{value:<{width}}" if kind == "s" else f"{value:>{width}{kind}}"
            for value, (_, width, kind) in zip(case.row(), COLUMNS)
        ))
    return "\n".join(lines)
