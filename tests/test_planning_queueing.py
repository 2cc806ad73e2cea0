"""Erlang's formulas against published values and a queue solved state by state."""

import numpy as np
import pytest

from optimizer.planning.queueing import (
    at_servers,
    erlang_a,
    erlang_b,
    erlang_c,
    in_time,
    modified_load,
)


def birth_death(
    arrival: float, service: float, patience: float, servers: int
) -> tuple[float, float]:
    """P(wait) and P(abandon) from the stationary probabilities of each number of customers."""
    states = 4000
    log_p = np.zeros(states)
    for k in range(1, states):
        leaving = min(k, servers) * service + max(k - servers, 0) * patience
        log_p[k] = log_p[k - 1] + np.log(arrival / leaving)
    p = np.exp(log_p - log_p.max())
    p /= p.sum()
    queue = float(np.maximum(np.arange(states) - servers, 0) @ p)
    return float(p[servers:].sum()), patience * queue / arrival


def test_erlang_b_published_value() -> None:
    """25 erlangs on 30 lines: 5.26 % of the calls are blocked."""
    assert erlang_b(np.array(25.0), 30)[30] == pytest.approx(0.05260, abs=5e-6)


@pytest.mark.parametrize(
    ("load", "servers", "expected"),
    [(2, 3, 4 / 9), (1, 2, 1 / 3), (8, 10, 0.409180), (0.7, 1, 0.7)],
)
def test_erlang_c_published_values(load: float, servers: int, expected: float) -> None:
    """Textbook values of the probability of waiting; with one server it is the load."""
    assert erlang_c(np.array(load), servers)[servers] == pytest.approx(expected, abs=5e-7)


def test_erlang_c_waits_for_ever_when_overloaded() -> None:
    """With as much work as the servers can do, or more, every arrival waits."""
    assert erlang_c(np.array([3.0, 5.0]), 3)[:, 3].tolist() == [1.0, 1.0]


def test_call_centre_of_gans_koole_mandelbaum() -> None:
    """48 calls a minute, one minute each, 50 agents, two minutes of patience."""
    impatient = erlang_a(np.array(48.0), 1.0, 0.5, 50)
    p_abandon = impatient.p_abandon[50]
    patient_wait = erlang_c(np.array(48.0), 50)[50] / (50 - 48)

    assert p_abandon == pytest.approx(0.03091, abs=5e-6)
    assert p_abandon / 0.5 * 60 == pytest.approx(3.709, abs=5e-4)  # mean wait in seconds
    assert p_abandon / 0.5 * 48 == pytest.approx(2.968, abs=1e-3)  # mean queue
    assert 48 * (1 - p_abandon) / 50 == pytest.approx(0.9303, abs=5e-5)  # utilisation
    assert patient_wait * 60 == pytest.approx(20.83, abs=5e-3)


def test_patience_like_service_gives_a_poisson_crowd() -> None:
    """With patience rate = service rate, P(wait) is that of a Poisson number of customers."""
    assert erlang_a(np.array(20.0), 1.0, 1.0, 22).p_wait[22] == pytest.approx(0.3563023516)


def test_patience_between_erlang_b_and_c() -> None:
    """Endless patience is Erlang C, none at all is Erlang B."""
    load = np.array(20.0)
    patient, hasty = (erlang_a(load, 1.0, rate, 25).p_wait[25] for rate in (1e-3, 1e7))

    assert patient == pytest.approx(0.2091028, abs=1e-3)
    assert erlang_c(load, 25)[25] == pytest.approx(0.2091028, abs=5e-8)
    assert hasty == pytest.approx(0.0502218, abs=1e-6)


@pytest.mark.parametrize(
    ("arrival", "service", "servers", "patience", "p_wait", "p_abandon"),
    [
        (10, 1, 10, 1, 0.54207029, 0.12511004),
        (100, 1, 100, 0.5, 0.59670314, 0.03303015),
        (100, 1, 90, 1, 0.85365383, 0.10790043),
        (30, 6, 6, 3, 0.43164515, 0.07557698),
        (5, 4, 1, 2, 0.77643628, 0.37885098),
        (400, 1, 420, 0.25, 0.20152275, 0.00186840),
    ],
)
def test_erlang_a_values_and_oracle(
    arrival: float, service: float, servers: int, patience: float, p_wait: float, p_abandon: float
) -> None:
    """Known values, and the same from the queue solved state by state."""
    found = erlang_a(np.array(float(arrival)), service, patience, servers)
    naive = birth_death(arrival, service, patience, servers)

    assert found.p_wait[servers] == pytest.approx(p_wait, abs=5e-9)
    assert found.p_abandon[servers] == pytest.approx(p_abandon, abs=5e-9)
    assert naive == pytest.approx((p_wait, p_abandon), abs=5e-9)


def test_many_rates_and_servers_at_once() -> None:
    """Arrays of rates give, for every number of servers, what the naive queue gives one by one."""
    rates = np.array([[0.5, 3.0], [12.0, 90.0]])
    found = erlang_a(rates, 6.0, 8.0, 12)

    for place, rate in np.ndenumerate(rates):
        for servers in range(1, 13):
            expected = birth_death(rate, 6.0, 8.0, servers)
            assert found.p_wait[place][servers] == pytest.approx(expected[0], abs=1e-11)
            assert found.p_abandon[place][servers] == pytest.approx(expected[1], abs=1e-11)


