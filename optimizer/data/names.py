"""What people call the columns and the files of a shop, in the languages of its export.

Names stand in the spelling of `plain`. They only propose: what stands in a column decides.
"""

import re

from optimizer.language import say

ROLE_WORDS = {  # role: what a person calls such a column
    "time": say("time"),
    "date": say("date"),
    "clock": say("clock"),
    "amount": say("amount"),
    "count": say("count"),
    "order": say("order"),
    "store": say("store"),
    "counter": say("counter"),
    "tax": say("tax"),
    "tip": say("tip"),
    "refunded": say("refunded"),
    "price": say("price"),
    "quantity": say("quantity"),
    "type": say("type"),
    "status": say("status"),
    "cancelled": say("cancelled"),
    "channel": say("channel"),
    "item": say("item"),
    "currency": say("currency"),
}

CURRENCIES = {"eur", "gbp", "usd", "sek", "nok", "dkk", "chf", "aud", "cad"}

ALIASES: dict[str, str] = {  # role: names in the spelling of `plain`, the best first
    "time": (
        "timestamp datetime dateandtime datetimelocal localtime createdat ordercreated "
        "created orderdate orderedat ordertime transactiondate transactiondatetime "
        "transactiontime invoicedate purchasedate saledate salesdate saletime receiptdate "
        "soldat paidat starttime start periodstart time date zeitstempel datumuhrzeit "
        "datumundzeit datum aikaleima päivämääräjaaika pvmklo päivämäärä pvm aika tidpunkt "
        "datumtid datumochtid tid salgsdato dato hour period when"
    ),
    "date": "date day businessdate datum päivämäärä päiväys pvm päivä dato tag",
    "clock": (
        "time timeofday clock hour kellonaika klo aika uhrzeit zeit stunde tunti tid "
        "klockslag klockan timme"
    ),
    "order": (
        "transactionid transaction ordernumber orderno ordernr orderid order receiptnumber "
        "receiptno receiptid receipt invoicenumber invoiceno invoiceid invoice billnumber "
        "billno billid bill ticketnumber ticketno ticketid ticket saleid salesid checknumber "
        "checkid check kuittinumero kuittinro kuitti tositenumero tilausnumero tilausnro "
        "tilaus kvittonummer kvitto ordernummer beställningsnummer bestellnummer belegnummer "
        "belegnr bonnummer bonnr rechnungsnummer transaktionsnummer transaktionsid "
        "transaktion"
    ),
    "net": (
        "netsales nettotal netamount netsum net netrevenue nettomyynti verotonmyynti veroton "
        "verotonsumma nettosumma summaalv0 nettoumsatz nettobetrag betragnetto preisnetto "
        "netto nettoförsäljning nettobelopp exklmoms"
    ),
    "gross": (
        "total totalamount amount sum sales revenue turnover takings grandtotal ordertotal "
        "totalprice totalsales grosssales gross totalcollected value money paid summa "
        "yhteensä loppusumma myynti kokonaissumma summasisalv umsatz betrag gesamt "
        "gesamtbetrag gesamtsumme summe bruttobetrag brutto preisbrutto belopp totalt "
        "försäljning beløp"
    ),
    "tax": "tax taxes vat totaltax taxamount vatamount alv vero moms mva mwst steuer",
    "tip": "tip tips gratuity juomaraha dricks trinkgeld trinkgeldbetrag",
    "refunded": "refundedamount amountrefunded partialrefunds",
    "quantity": "quantity qty units pcs määrä kpl antal menge anzahl",
    "price": (
        "unitprice price priceeach itemprice yksikköhinta hinta styckpris pris einzelpreis preis"
    ),
    "store": (
        "store storename storeid shop shopname branch outlet myymälä toimipiste kauppa butik "
        "filiale salgssted location standort site"
    ),
    "counter": (
        "sensor sensorname sensorid counter counterid device camera laskuri räknare zähler "
        "location standort site street"
    ),
    "status": "status financialstatus orderstatus transactionstatus paymentstatus tila",
    "type": "type receipttype eventtype transactiontype typ transaktionsart tyyppi tapahtuma",
    "channel": "source channel saleschannel kanava kanal",
    "cancelled": (
        "cancelledat canceledat cancelled canceled void voided peruttu makulerad storniert"
    ),
    "currency": "currency currencycode ordercurrency valuutta valuta währung",
    "item": (
        "item itemname product productname articlename tuote tuotenimi artikkeli artikel produkt"
    ),
}
COUNTS: dict[str, str] = {  # what a column of totals counts, by kind
    "sales": (
        "transactions transactioncount numberoftransactions nooftransactions tickets receipts "
        "customers buyers purchases receiptcount kuitit kuittimäärä kuittienmäärä ostot "
        "asiakkaat asiakasmäärä kvitton kunder köp belege bons kunden käufe kassenbons"
    ),
    "footfall": (
        "visitorsin in ins enter entercount entries personin personsin peoplein visitors "
        "visits pedestrians pedestrianscount pedestriancount passersby passerby footfall "
        "footfalls people persons passanten besucher fußgänger kävijät kävijämäärä "
        "ohikulkijat jalankulkijat besökare fotgängare förbipasserande passages"
    ),
    "web": (
        "orders weborders onlineorders ordercount tilaukset verkkotilaukset beställningar "
        "bestellungen sessions users activeusers totalusers pageviews"
    ),
    "attempts": (
        "attempts calls calloffered callsoffered offered contacts tickets arrivals puhelut "
        "puhelumäärä soitot yhteydenotot samtal kontakter anrufe kontakte"
    ),
    "staff": (
        "staff staffed staffcount headcount employees workers peopleatwork onshift henkilöstö "
        "työntekijät vuorossa personal anställda bemanning mitarbeiter personalstärke"
    ),
    "": "count counts n number lukumäärä",
}
PLAIN_ROLES = (
    *("order", "tax", "tip", "refunded", "store", "counter", "status", "type", "channel"),
    *("cancelled", "currency", "item", "quantity", "price"),
)
VISITS = {"sessions", "users", "activeusers", "totalusers", "pageviews"}
GROSS = set(ALIASES["gross"].split())
FILE_NAMES = (  # the last hint: what people call their files
    ("footfall", r"street|footfall|pedestrian|passer|visitor|people|person|sensor|kävij|ohikulk|"
     r"katu|jalankul|besök|gata|gatu|passant|fuss|hystreet"),
    ("web", r"web|online|e-?com|verkko|nätbut|internet"),
    ("attempts", r"attempt|(?<![a-z])calls?(?![a-z])|contacts|puhelu|soitot|samtal|anruf"),
    ("staff", r"staff|roster|rota|työvuoro|bemanning|dienstplan"),
)  # fmt: skip


def plain(name: str) -> str:
    """A column's name without case, spaces, marks and currencies: "Value (GBP)" is "value"."""
    words = re.findall(r"[^\W_]+", name.casefold())
    return "".join(word for word in words if word not in CURRENCIES or len(words) == 1)
