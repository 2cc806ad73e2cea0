"""The page Stores: there where data hold several, moved by one slider, and a way to each shop."""

from datetime import date
from io import BytesIO
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from optimizer.reporting.chain_files import files

ROOT = Path(__file__).resolve().parent.parent
STORES, DATA, LOST = (f"optimizer/app/{name}.py" for name in ("stores", "data", "lost"))


def till(stores: int) -> bytes:
    """Eight weeks of sales of some shops, each busier than the one before."""
    rng = np.random.default_rng(0)
    frames = []
    for number in range(stores):
        day = np.repeat([d for d in range(56) if d % 7 < 6], 40 + 60 * number)
        minute = rng.integers(10 * 60, 18 * 60, len(day))
        time = pd.Timestamp("2026-03-02") + pd.to_timedelta(day * 1440 + minute, unit="min")
        amount = np.round(rng.gamma(2, 12, len(day)) + 0.01, 2)
        frames.append(pd.DataFrame({"store": f"Shop {number}", "time": time, "amount": amount}))
    return pd.concat(frames).to_csv(index=False).encode()


@pytest.fixture(scope="module")
def page() -> AppTest:
    """The page for five shops that a visitor gave."""
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=120).run()
    app.switch_page(DATA).run()
    app.file_uploader[0].set_value([("tills.csv", till(5), "text/csv")]).run()
    return app.switch_page(STORES).run()


def slider(page: AppTest):
    return next(one for one in page.slider if one.key == "chain-budget")


def test_the_page_begins_with_what_the_budget_earns(page: AppTest) -> None:
    """The first sentence names hours, shops and money; every shop has its row in both tables."""
    assert not page.exception
    assert not page.error
    assert "5 shops would earn" in page.main.subheader[0].value
    plans, ranks = (box.value for box in page.dataframe)
    assert sorted(plans["Store"]) == sorted(ranks["Store"]) == [f"Shop {n}" for n in range(5)]
    assert plans["Paid hours"].gt(0).all()


def test_fewer_hours_earn_less(page: AppTest) -> None:
    """Moved to the left, the slider takes hours from the shops, and the headline follows."""
    before = page.main.subheader[0].value
    whole = page.dataframe[0].value["Profit"].sum()
    bar = slider(page)
    bar.set_value(int(bar.min + 0.3 * (bar.max - bar.min))).run()
    assert not page.exception
    assert page.main.subheader[0].value != before
    plans = page.dataframe[0].value
    assert plans["Profit"].sum() < whole
    assert plans["Paid hours"].sum() <= slider(page).value
    slider(page).set_value(bar.max).run()


def test_the_answer_can_be_taken_along(page: AppTest) -> None:
    """A button for each kind of file, and the workbook holds what the table on the page shows."""
    buttons = {one.label: one for one in page.get("download_button")}
    assert {"Report as a web page", "Workbook (XLSX)", "Shops (Parquet)"} <= set(buttons)
    assert not page.exception
    answer = page.session_state["chain"][1]
    split = answer.budget.split(float(slider(page).value))
    made = files(answer, split, date(2026, 3, 2), "fi")
    book = pd.read_excel(BytesIO(made["stores.xlsx"]()), engine="openpyxl").set_index("store")
    shown = page.dataframe[0].value.set_index("Store")
    for store, row in shown.iterrows():
        assert book.loc[store, "paid_hours"] == pytest.approx(row["Paid hours"], abs=0.06)
    assert "Ketjun aukioloajat" in made["report.html"]().decode()


def test_a_shop_can_be_looked_at_on_the_other_pages(page: AppTest) -> None:
    """Chosen here, it is the one that the sidebar and the other pages show."""
    choice = next(one for one in page.selectbox if one.key == "chain-store")
    choice.set_value("Shop 3").run()
    assert not page.exception
    assert next(one for one in page.selectbox if one.key == "store").value == "Shop 3"


def test_a_single_shop_has_no_such_page() -> None:
    """The sample is one shop: asked for all the same, the page is not among those there are."""
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=120).run()
    with pytest.raises(ValueError, match="Could not find a navigation page"):
        app.switch_page(STORES)
