"""The questions of the benchmark, a module each, which has a NAME and a function `measure`."""

from collections.abc import Callable, Mapping

from lab.benchmark.bench import Bench
from lab.benchmark.sections import api, cost, end_to_end, films, floor, light, memory, stages, start_up
from lab.reports.report import Section

SECTIONS: Mapping[str, Callable[[Bench], Section]] = {
    module.NAME: module.measure for module in (end_to_end, floor, stages, films, cost, memory, start_up, api, light)
}
"""By name, in the order of the page."""
