"""Exports of known systems: real column names, invented rows, exact counts and sums."""

from dataclasses import dataclass, replace

import numpy as np
import pytest

from optimizer.case import Case, DataFile, Hours
from optimizer.data.observations import Observations, read_observations
from optimizer.data.parsing import AmbiguousDates
from optimizer.opening import OpeningHours

ALWAYS = Case(hours=Hours(current=OpeningHours.parse("24/7")))
TILL = DataFile("t.csv", content=b"time,sum\n2026-01-01 10:00,1\n2026-12-31 10:00,1\n")


@dataclass(frozen=True)
class Fixture:
    """A file, and what is in it: sales and money by kind, hour of the first, rows left out."""

    format: str
    text: str
    sales: int = 0
    money: float = 0.0
    web: int = 0
    web_money: float = 0.0
    visits: int = 0
    footfall: float = 0.0
    out: int = 0
    hour: int | None = None  # in which period (30 minutes) the first sale fell


SHOPIFY = (
    "Name,Email,Financial Status,Paid at,Fulfillment Status,Fulfilled at,Accepts Marketing,"
    "Currency,Subtotal,Shipping,Taxes,Total,Discount Code,Discount Amount,Shipping Method,"
    "Created at,Lineitem quantity,Lineitem name,Lineitem price,Billing Name,Shipping Name,Notes,"
    "{cancelled},Payment Method,Payment Reference,Refunded Amount,Vendor,Outstanding Balance,"
    "Employee,Location,Id,Tags,Risk Level,Source,Phone\n"
)


def shopify(
    name: str, when: str = "", total: str = "", tax: str = "", status: str = "", item: str = "Mug",
    cancelled: str = "", refunded: str = "", location: str = "", source: str = "",
) -> str:  # fmt: skip
    return (
        f'{name},a@b.fi,{status},{when},,,no,EUR,,0.00,{tax},{total},,0.00,,{when},1,"{item}",5,'
        f"Ann B,Ann B,call 050,{cancelled},Cash,,{refunded},,,Eve,{location},9,,Low,{source},'050\n"
    )


def shopify_rows(cancelled: str = "Cancelled at") -> str:
    shop = {"status": "paid", "location": "Old Town", "source": "pos"}
    return (
        SHOPIFY.format(cancelled=cancelled)
        + shopify("#1001", "2026-03-28 16:14:03 +0200", "12.40", "2.40", **shop)
        + shopify("#1001", item="Bowl, blue")
        + shopify("#1002", "2026-03-30 10:04:58 +0300", "124.00", "24.00", **shop)
        + shopify("#1003", "2026-03-30 11:00:00 +0300", "6.20", "1.20", **shop, refunded="3.10")
        + shopify("#1004", "2026-03-30 11:05:00 +0300", "6.20", "1.20", status="voided",
                  location="Old Town", source="pos")
        + shopify("#1005", "2026-03-30 11:06:00 +0300", "6.20", "1.20", **shop,
                  cancelled="2026-03-30 12:00:00 +0300")
        + shopify("#1006", "2026-03-30 22:06:00 +0300", "62.00", "12.00", status="paid",
                  source="web")
    )  # fmt: skip


SQUARE_ITEMS = (
    "Date,Time,Time Zone,Category,Item,Qty,Price Point Name,SKU,Modifiers Applied,Gross Sales,"
    "Discounts,Net Sales,Tax,Transaction ID,Payment ID,Device Name,Notes,Details,Event Type,"
    "Location,Dining Option,Customer ID,Customer Name,Customer Reference ID{more}\n"
)
SQUARE_2026 = ",Unit,Count,GTIN,Itemization Type,Commission,Employee,Fulfillment Note,Channel,Token"


def square_item(when: str, net: str, sale: str, event: str = "Payment", more: str = "") -> str:
    return (
        f'{when},Eastern Time (US & Canada),Bar,Ale,1,Regular,,,"{net}",$0.00,"{net}",$0.80,{sale},'
        f"P1,Till 1,,https://x,{event},Main,For Here,C1,Bob Smith,{more}\n"
    )


SQUARE_TRANSACTIONS = (
    "Date,Time,Time Zone,Gross Sales,Discounts,Service Charges,Net Sales,Gift Card Sales,Tax,Tip,"
    "Partial Refunds,Total Collected,Source,Card,Card Entry Methods,Cash,Square Gift Card,"
    "Other Tender,Other Tender Type,{note},Fees,Net Total,Transaction ID,Payment ID,Card Brand,"
    "PAN Suffix,Device Name,Staff Name,Staff ID,Details,Description,Event Type,Location,"
    "Dining Option,Customer ID,Customer Name{more}\n"
)


