"""Exports of known systems, recognised by the names of their columns.

Only systems whose column names were seen in real files or in the source that writes them stand
here. Everything else is read by what its columns are called and hold, or by a person's choice.
"""

from dataclasses import dataclass, field

_WOO_UNPAID = r"pending|odottaa|väntar|ausstehend"


@dataclass(frozen=True)
class Export:
    """One export of one system: the names that give it away, and what its columns mean.

    Names are in the spelling of `names.plain`; "a|b" are spellings of one column, the better one
    first. Nothing but the columns named here is read.
    """

    name: str
    kind: str
    needs: str  # columns that must all be there
    roles: dict[str, str] = field(default_factory=dict)
    utc: bool = False  # times are UTC and must be turned into the shop's
    unpaid: str = ""  # further states in which an order is no sale, as a pattern

    def fits(self, names: set[str]) -> bool:
        """Whether all the columns that give the export away are among `names`."""
        return all(names & set(column.split("|")) for column in self.needs.split())


EXPORTS: tuple[Export, ...] = (
    Export(
        "Shopify orders",
        "sales",
        "name financialstatus createdat|paidat total|subtotal lineitemquantity",
        {
            "order": "name|id", "time": "createdat|paidat", "amount": "total|subtotal",
            "tax": "taxes", "refunded": "refundedamount", "status": "financialstatus",
            "cancelled": "cancelledat|canceledat", "channel": "source", "store": "location",
            "currency": "currency",
        },
    ),
    Export(
        "WooCommerce orders",
        "web",
        "customertype|asiakastyyppi|kundtyp|kundentyp|kundenart "
        "netsales|nettomyynti|nettoförsäljning|nettoumsatz|nettoverkäufe "
        "status|tila date|päivämäärä|datum",
        {
            "order": "order|tilaus|ordernr|bestellung|beställning", "time": "date|päivämäärä|datum",
            "amount": "netsales|nettomyynti|nettoförsäljning|nettoumsatz|nettoverkäufe",
            "status": "status|tila",
        },
        unpaid=_WOO_UNPAID,
    ),
    Export(
        "WooCommerce order list",
        "web",
        "orderid orderdate|date status|orderstatus ordertotal ordercurrency|paymentmethod",
        {
            "order": "orderid|ordernumber", "time": "orderdate|date", "amount": "ordertotal",
            "tax": "ordertax|totaltax|taxtotal", "status": "orderstatus|status",
            "currency": "ordercurrency",
        },
        unpaid=_WOO_UNPAID,
    ),
    Export(
        "Square items",
        "sales",
        "date time timezone item netsales transactionid eventtype",
        {
            "date": "date", "clock": "time", "order": "transactionid", "amount": "netsales",
            "type": "eventtype", "store": "location", "item": "itemizationtype|item",
            "channel": "source",
        },
    ),
    Export(
        "Square transactions",
        "sales",
        "date time timezone netsales totalcollected transactionid eventtype",
        {
            "date": "date", "clock": "time", "order": "transactionid", "amount": "netsales",
            "type": "eventtype", "store": "location", "status": "transactionstatus",
            "channel": "source",
        },
    ),
    Export(
        "Loyverse receipts",
        "sales",
        "date receiptnumber receipttype netsales pos store",
        {
            "time": "date", "order": "receiptnumber", "amount": "netsales", "type": "receipttype",
            "store": "store", "status": "status", "item": "item",
        },
    ),
    Export(
        "SumUp sales",
        "sales",
        "datum typ transaktionsnummer preisnetto|preisbrutto",
        {
            "time": "datum", "order": "transaktionsnummer", "amount": "preisnetto|preisbrutto",
            "type": "typ", "item": "beschreibung", "currency": "währung",
        },
    ),
    Export(
        "SumUp transactions",
        "sales",
        "datum transaktionsid status betraginklmwst",
        {
            "time": "datum", "order": "transaktionsid", "amount": "betraginklmwst",
            "tip": "trinkgeldbetrag", "type": "transaktionsart|zahlungsart", "status": "status",
        },
    ),
    Export(
        "Stripe payments",
        "web",
        "id createdutc|createddateutc amount currency status|type",
        {
            "order": "id", "time": "createdutc|createddateutc", "amount": "amount",
            "refunded": "amountrefunded", "status": "status", "type": "type",
            "currency": "currency",
        },
        utc=True,
        unpaid=r"requires|incomplete|payout|transfer|fee",
    ),
    Export(
        "Magento orders",
        "web",
        "id purchasedate grandtotalbase status",
        {"order": "id", "time": "purchasedate", "amount": "grandtotalbase", "status": "status"},
        unpaid="pending|fraud|holded",
    ),
    Export(
        "PrestaShop orders",
        "web",
        "id reference newclient customer total payment status date",
        {"order": "id", "time": "date", "amount": "total", "status": "status"},
        unpaid="error|awaiting",
    ),
    Export(
        "GA4 hourly",
        "web",
        "datehouryyyymmddhh sessions|users|activeusers|totalusers",
        {"time": "datehouryyyymmddhh", "count": "sessions|activeusers|totalusers|users"},
    ),
    Export(
        "hystreet",
        "footfall",
        "zeitstempel passanten",
        {"time": "zeitstempel", "count": "passanten", "counter": "standort|ort"},
    ),
    Export(
        "hystreet",
        "footfall",
        "timestamp pedestrianscount",
        {"time": "timestamp", "count": "pedestrianscount"},
    ),
    Export(
        "Eco-Counter",
        "footfall",
        "isotimestamp countersite|countersiteid|channelsall|counts|count",
        {
            "time": "isotimestamp", "count": "channelsall|counts|count|channelsin",
            "counter": "countersite|countersiteid|standort",
        },
    ),
    Export(
        "Axis counter",
        "footfall",
        "timestamp in out",
        {"time": "timestamp", "count": "in"},
    ),
    Export(
        "Vipps sales",
        "sales",
        "salgsdato salgssted brutto gebyr netto",
        {"time": "salgsdato", "clock": "tidspunkt|tid|klokkeslett", "amount": "brutto",
         "store": "salgssted"},
    ),
    Export(
        "K-ryhmä receipts",
        "sales",
        "päivämäärä kauppa kuittinumero summasisalv",
        {"time": "päivämäärä", "clock": "kellonaika|aika", "order": "kuittinumero",
         "amount": "summasisalv", "store": "kauppa"},
    ),
)  # fmt: skip
