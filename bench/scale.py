"""The large vault: 100,000 secrets made through the API, then lists, start, memory and idle connections."""

import statistics

import cases
from report import Case, Target, median, ratio
from servers import Trouble, Undercroft

# A vault that isn't full by then stays smaller, and every figure says so: the run must end in time.
FILL_SECONDS = 180


class Scale:
    def __init__(self, chosen, loader, folder):
        self.chosen, self.loader, self.folder = chosen, loader, folder / "large"
        self.cases, self.notes, self.starts = [], {}, []

    def run(self):
        count = self.chosen.secrets
        print(f"==> Making {count:,} secrets", flush=True)
        with self.start() as server:
            key = self.loader.call(server, cases.CREATE_KEY)["KeyMetadata"]["KeyId"]
            self.measure("CreateSecret", server, cases.create(count, key), 256, requests=count, seconds=FILL_SECONDS)
        print("==> Starting with them", flush=True)
        for _ in range(3):
            with self.start() as server:
                self.starts.append(server.ready)
        with self.start() as server:
            self.notes["memory when ready, MB"] = server.memory()
            print("==> Listing them", flush=True)
            self.lists(server, count)
            self.spread(server, self.cases[0].rounds[0]["requests"])
            self.notes["memory after lists and reads, MB"] = self.full_memory = server.memory()
        with self.start() as server:
            self.idle(server)

    def start(self):
        return Undercroft(self.chosen.server, self.folder, "--max-connections", "12000")

    def measure(self, name, server, case, clients, **options):
        figures = self.loader.load(server, case, connections=clients, **options)
        case = next((case for case in self.cases if case.name == name), None)
        if case is None:
            case = Case(name, clients)
            self.cases.append(case)
        case.rounds.append(figures)
        return case

    def lists(self, server, count):
        walk = self.loader.walk(server, cases.list_page())
        made, self.count = self.cases[0].rounds[0]["requests"], walk["items"]
        # Those that were under way when the time was over may be there or not.
        if not made <= self.count <= min(count, made + 256):
            raise Trouble(f"the list has {self.count} secrets, but {made} were made")
        self.notes["all pages in turn, CPU us a page"] = walk["cpu_us"]
        timed = {"seconds": self.chosen.seconds, "warmup": 0.5}
        last = cases.list_page(walk["last_token"])
        for _ in range(self.chosen.rounds):
            self.first = self.measure("ListSecrets, first page of 100", server, cases.list_page(), 2, **timed)
            self.last = self.measure("ListSecrets, last page", server, last, 2, **timed)

    def spread(self, server, count):
        """Every secret once: more than the caches hold."""
        self.measure(f"GetSecretValue over {count:,}", server, cases.get(count), 256, seconds=self.chosen.seconds, warmup=0.5)

    def idle(self, server):
        before = server.memory()
        release = self.loader.hold(server, cases.get(min(cases.ALL, self.count)), self.chosen.idle)
        self.idle_memory = server.memory() - before
        self.notes["idle connections"] = self.chosen.idle
        release()

    def targets(self):
        count = f"{self.count:,} secrets"
        return [
            Target(f"ListSecrets over {count}, first page, CPU", median(self.first.rounds, "cpu_us") / 1e3, 5, "{:.2f} ms"),
            Target("its last page against its first, CPU", ratio(self.last, self.first, "cpu_us"), 1.1, "{:.2f} x"),
            Target(f"start with {count}", statistics.median(self.starts), 1, "{:.2f} s"),
            Target(f"resident memory with {count}", self.full_memory, 150, "{:.0f} MB"),
            Target(f"{self.chosen.idle:,} idle connections, more memory", self.idle_memory, 150, "{:.0f} MB"),
        ]
