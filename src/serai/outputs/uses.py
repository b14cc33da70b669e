"""Users of a bottleneck and skims for a terminal."""

from rich.console import Console
from rich.text import Text

from serai.domain.uses import SelectResult, SkimResult, SkimRow
from serai.outputs.columns import Column, print_certificate, print_record, print_table
from serai.outputs.numbers import say_amount, say_share
from serai.units import HOURS_PER_DAY

__all__ = ["print_selection", "print_skims"]


def print_selection(console: Console, result: SelectResult) -> None:
    """
    Print who uses a link or a resource.

    Parameters
    ----------
    console
        Where to print.
    result
        What was selected.
    """
    console.print(Text(f"\n{result.id}: {result.name}", style="bold"))
    console.print(
        Text(f"Scenario {result.scenario}: {say_amount(result.total.teu)} TEU and "
             f"{say_amount(result.total.t)} t a year.")
    )  # fmt: skip
    whole = max(result.total.t, 1e-300)
    print_table(
        console,
        "Who uses it, most tonnes first",
        [Column("From", "words"), Column("to", "words"), Column("class", "words"),
         Column("corridor", "words"), Column("TEU"), Column("t"), Column("share of t")],
        [[user.origin, user.dest, user.class_id, user.corridor, say_amount(user.teu),
          say_amount(user.t), say_share(user.t / whole)] for user in result.users],
    )  # fmt: skip
    print_certificate(console, result.certificate)
    print_record(console, result.record)


def print_skims(console: Console, result: SkimResult) -> None:
    """
    Print the skims of the largest flows.

    Parameters
    ----------
    console
        Where to print.
    result
        The skims.
    """
    rows = sorted(result.rows, key=lambda row: -row.served)
    # What a box is worth is a column where boxes balance.
    with_boxes = any(row.box_usd for row in rows)
    boxes = ("box\nUSD",) if with_boxes else ()
    heads = ("days", "in\nqueues", "USD", "scarcity\nUSD", *boxes, "kg\nCO2e")
    print_table(
        console,
        f"Largest of {len(rows):,} flows, {result.scenario} {result.year}: averages over the "
        "routes used, per TEU or t",
        [Column("From", "words"), Column("to", "words"), Column("class", "words"), Column("served"),
         *(Column(head) for head in heads)],
        [[row.origin, row.dest, row.class_id, f"{say_amount(row.served)} {row.unit}",
          *_say_skim(row, with_boxes=with_boxes)] for row in rows],
    )  # fmt: skip
    print_certificate(console, result.certificate)
    print_record(console, result.record)


def _say_skim(row: SkimRow, *, with_boxes: bool) -> list[str]:
    if row.hours is None:
        return []
    days, waited = row.hours / HOURS_PER_DAY, (row.wait_h or 0.0) / HOURS_PER_DAY
    boxes = (row.box_usd,) if with_boxes else ()
    amounts = (row.usd, row.scarcity_usd, *boxes, row.kg_co2e)
    return [f"{days:.1f}", f"{waited:.1f}", *(f"{amount or 0.0:,.0f}" for amount in amounts)]
