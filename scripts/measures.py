"""Writes docs/measures.md: every measure and dimension of the model, what it means, how it is counted."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from analytics.model import Aggregate, Dimension, Measure, Model, PerHour, Ratio, model

PAGE = Path(__file__).resolve().parent.parent / "docs" / "measures.md"
HEAD = """# Measures and dimensions

What can be asked, alone or together: any measure by any dimension that its rows have, over time, cut to the
first groups, beside another window ([0010](adr/0010-a-model-composes-queries.md)). This page is written by
`python -m scripts.measures` from `analytics/measures/`; a test compares the two.

A formula names other measures by their names; `r` is a row of the source. Counts of nothing are 0, rates of
nothing are empty. Of a percentile, a mean or an extreme only rows that have a value are counted.
"""
KINDS = {
    "rows": "rows",
    "values": "rows with {of}",
    "sum": "sum of {of}",
    "min": "smallest {of}",
    "max": "largest {of}",
    "distinct": "different {of}",
    "quantile": "{share:.0%} quantile of {of}",
}


def formula(measure: Measure) -> str:
    """How a measure is counted, in words and names."""
    counted = measure.formula
    if isinstance(counted, Ratio):
        return f"`{counted.numerator}` / `{counted.denominator}`"
    if not isinstance(counted, Aggregate):
        whole = "hours of the window or bucket" if isinstance(counted, PerHour) else "its sum over all groups"
        return f"`{counted.of}` / {whole}"
    # The last part is what is measured; those before it say whether there is anything at all.
    *others, last = counted.parts
    mean = last.kind == "values"
    part = others[0] if mean else last
    if "{actor}" in part.of:
        return "different people, each within its tenant and by any of their names"
    said = KINDS[part.kind].format(of=f"`{part.of}`", share=part.share)
    said = f"mean of `{part.of}`" if mean else said
    return f"{said} where `{part.condition}`" if part.condition else said


def page(known: Model) -> str:
    """The page's text."""
    chapters = [HEAD]
    for source in known.sources.values():
        own = [each for each in known.measures.values() if _first_source(known, each) == source.name]
        rows = [(f"`{each.name}`", each.label, each.unit, each.definition, formula(each)) for each in own]
        chapters.append(f"## {source.label}\n\n{source.definition} Counted over `{source.name}`.\n")
        chapters.append(_table(("name", "label", "unit", "definition", "formula"), rows))
    chapters.append("## Dimensions\n\nA field of your own is `attributes.NAME`, `tenant.attributes.NAME` or")
    chapters[-1] += " `person.attributes.NAME`, of any depth.\n"
    rows = [
        (f"`{each.name}`", each.label, each.definition, _having(known, each)) for each in _dimensions(known)
    ]
    chapters.append(_table(("name", "label", "definition", "rows that have it"), rows))
    return "\n".join(chapters)


def main() -> None:
    """Write the page."""
    PAGE.write_text(page(model()), encoding="utf-8")
    print(f"wrote {PAGE.name}: {len(model().measures)} measures, {len(model().dimensions)} dimensions")


def _first_source(known: Model, measure: Measure) -> str:
    return known.parts(measure)[0].source


def _dimensions(known: Model) -> Iterable[Dimension]:
    return sorted(known.dimensions.values(), key=lambda each: each.name)


def _having(known: Model, dimension: Dimension) -> str:
    return ", ".join(f"`{name}`" for name in known.sources if name in dimension.sources)


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |\n" for line in lines)


if __name__ == "__main__":
    main()
