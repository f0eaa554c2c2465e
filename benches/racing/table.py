"""The figures as a Markdown table."""

import statistics


def number(value):
    return f"{value:.3f}" if value < 1 else f"{value:.2f}"


def rows(contenders):
    """Ratios are of medians, to the first limit that ran."""
    limit = next((one for one in contenders if one.limit and one.runs and not one.failure), None)
    floor = {field: middle(limit, field) for field in ("wall", "cpu")} if limit else {}
    name = limit.name if limit else "the limit"
    yield f"| command | wall s | CPU s | RSS MB | wall, times {name} | CPU, times | wall, least to most |"
    yield "|---|--:|--:|--:|--:|--:|--:|"
    for one in contenders:
        if one.failure:
            yield f"| {one.name} | {one.failure.replace('|', '/')} | | | | | |"
            continue
        wall, cpu = middle(one, "wall"), middle(one, "cpu")
        walls = sorted(each.wall for each in one.runs)
        spread = f"{number(walls[0])} to {number(walls[-1])}"
        ratios = f"{ratio(wall, floor.get('wall'))} | {ratio(cpu, floor.get('cpu'))}"
        yield f"| {one.name} | {number(wall)} | {number(cpu)} | {middle(one, 'rss'):.0f} | {ratios} | {spread} |"


def ratio(value, limit):
    return f"{value / limit:.2f}" if limit else ""


def middle(contender, field):
    return statistics.median(getattr(run, field) for run in contender.runs)