def square_sale(
    when: str, net: str, sale: str, event: str = "Payment", source: str = "Register", more: str = ""
) -> str:
    return (
        f'{when},Eastern Time (US & Canada),"{net}",$0.00,$0.00,"{net}",$0.00,$0.80,$1.00,$0.00,'
        f'"{net}",{source},$0,,$0,$0,$0,,,$0,$0,{sale},P1,Visa,1234,Till 1,Eve,S1,https://x,'
        f'"full name: Bob, phone: 1",{event},Main,For Here,C1,Bob Smith{more}\n'
    )


LOYVERSE = (
    "Date,Receipt number,Receipt type,Gross sales,Discounts,Net sales,Taxes,Total collected,"
    "Cost of goods,Gross profit,Payment type,Description,Dining option,POS,Store,Cashier name,"
    "Customer name,Customer contacts,Status\n"
)
LOYVERSE_ITEMS = (
    "Date,Receipt number,Receipt type,Category,SKU,Item,Variant,Modifiers applied,Quantity,"
    "Gross sales,Discounts,Net sales,Cost of goods,Gross profit,Taxes,Dining option,POS,Store,"
    "Cashier name,Customer name,Customer contacts,Comment,Status\n"
)


def loyverse(when: str, number: str, net: str, kind: str = "Sale", status: str = "Closed") -> str:
    return f"{when},{number},{kind},{net},0,{net},0,{net},1,1,Cash,,,POS 1,Shop,Eve,,,{status}\n"


def loyverse_item(when: str, number: str, net: str) -> str:
    return f"{when},{number},Sale,Food,1,Pie,,,1,{net},0,{net},1,1,0,,POS 1,Shop,Eve,,,,Closed\n"


SUMUP = (
    "Datum,Typ,Transaktionsnummer,Zahlungsmethode,Menge,Beschreibung,Währung,Preis vor Rabatt,"
    "Rabatt,Preis (brutto),Preis (netto),Steuer,Steuersatz,Konto\n"
)
SUMUP_TRANSACTIONS = (
    "E-Mail,Datum,Transaktions-ID,Zahlungsart,Status,Kartentyp,Betrag inkl. MwSt.,"
    "Trinkgeldbetrag,Gebühr,Beschreibung\n"
)
WOO = {
    "en": "Date,Order #,N. Revenue (formatted),Status,Customer,Customer type,Product(s),Items sold,"
    "Coupon(s),Net Sales,Attribution\n",
    "fi": "Päivämäärä,Tilaus #,N. Tuotot (muotoiltu),Tila,Asiakas,Asiakastyyppi,Tuote(et),"
    "Myydyt tuotteet,Kuponki(t),Nettomyynti,Attribuutio\n",
    "sv": "Datum,Ordernr,N. Intäkter (formaterade),Status,Kund,Kundtyp,Produkt(er),Sålda artiklar,"
    "Rabattkod(er),Nettoförsäljning,Attribuering\n",
    "de": "Datum,Bestellung #,N. Umsatz (formatiert),Status,Kunde,Kundentyp,Produkt(e),"
    "Verkaufte Artikel,Gutschein(e),Nettoumsatz,Zuordnung\n",
}
WOO_ROWS = (
    "2026-05-01 9:05:10,501,$12.50,completed,Ann,new,Mug,1,,10.00,Direct\n"
    "2026-05-01 21:05:10,502,$7.50,processing,Bo,new,Mug,1,,6.00,Direct\n"
    "2026-05-02 21:05:10,503,$7.50,cancelled,Bo,new,Mug,1,,6.00,Direct\n"
    "2026-05-02 22:05:10,504,$7.50,failed,Bo,new,Mug,1,,6.00,Direct\n"
)
GA4 = (
    "# ----------------------------------------\n# Reports snapshot\n# Account: Shop\n"
    "# Property: Shop\n# Start date: 20260501\n# End date: 20260502\n"
    "# ----------------------------------------\n\n"
)

