"""The list of a chain's stores, as spreadsheets write it and as hurried people leave it."""

import pytest

from optimizer.errors import CaseError
from optimizer.store_list import read_stores

ROWS = [
    ("store", "hours", "wage", "region", "latitude", "service.max_staff"),
    ("Bridge", "Mo-Fr 10:00-17:00; Sa 10:00-15:00", "14.46", "Åland", "60.392", "3"),
    ("Cove", "", "", "coast", "-0.5", ""),
]
FACTS = (
    (
        "Bridge",
        (
            ("hours.current", "Mo-Fr 10:00-17:00; Sa 10:00-15:00"),
            ("economics.wage", "14.46"),
            ("site.region", "Åland"),
            ("site.latitude", "60.392"),
            ("service.max_staff", "3"),
        ),
    ),
    ("Cove", (("site.region", "coast"), ("site.latitude", "-0.5"))),
)


def table(delimiter: str = ",", comma: bool = False, end: str = "\n") -> str:
    lines = []
    for row in ROWS:
        cells = [
            cell.replace(".", ",") if comma and cell.strip("-0123456789") == "." else cell
            for cell in row
        ]
        lines.append(delimiter.join(f'"{c}"' if delimiter in c or "," in c else c for c in cells))
    return end.join(lines) + end


@pytest.mark.parametrize(
    "content",
    [
        table().encode(),
        table().encode("utf-8-sig"),
        table(end="\r\n").encode("utf-16"),
        table().encode("cp1252"),
        table("\t").encode(),
        table(";", comma=True).encode(),
        table(comma=True).encode(),
        table().replace("\n", "\n\n,,,\n").encode(),
        table().replace("store,", " Store ,").replace("Bridge", " Bridge ").encode(),
    ],
    ids=["plain", "mark", "utf-16", "old", "tabs", "semicolons", "commas", "blank rows", "spaces"],
)
def test_spreadsheets_write_it_in_many_ways(content: bytes) -> None:
    """Whatever the delimiter, decimal mark, encoding, and blank rows: the same facts."""
    assert read_stores(content, "stores.csv") == FACTS


def test_a_text_keeps_its_comma() -> None:
    """Only numbers are written anew: a mall may be called 1,5."""
    (found,) = read_stores(b'store,mall,wage\nA,"1,5","1,5"\n', "stores.csv")
    assert found == ("A", (("site.mall", "1,5"), ("economics.wage", "1.5")))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "column named store"),
        ("shop,hours\nA,x\n", "column named store"),
        ("store,hours\n", "names no store"),
        ("store,hours\n,Mo 10:00-12:00\n", "row 2: names no store"),
        ("store,region\nA,x\n\nB,y\nA,z\n", 'the store "A" stands in rows 2 and 5'),
        ("store,region,Region\nA,x,y\n", "two columns have one name: region"),
        ("store,hours,region\nA,Mo 10:00-12:00, Tu 10:00-12:00,x\n", "row 2: has more cells"),
    ],
)
def test_what_could_be_meant_in_two_ways_is_refused(text: str, told: str) -> None:
    """Each in a sentence that names the row."""
    with pytest.raises(CaseError, match=told):
        read_stores(text.encode(), "stores.csv")