def test_nobody_comes_and_nobody_serves() -> None:
    """Without customers nobody waits; without servers everybody leaves."""
    found = erlang_a(np.array([0.0, 5.0]), 6.0, 8.0, 3)

    assert found.p_abandon[0].tolist() == [1.0, 0.0, 0.0, 0.0]
    assert found.p_wait[1, 0] == found.p_abandon[1, 0] == 1.0


@pytest.mark.parametrize(("servers", "level"), [(13, 0.7956), (14, 0.8883500192)])
def test_published_example_of_pyworkforce(servers: int, level: float) -> None:
    """100 calls in half an hour of three minutes each: 14 people answer 80 % in 20 seconds."""
    found = in_time(np.array(200.0), 20.0, 0.0, servers, 20 / 3600)
    digits = 5e-5 if servers == 13 else 5e-11

    assert found[servers] == pytest.approx(level, abs=digits)
    assert erlang_c(np.array(10.0), 14)[14] == pytest.approx(0.1741319336, abs=5e-11)


def test_county_hospital() -> None:
    """Hillier and Lieberman: two patients an hour, twenty minutes each, one doctor or two."""
    waits = erlang_c(np.array(2 / 3), 2)

    assert waits[1] / (3 - 2) * 60 == pytest.approx(40)
    assert waits[2] / (6 - 2) * 60 == pytest.approx(2.5)
    assert 2 * waits[2] / (6 - 2) + 2 / 3 == pytest.approx(0.75)


def test_ninety_percent_of_patient_callers_wait_less_than_a_minute() -> None:
    """The call centre of Gans, Koole and Mandelbaum: the 90th percentile is 58.1 seconds."""
    found = in_time(np.array(48.0), 1.0, 0.0, 50, 58.1 / 60)

    assert found[50] == pytest.approx(0.9, abs=1e-3)


def test_in_time_against_the_wait_behind_each_queue() -> None:
    """The share answered in time is that of the queue solved state by state."""
    arrival, service, patience, servers, within = 5.0, 2.0, 1.0, 3, 0.2
    log_p = np.zeros(200)
    for k in range(1, 200):
        leaving = min(k, servers) * service + max(k - servers, 0) * patience
        log_p[k] = log_p[k - 1] + np.log(arrival / leaving)
    p = np.exp(log_p) / np.exp(log_p).sum()
    # Of somebody with j before him: chance of being served by a time, in small steps of time.
    steps = 20_000
    chance = np.zeros(200 - servers)
    for _ in range(steps):
        before = np.concatenate([[1.0], chance[:-1]])
        ahead = servers * service + np.arange(len(chance)) * patience
        chance = chance + within / steps * (ahead * before - (ahead + patience) * chance)
    naive = p[:servers].sum() + p[servers:] @ chance

    assert in_time(np.array(arrival), service, patience, servers, within)[servers] == (
        pytest.approx(naive, abs=1e-4)
    )


def test_in_time_ends_at_those_who_stay() -> None:
    """With no time it is those who need not wait, with all of it those who do not give up."""
    rates = np.array([3.0, 12.0, 90.0])
    queue = erlang_a(rates, 6.0, 8.0, 12)
    at_once, at_last = (in_time(rates, 6.0, 8.0, 12, hours) for hours in (0.0, 50.0))

    assert at_once[:, 1:] == pytest.approx(1 - queue.p_wait[:, 1:], abs=1e-9)
    assert at_last[:, 1:] == pytest.approx(1 - queue.p_abandon[:, 1:], abs=1e-9)


def test_modified_load_follows_the_sine_of_eick_massey_and_whitt() -> None:
    """Arrivals that swing by 5 around 10: the crowd swings by 3.4531, 0.772 hours later."""
    pace, step = 2 * np.pi / 6, 0.01
    t = np.arange(0, 60, step)
    load = modified_load(10 + 5 * np.sin(pace * (t + step / 2)), 1.0, step)
    exact = 10 + 5 / (1 + pace**2) * (np.sin(pace * t) - pace * np.cos(pace * t))
    settled = t > 30

    assert load[settled] == pytest.approx(exact[settled], abs=0.02)
    assert load[settled].max() - 10 == pytest.approx(3.4531, abs=1e-3)
    assert np.arctan(pace) / pace == pytest.approx(0.772, abs=5e-4)


def test_modified_load_of_a_settled_queue_is_the_load() -> None:
    """Short work, or long equal periods: nothing is left over."""
    assert modified_load(np.full(9, 7.0), 1000.0, 0.5) == pytest.approx(7.0, rel=0.01)
    assert modified_load(np.full(50, 7.0), 1.0, 1.0)[-1] == pytest.approx(7.0)


def test_a_thousand_servers_do_not_overflow() -> None:
    """Numbers stay finite, and growing patience brings them from Erlang B to Erlang C."""
    rates = np.array([10.0, 900.0, 1000.0, 1100.0, 5000.0])
    for patience in (1e-3, 0.2, 3.0, 1e4):
        queue = erlang_a(rates, 1.0, patience, 1000)
        assert np.isfinite(queue.p_wait).all()
        assert np.isfinite(queue.p_abandon).all()
        assert (np.diff(queue.p_abandon, axis=-1) <= 1e-9).all()
    assert erlang_a(rates, 1.0, 0.5, 1000).p_abandon[4, 1000] == pytest.approx(0.8, abs=1e-6)


def test_people_between_whole_numbers() -> None:
    """Half a person is half-way between two numbers of servers."""
    curve = np.array([[0.0, 4.0, 6.0, 7.0]])

    assert at_servers(curve, np.array([0.5, 1.0, 2.5, 3.0])).tolist() == [[2.0, 4.0, 6.5, 7.0]]