FIXTURES = {
    "shopify": Fixture("Shopify orders", shopify_rows(), 3, 112.5, 1, 50.0, out=2, hour=32),
    "shopify canceled": Fixture(
        "Shopify orders", shopify_rows("Canceled at"), 3, 112.5, 1, 50.0, out=2
    ),
    "square items 2026": Fixture(
        "Square items",
        SQUARE_ITEMS.format(more=SQUARE_2026)
        + square_item("2026-07-18,12:59:30", "$8.00", "T1", more=",,1,,Physical Good,,,,Main,")
        + square_item("2026-07-18,12:59:30", "$1,149.00 ", "T1", more=",,1,,Physical Good,,,,Main,")
        + square_item("2026-07-18,23:58:10", "$6.50", "T2", more=",,1,,Physical Good,,,,Main,")
        + square_item("2026-07-19,10:00:00", "$50.00", "T3", more=",,1,,Gift Card,,,,Main,")
        + square_item("2026-07-18,11:00:00", "-$45.00", "T4", "Refund", ",,1,,,,,,Main,"),
        2, 1118.5, out=1, hour=25,
    ),
    "square items 2017": Fixture(
        "Square items",
        SQUARE_ITEMS.format(more="")
        + square_item("12/27/2018,2:30:00 PM", "$8.00", "T1")
        + square_item("12/28/2018,11:30:00 AM", "($33.62)", "T2", "Refund")
        + square_item("12/28/2018,12:15:00 AM", "$2.00", "T3"),
        2, -23.62, hour=29,
    ),
    "square transactions 2026": Fixture(
        "Square transactions",
        SQUARE_TRANSACTIONS.format(note="Tender Note", more=",Transaction Status")
        + square_sale("2026-07-18,12:59:30", "$8.00", "T1", more=",Complete")
        + square_sale("2026-07-18,19:59:30", "$18.00", "T2", source="Square Online",
                      more=",Complete")
        + square_sale("2026-07-18,20:59:30", "$9.00", "T3", more=",Failed"),
        1, 8.0, 1, 18.0, out=1,
    ),
    "square transactions 2018": Fixture(
        "Square transactions",
        SQUARE_TRANSACTIONS.format(note="Other Tender Note", more="")
        + square_sale("12/27/2018,2:30:00 PM", "$8.00", "T1")
        + square_sale("12/27/2018,2:31:00 PM", "-$8.00", "T2", "Refund"),
        1, 0.0,
    ),
    "loyverse us": Fixture(
        "Loyverse receipts",
        LOYVERSE
        + loyverse("8/17/26 12:16 PM", "1-1001", "8.50")
        + loyverse("8/17/26 2:16 PM", "1-1002", "-8.50", "Refund")
        + loyverse("8/18/26 9:01 AM", "1-1003", "5.00")
        + loyverse("8/18/26 9:02 AM", "1-1004", "5.00", status="Cancelled"),
        2, 5.0, out=1, hour=24,
    ),
    "loyverse day first": Fixture(
        "Loyverse receipts",
        LOYVERSE
        + loyverse("01/10/2026 23:50", "1-1001", "8.50")
        + loyverse("13/10/2026 10:00", "1-1002", "8.00"),
        2, 16.5, hour=47,
    ),
    "loyverse items": Fixture(
        "Loyverse receipts",
        LOYVERSE_ITEMS
        + loyverse_item("2026-10-01 10:50", "1-1001", "8.50")
        + loyverse_item("2026-10-01 10:50", "1-1001", "1.50")
        + loyverse_item("2026-10-01 10:55", "1-1002", "2.00"),
        2, 12.0, hour=21,
    ),
    "sumup sales": Fixture(
        "SumUp sales",
        SUMUP
        + '"15.11.2026, 09:12",Umsatz,T1,Karte,1,Kaffee,CHF,4.50,0,4.50,4.16,0.34,8.1%,a@b.ch\n'
        + '"15.11.2026, 09:12",Umsatz,T1,Karte,1,Gipfel,CHF,2.50,0,2.50,2.31,0.19,8.1%,a@b.ch\n'
        + '"15.11.2026, 09:12",Umsatz,T1,Karte,1,Trinkgeld,CHF,1.00,0,1.00,1.00,0,0%,a@b.ch\n'
        + '"15.11.2026, 10:40",Umsatz,T2,Karte,1,Tee,CHF,4.00,0,4.00,3.70,0.30,8.1%,a@b.ch\n'
        + '"15.11.2026, 11:40",Rückerstattung,T3,Karte,1,Tee,CHF,4.00,0,4.00,3.70,0.3,8%,a@b.ch\n',
        2, 6.47, out=1, hour=18,
    ),
    "sumup transactions": Fixture(
        "SumUp transactions",
        SUMUP_TRANSACTIONS
        + "a@b.ch,2026-02-15 09:12:10,T1,Umsatz,Erfolgreich,VISA,17.00,1.00,0.24,\n"
        + "a@b.ch,2026-02-15 09:30:10,T2,Umsatz,Fehlgeschlagen,VISA,9.00,0,0,\n"
        + "a@b.ch,2026-02-15 09:40:10,T3,Refund,Erfolgreich,VISA,4.00,0,0,\n",
        1, 12.0, out=1, hour=18,
    ),
    "stripe unified": Fixture(
        "Stripe payments",
        "id,Created date (UTC),Amount,Amount Refunded,Currency,Captured,Fee,Statement Descriptor,"
        "Status,Card Address Country\n"
        'ch_1,2026-07-01 21:30:00,"399,00","0,00",eur,TRUE,"6,10",SHOP,Paid,FI\n'
        'ch_2,2026-07-02 07:30:00,"20,00","20,00",eur,TRUE,"0,50",SHOP,Refunded,FI\n'
        'ch_3,2026-07-02 08:30:00,"20,00","0,00",eur,FALSE,"0,00",SHOP,Failed,FI\n',
        web=2, web_money=399.0, out=1, hour=1,
    ),
    "stripe old": Fixture(
        "Stripe payments",
        "id,Description,Seller Message,Created (UTC),Amount,Amount Refunded,Currency,Status,"
        "Customer Email\n"
        "ch_1,Order,Payment complete.,2026-01-15 12:30,12.00,0.00,eur,Paid,a@b.fi\n",
        web=1, web_money=12.0, hour=29,
    ),
    "stripe balance": Fixture(
        "Stripe payments",
        "id,Type,Amount,Fee,Net,Currency,Created (UTC)\n"
        "txn_1,charge,12.00,0.50,11.50,eur,2026-01-15 12:30\n"
        "txn_2,payout,-11.50,0,-11.50,eur,2026-01-16 00:00\n"
        "txn_3,refund,-2.00,0,-2.00,eur,2026-01-16 12:00\n",
        web=1, web_money=10.0, out=1,
    ),
    "magento": Fixture(
        "Magento orders",
        "ID,Purchase Point,Purchase Date,Bill-to Name,Ship-to Name,Grand Total (Base),"
        "Grand Total (Purchased),Status\n"
        '000000001,Main,"Nov 21, 2026 14:05:00 PM",Ann B,Ann B,"1,234.50","1,234.50",Complete\n'
        '000000002,Main,"Nov 21, 2026 09:05:00 AM",Ann B,Ann B,10.00,10.00,Canceled\n'
        '000000003,Main,"Nov 22, 2026 00:05:00 AM",Ann B,Ann B,10.00,10.00,Processing\n',
        web=2, web_money=1244.5, out=1, hour=28,
    ),
    "prestashop": Fixture(
        "PrestaShop orders",
        "ID;Reference;New client;Delivery;Customer;Total;Payment;Status;Date\n"
        "5;XKBKNABJK;1;Finland;A. Bee;45,30 €;Card;Payment accepted;2026-05-01 21:10:00\n"
        "6;OHSATSERP;0;Finland;C. Dee;20,00 €;Card;Canceled;2026-05-01 22:10:00\n",
        web=1, web_money=45.3, out=1, hour=42,
    ),
    "woo plugin": Fixture(
        "WooCommerce order list",
        "order_id,order_number_formatted,order_number,date,status,order_total,tax_total,"
        "order_currency,billing_email,payment_method\n"
        "1,1,1,5/31/2026 0:37,completed,24.80,4.80,EUR,a@b.fi,card\n"
        "2,2,2,5/31/2026 10:37,pending,24.80,4.80,EUR,a@b.fi,card\n",
        web=1, web_money=20.0, out=1, hour=1,
    ),
    "ga4": Fixture(
        "GA4 hourly",
        GA4 + "Date + hour (YYYYMMDDHH),Active users,Sessions\n,7,7\n"
        "2026050114,3,4\n2026050121,2,3\n",
        visits=7, out=1, hour=28,
    ),
    "hystreet": Fixture(
        "hystreet",
        "Standort;Zeitstempel;Wetter;Temperatur;Passanten;Passanten ltr;Passanten rtl\n"
        "Mall;2026-05-01 10:00:00;sonnig;12,5;1200;600;600\n"
        "Mall;2026-05-01 11:00:00;sonnig;12,5;0;0;0\n"
        "Mall;2026-05-01 12:00:00;sonnig;12,5;800;400;400\n",
        footfall=2000, hour=20,
    ),
    "eco-counter": Fixture(
        "Eco-Counter",
        "counter_site,counter_site_id,iso_timestamp,channels_in,channels_out,channels_all\n"
        "Bridge,1,2026-05-01T10:00:00+02:00,10,20,30\n"
        "Bridge,1,2026-05-01T11:00:00+02:00,10,21,31\n",
        footfall=61, hour=20,
    ),
    "axis": Fixture(
        "Axis counter",
        "timestamp,in,out\n20260501100000,7,6\n20260501101500,8,6\n20260501103000,9,6\n"
        "20260501104500,9,6\n",
        footfall=33, hour=20,
    ),
    "vipps": Fixture(
        "Vipps sales",
        "Salgsdato,Tidspunkt,Salgssted,Transaksjons-ID,Brutto,Gebyr,Netto\n"
        '21.11.2026,14:05,Torget,55,"120,00","2,10","117,90"\n',
        1, 120.0, hour=28,
    ),
    "k-ryhmä": Fixture(
        "K-ryhmä receipts",
        "Päivämäärä;Kauppa;Kuittinumero;Korttinumero;Tuote;Määrä;Summa sis. ALV\n"
        "21.11.2026 14.05;K-Market;77;1234;Maito;1;1,59\n"
        "21.11.2026 14.05;K-Market;77;1234;Leipä;2;5,00\n",
        1, 6.59, hour=28,
    ),
}  # fmt: skip
FIXTURES |= {
    f"woo {language}": Fixture(
        "WooCommerce orders", header + WOO_ROWS, web=2, web_money=16.0, out=2, hour=18
    )
    for language, header in WOO.items()
}


