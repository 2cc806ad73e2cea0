"""People: their wage area, and lists of them from a spreadsheet with all that may be wrong."""

import io
from dataclasses import replace
from datetime import date

import openpyxl
import pandas as pd
import pytest

from optimizer.app import people as page
from optimizer.case import Case
from optimizer.casefile import case_from_table, case_text, with_changes
from optimizer.data.people_list import LABELS, cells_of, person_of, read_people
from optimizer.errors import CaseError, DataError
from optimizer.language import LANGUAGES, translated
from optimizer.opening import OpeningHours
from optimizer.people import Employee, Leave, Wish
from optimizer.roster.floor import Floor
from optimizer.roster.making import judge_roster
from optimizer.roster.people import People
from optimizer.roster.roster import Assignment
from optimizer.roster.rules import check_facts, underpaid
from test_roster import ask, shop

AINO = Employee(
    "Aino", (20, 37.5), OpeningHours.parse("Mo-Fr 08:00-16:00"), wage=15.2, area="capital",
    roles=("till",), keyholder=True, age=44, longest_day=8.0,
    fixed=OpeningHours.parse("We 10:00-16:00"),
    leave=(
        Leave(date(2026, 12, 21), date(2026, 12, 27)), Leave(date(2027, 1, 5), date(2027, 1, 5)),
    ),
    wish=(Wish(OpeningHours.parse("Fr 17:00-24:00")),),
)  # fmt: skip


def test_supplements_are_those_of_the_persons_own_area() -> None:
    """Monday 16-22: four evening hours at 4.18 in the capital region, at 4.00 elsewhere."""
    people = Employee("A", (0, 48), area="capital"), Employee("B", (0, 48))
    shifts = Assignment(0, "A", 960, 1320), Assignment(0, "B", 960, 1320)
    request = ask(shop(*people))

    capital, rest = judge_roster(request, shifts).pay

    on_cost = 1 + request.case.economics.on_cost
    assert capital.supplements == pytest.approx(4 * 4.18 * on_cost)
    assert rest.supplements == pytest.approx(4 * 4.00 * on_cost)
    assert capital.wage == rest.wage
    evening = People(Floor(request)).labour[:, 0, 19]  # what the search reckons with
    assert evening[0] - evening[1] == pytest.approx(0.18 * on_cost)


def test_area_of_the_shop_is_everybodys_unless_they_have_their_own() -> None:
    """A shop in the capital region, with somebody who is paid as elsewhere."""
    people = Employee("A", (0, 48)), Employee("B", (0, 48), area="rest")
    shifts = Assignment(0, "A", 960, 1320), Assignment(0, "B", 960, 1320)

    case = shop(*people, labour__rules="fi-retail-2026/capital")
    own, other = judge_roster(ask(case), shifts).pay

    assert own.supplements / other.supplements == pytest.approx(4.18 / 4.00)


def test_wage_below_the_least_of_the_area_is_said() -> None:
    """13.40 is enough outside the capital region and too little in it; owners have no wage."""
    people = (
        Employee("Low", wage=12.1),
        Employee("Rest", wage=13.4),
        Employee("Capital", wage=13.4, area="capital"),
        Employee("Young", wage=10.0, age=16),
        Employee("Owner", wage=0.0),
    )
    told = underpaid(shop(*people))

    assert [sentence.split(" earns ")[0] for sentence in told] == ["Low", "Capital"]
    assert "12.10" in told[0] and "13.13" in told[0] and "13.66" in told[1]
    assert underpaid(shop(Employee("A"), economics__wage=12.0))
    assert not underpaid(shop(Employee("A"), economics__wage=14.0))
    assert not underpaid(shop(*people, labour__rules="none"))


@pytest.mark.parametrize(
    ("person", "where"),
    [
        (Employee("A", area="moon"), "employee.area"),
        (Employee("A", roles=("x",)), "employee.roles"),
    ],
)
def test_areas_and_roles_must_be_known(person: Employee, where: str) -> None:
    """Somebody in an area or a role that there is not is refused with what is known."""
    case = case_from_table({"country": "FI", "role": [{"name": "till", "share": 1.0}]})

    with pytest.raises(CaseError, match=r"there is no role|have no area") as caught:
        check_facts(replace(case, employee=(person,)))
    assert caught.value.where == where and caught.value.cure


def test_area_is_read_and_written() -> None:
    """case.toml states it, and keeps it."""
    case = case_from_table({"employee": [{"name": "A", "area": "capital"}]})

    assert case.employee[0].area == "capital"
    assert 'area = "capital"' in case_text(case)


def test_cells_and_facts_are_the_same_both_ways() -> None:
    """A person written into cells and read from them again is the same."""
    assert person_of(cells_of(AINO)) == AINO
    assert person_of(cells_of(AINO), AINO) == AINO
    assert person_of(cells_of(Employee("B"))) == Employee("B")


