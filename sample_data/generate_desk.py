"""Make the sample desk: a city's help desk whose phone stops at 16:00 and whose chat at 18:00.

Everything here is synthetic. How many people want something, at every hour, is known by
construction, so that anybody can check whether the estimate finds it. Run
`python sample_data/generate_desk.py` to write `city_helpdesk/` again; the same seed gives the same
bytes.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

SEED = 29
FIRST_DAY, WEEKS, HALF_HOURS = "2026-08-31", 6, 48  # a Monday
DAY_SPREAD = 0.10  # by which the rate of a day differs from the weekday's mean
WEEKDAY = np.array([1.20, 1.06, 1.00, 0.96, 0.92, 0.46, 0.40])
HOUR = np.arange(HALF_HOURS) / 2

CASE_TOML = """\
# A synthetic desk: made by sample_data/generate_desk.py, not a real one.
version = 1
name = "City help desk"
synthetic = true
timezone = "Europe/Helsinki"
country = "FI"
currency = "EUR"
period_minutes = 30

[hours]
current = "Mo-Fr 09:00-18:00; PH off"     # somebody is at the desk
candidate = "Mo-Su 07:00-22:00"           # where the optimiser may open
tidy = { same_weekdays = true }

[service]
kind = "desk"
min_staff = 2
max_staff = 14

[desk]
shrinkage = 0.15                          # of paid time: meetings, training, illness
occupancy = 0.88                          # nobody talks for a whole hour, every hour
closing = "finish"                        # who waits at closing is still answered

[[channel]]
name = "phone"
minutes = 6.0
patience_minutes = 4.0
value_per_contact = 11.0                  # what a solved question saves elsewhere
cost_of_lost = 3.0
hours = "Mo-Fr 09:00-16:00; PH off"
team = "phone"
again = 0.35                              # of the calls that fail: tried once more

[[channel]]
name = "chat"
minutes = 10.0
patience_minutes = 3.0
concurrency = 2
value_per_contact = 9.0
cost_of_lost = 2.0
hours = "Mo-Fr 09:00-18:00; PH off"
team = "chat"
again = 0.20

[[channel]]
name = "mail"
minutes = 7.0
patience_minutes = 4320.0                 # three days later most have found out elsewhere
value_per_contact = 5.0
deferrable = true

[[data]]
file = "phone_attempts.csv"               # also calls to the closed announcement
kind = "attempts"
channel = "phone"
[[data]]
file = "phone_answered.csv"
kind = "contacts"
channel = "phone"
[[data]]
file = "chat_attempts.csv"                # also chat windows opened in vain
kind = "attempts"
channel = "chat"
[[data]]
file = "chat_answered.csv"
kind = "contacts"
channel = "chat"
[[data]]
file = "mail.csv"
kind = "attempts"
channel = "mail"
[[data]]
file = "staff.csv"
kind = "staff"

[economics]
wage = 16.80
on_cost = 0.30
open_cost_per_hour = 5.0

[displacement]
lost = [0.40, 0.55, 0.70]                 # share of those who met a closed desk and never came back

[labour]
shift_hours = [4, 9]
"""

README = """\
# City help desk (synthetic)

Made by `sample_data/generate_desk.py` with a fixed seed; no real people, calls or mails.

| file | holds | unit |
|---|---|---|
| `phone_attempts.csv` | every try, to the closed announcement too | calls per half-hour |
| `phone_answered.csv` | calls answered, Mo-Fr 09:00-16:00 | calls per half-hour |
| `chat_attempts.csv` | chat windows opened, at any hour | chats per half-hour |
| `chat_answered.csv` | chats answered, Mo-Fr 09:00-18:00 | chats per half-hour |
| `mail.csv` | mails received | mails per half-hour |
| `staff.csv` | people at the desk | people |