def recoded(text: str, delimiter: str) -> str:
    """The same table with another delimiter (a comma inside quotes stays)."""
    out, quoted = [], False
    for sign in text:
        quoted ^= sign == '"'
        out.append(delimiter if sign == "," and not quoted else sign)
    return "".join(out)


def read(fixture: Fixture, content: bytes) -> Observations:
    file = DataFile("export.csv", content=content)
    data = (file,) if fixture.sales else (file, TILL)
    return next(iter(read_observations(replace(ALWAYS, data=data)).values()))


def held(fixture: Fixture, seen: Observations) -> None:
    report = seen.reports[0]
    left_out = sum(out.rows for out in report.set_aside)
    assert (report.format, left_out) == (fixture.format, fixture.out)
    assert report.used == report.rows - fixture.out
    if fixture.sales:
        assert np.nansum(seen.transactions) == fixture.sales
        assert np.nansum(seen.revenue) == pytest.approx(fixture.money, abs=0.005)
    if fixture.web:
        assert np.nansum(seen.web_orders) == fixture.web
    if fixture.web_money:
        assert np.nansum(seen.web_revenue) == pytest.approx(fixture.web_money, abs=0.005)
    if fixture.visits:
        assert np.nansum(seen.web_visits) == fixture.visits and seen.web_orders is None
    if fixture.footfall:
        assert np.nansum(seen.footfall) == fixture.footfall
    if fixture.hour is not None:
        counts = seen.footfall if fixture.footfall else (
            seen.transactions if fixture.sales
            else seen.web_visits if fixture.visits else seen.web_orders)  # fmt: skip
        day = int(np.flatnonzero(np.nansum(counts, axis=1))[0])
        assert int(np.flatnonzero(counts[day] > 0)[0]) == fixture.hour