def test_what_a_list_does_not_hold_stays() -> None:
    """A cell changes its fact alone: prices of wishes and all other columns stay as they were."""
    dear = replace(AINO, wish=(Wish(OpeningHours.parse("Fr 17:00-24:00"), price=77.0),))
    found = read_people("x.csv", b"name,wage\nAino,16\n", (dear,))

    assert found.people == (replace(dear, wage=16.0),)


@pytest.mark.parametrize("language", LANGUAGES)
def test_columns_are_known_in_every_language(language: str) -> None:
    """The heads of the page's own table, as its download writes them, are understood."""
    heads = [translated(label, language) for column, label in LABELS.items() if column != "hours"]
    cells = [text for column, text in cells_of(AINO).items()]
    text = "\n".join(";".join(row) for row in (heads, ['"' + c + '"' for c in cells]))

    found = read_people("people.csv", text.encode("utf-8"))

    assert found.people == (AINO,) and not found.unknown and not found.wrong


UGLY = """Työntekijä;Tunnit;Käytettävissä;Tuntipalkka;Avain;Lemmikki;Loma
Åke Mäki;20-37,5;Ma-Pe 8-16;15,20 €;x;koira;21.12.2026-27.12.2026
Bo;-5;;;ei;;
Cia;30-20;;;;;
Dag;x;;;;;
Åke Mäki;10;;;;;
;10;;;;;
Eve;10;Funday 8-16;;;;
Finn;10;;12,5;maybe;;
Gus;10;;;;;2026-13-01
Hal;10
Ida;99;;;;;
Jon;37,5;må-fr 9-17;;ja;;2026-12-24

"""


def test_ugly_list_is_read_row_by_row() -> None:
    """Semicolons, decimal commas, local weekdays: right rows are people, wrong ones are named."""
    found = read_people("lista.csv", UGLY.encode("cp1252"))

    assert [person.name for person in found.people] == ["Åke Mäki", "Jon"]
    first, last = found.people
    assert (first.contract_hours, first.wage, first.keyholder) == ((20, 37.5), 15.2, True)
    assert str(first.available) == "Mo-Fr 08:00-16:00"
    assert first.leave == (Leave(date(2026, 12, 21), date(2026, 12, 27)),)
    assert str(last.available) == "Mo-Fr 09:00-17:00" and last.contract_hours == (37.5, 37.5)
    assert found.unknown == ("Lemmikki",)
    for said, expected in {
        "Row 3": "Hours by contract: must rise, between 0 and 48",
        "Row 4": "at least 30 hours are more than at most 20",
        "Row 5": '"x" is not understood. Write a number',
        "Row 6": "this name stands in an earlier row, too",
        "Row 7": "the name is missing",
        "Row 8": 'Can work: "Funday 8-16" is not understood',
        "Row 9": 'Holds a key: "maybe" is not understood',
        "Row 10": 'On leave: "2026-13-01" is not understood',
        "Row 11": "more or fewer cells",
        "Row 12": "must rise, between 0 and 48",
    }.items():
        (sentence,) = [wrong for wrong in found.wrong if f"{wrong} ".startswith(f"{said} ")]
        assert expected in sentence
    assert len(found.wrong) == 10


def test_workbook_is_read_like_text() -> None:
    """Numbers, truth values and an empty row of an XLSX file."""
    book, file = openpyxl.Workbook(), io.BytesIO()
    for row in (["Name", "Hours, at least", "at most", "Key", "Can work"],
                ["Aino", 20, 37.5, True, "Mo-Fr 08:00-16:00"], [],
                ["Bo", None, 12, None, None]):  # fmt: skip
        book.active.append(row)
    book.save(file)

    found = read_people("people.xlsx", file.getvalue())

    assert not found.wrong
    assert [(p.name, p.contract_hours, p.keyholder) for p in found.people] == [
        ("Aino", (20.0, 37.5), True), ("Bo", (0.0, 12.0), False),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty"),
        (b"\0\1\2", "not a table"),
        (b"a,b\n1,2\n", "no column holds the names"),
        (b"name,wage\n,\n", "no rows below its header"),
        (b"time,name\n" + 501 * b"2026-05-04,Mug\n", "more than a list of people has"),
    ],
)
def test_what_is_no_list_of_people_is_one_sentence(content: bytes, said: str) -> None:
    """An empty file, bytes, and a table of something else."""
    with pytest.raises(DataError, match=said):
        read_people("x.csv", content)


def test_page_table_names_the_person_whose_cell_is_wrong() -> None:
    """Text of the table on the page goes the same way as a list; the name stands before it."""
    table = pd.DataFrame([cells_of(AINO), cells_of(replace(AINO, name="Bo")) | {"available": "?"}])

    with pytest.raises(CaseError, match='Bo: Can work: "\\?" is not understood'):
        page.facts((AINO,), table)


def test_roles_and_areas_are_asked_only_where_there_are_several() -> None:
    """A shop with one kind of work and no rule pack is not asked for either."""
    assert {"roles", "area"}.isdisjoint(page.shown_columns(Case()))
    assert "area" in page.shown_columns(Case(country="FI"))
    case = with_changes(Case(), {"role": [{"name": "till", "share": 1.0}]})
    assert "roles" in page.shown_columns(case)