The truth it hides: how many different *people* want something in each half-hour (`PEOPLE` in the
script). Attempts hold more, because 35 % of the failed calls and 20 % of the failed chats are
followed by another try; a tenth more or fewer people come from one day to the next.
"""


def bump(centre: float, width: float) -> np.ndarray:
    """A smooth hill over the hours of a day."""
    return np.exp(-0.5 * ((HOUR - centre) / width) ** 2)


def per_day(shape: np.ndarray, week: float) -> np.ndarray:
    """People per half-hour and weekday, (7, 48), that make so many in a week."""
    rate = WEEKDAY[:, None] * shape
    return week * rate / rate.sum()


# People in a typical week: the phone's evening is as real as its morning.
PEOPLE = {
    "phone": per_day(bump(10.2, 1.6) + 0.75 * bump(14, 2.2) + 0.45 * bump(18, 1.8) + 0.01, 1500),
    "chat": per_day(0.6 * bump(12, 2.5) + bump(19.5, 2.2) + 0.02, 700),
    "mail": per_day(0.7 * bump(9.5, 2.0) + bump(21, 2.3) + 0.10, 520),
}
OPEN = {"phone": (9, 16), "chat": (9, 18)}
AGAIN = {"phone": 0.35, "chat": 0.20}
FAILS = {"phone": 0.12, "chat": 0.08}  # of the tries while open, at the busiest time
STAFF = np.where(HOUR < 16, 7, 3)  # by hour, while the desk is open


@dataclass(frozen=True, eq=False)
class Counts:
    """What the desk's machines wrote down, (days, 48) each; answered and staff while open only."""

    attempts: dict[str, np.ndarray]
    answered: dict[str, np.ndarray]
    people: dict[str, np.ndarray]


def draw(seed: int = SEED) -> Counts:
    """Draw six weeks."""
    random = np.random.default_rng(seed)
    days = 7 * WEEKS
    weekday = np.arange(days) % 7
    busy = random.gamma(1 / DAY_SPREAD**2, DAY_SPREAD**2, (days, 1))
    attempts, answered, people = {}, {}, {}
    for channel, rate in PEOPLE.items():
        people[channel] = random.poisson(busy * rate[weekday])
        if channel not in OPEN:
            attempts[channel] = people[channel]
            continue
        first, last = OPEN[channel]
        is_open = (weekday < 5)[:, None] & (first <= HOUR) & (last > HOUR)
        load = np.minimum(rate[weekday] / rate[:, HOUR < 16].max(), 1)
        fails = np.where(is_open, FAILS[channel] * load, 1.0)
        tries, reached, waiting = (np.zeros_like(people[channel]) for _ in range(3))
        waiting[:] = people[channel]
        while waiting.any():  # who fails may try again, in the same half-hour
            tries += waiting
            failed = random.binomial(waiting, fails)
            reached += waiting - failed
            waiting = random.binomial(failed, AGAIN[channel])
        attempts[channel], answered[channel] = tries, np.where(is_open, reached, -1)
    return Counts(attempts, answered, people)


def write(folder: Path, seed: int = SEED) -> None:
    """Write the case with its data files."""
    counts = draw(seed)
    days = 7 * WEEKS
    start = pd.Timestamp(FIRST_DAY) + pd.to_timedelta(30 * np.arange(days * HALF_HOURS), unit="min")
    time = start.strftime("%Y-%m-%d %H:%M")
    weekday = np.arange(days) % 7
    staff = np.where((weekday < 5)[:, None] & (HOUR >= 9) & (HOUR < 18), STAFF, -1)
    tables = {f"{name}_attempts": ("attempts", n) for name, n in counts.attempts.items()}
    tables["mail"] = ("attempts", tables.pop("mail_attempts")[1])
    tables |= {f"{name}_answered": ("contacts", n) for name, n in counts.answered.items()}
    tables["staff"] = ("staff", staff)
    folder.mkdir(parents=True, exist_ok=True)
    for name, (column, values) in tables.items():
        rows = pd.DataFrame({"time": time, column: values.ravel()})
        rows = rows[rows[column] >= 0]  # -1: nobody was there to count
        rows.to_csv(folder / f"{name}.csv", index=False, lineterminator="\n")
    (folder / "case.toml").write_text(CASE_TOML, encoding="utf-8")
    (folder / "README.md").write_text(README, encoding="utf-8")


if __name__ == "__main__":
    write(Path(__file__).resolve().parent / "city_helpdesk")