@pytest.mark.parametrize("name", FIXTURES)
def test_an_export_is_recognised_and_counted_exactly(name):
    """Format, customers, money, time of day and rows left out are what the file holds."""
    held(FIXTURES[name], read(FIXTURES[name], FIXTURES[name].text.encode()))


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("name", ["shopify", "loyverse us", "sumup sales", "woo fi", "ga4"])
def test_an_export_that_a_spreadsheet_saved_again_reads_the_same(name, encoding, delimiter):
    """Spreadsheet programs change encoding and delimiter; the content stays."""
    held(
        FIXTURES[name],
        read(FIXTURES[name], recoded(FIXTURES[name].text, delimiter).encode(encoding)),
    )


@pytest.mark.parametrize(
    ("name", "said"), [("stripe unified", "Times are UTC"), ("ga4", "not orders")]
)
def test_the_report_says_what_was_done(name, said):
    """Half past nine UTC is after midnight in Helsinki; visits are interest, not orders."""
    seen = read(FIXTURES[name], FIXTURES[name].text.encode())
    assert any(said in note for note in seen.reports[0].notes)


def test_loyverse_asks_where_both_orders_are_possible():
    """The same header comes with two orders of day and month."""
    text = LOYVERSE + loyverse("01/10/2026 23:50", "1-1001", "8.50")
    with pytest.raises(AmbiguousDates):
        read(FIXTURES["loyverse us"], text.encode())
