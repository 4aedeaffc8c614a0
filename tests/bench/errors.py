"""Why the benchmark, or one contender, cannot go on."""


class BenchError(Exception):
    """A contender cannot be built, is too slow or does other work than we do; the message says which."""
