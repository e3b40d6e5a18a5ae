"""What is measured in the browser: sign-in, six pages and the sending of an offer, each beside the floor of as many rows."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count

from sqlalchemy import Connection, text

from benchmarks.browsing import Browser, forms_of
from benchmarks.timing import Timed, per_second, percentiles, time_one_by_one

OFFICER, RESPONDER = "ruth.adeyemi@croydon.example", "marcus.eze@quillhaven.example"
#: how many people press at once when requests a second are counted
AT_ONCE = 4
#: rows of the floor's table beside a list, and beside a page of one thing
LIST, DETAIL = 50, 10

ONE_REFERRAL = text("""
    SELECT r.reference FROM referrals r JOIN organisations o ON o.id = r.authority_id
    WHERE o.prefix = 'CRO' AND r.state = :state AND (r.quality_locked_at IS NOT NULL) = :locked
      AND (r.deadline > now()) = :open ORDER BY r.reference LIMIT 1
""")
TO_ANSWER = text("""
    SELECT r.reference FROM invitations i JOIN referrals r ON r.id = i.referral_id JOIN organisations p ON p.id = i.provider_id
    WHERE p.name LIKE 'Quillhaven%' AND r.state = 'published' AND r.deadline > now()
      AND NOT EXISTS (SELECT FROM responses a WHERE a.referral_id = r.id AND a.provider_id = p.id AND a.withdrawn_at IS NULL)
    ORDER BY r.reference
""")


@dataclass(frozen=True)
class Page:
    """A page, whose it is, and how many rows the floor beside it has."""

    name: str
    path: str
    rows: int


def measured_pages(connection: Connection) -> Iterator[Page]:
    """The pages, with references of things that are in the right state."""

    def one(state: str, *, locked: bool, still_open: bool) -> str:
        asked = {"state": state, "locked": locked, "open": still_open}
        return str(connection.execute(ONE_REFERRAL, asked).scalar_one())

    published, locked = one("published", locked=False, still_open=True), one("opened", locked=True, still_open=False)
    yield Page("Your work", "/work", LIST)
    yield Page("Referral list", "/referrals", LIST)
    yield Page("Referral page", f"/referrals/{published}", DETAIL)
    yield Page("Eligible settings", f"/referrals/{published}/settings", LIST)
    yield Page("Compare offers", f"/referrals/{locked}/offers", DETAIL)


def time_pages(address: str, connection: Connection, requests: int) -> Iterator[Timed]:
    """Every page, floor first, so that both meet the same warmth."""
    browser = Browser(address, OFFICER)
    floors = {
        rows: _time(browser, f"the floor with {rows} rows", f"/floor/{rows}", requests) for rows in (LIST, DETAIL)
    }
    yield from floors.values()
    for page in measured_pages(connection):
        yield _time(browser, page.name, page.path, requests, floors[page.rows].p50)
    yield _time_sign_in(address, requests, floors[DETAIL].p50)
    yield _time_offers(address, [*connection.scalars(TO_ANSWER)], floors[DETAIL].p50)


def _time(browser: Browser, name: str, path: str, requests: int, floor: float | None = None) -> Timed:
    browser.get(path)
    p50, p95 = percentiles(time_one_by_one(lambda: browser.get(path), requests))
    others = [_another(browser) for _ in range(AT_ONCE)]
    acts: list[Callable[[], object]] = [lambda each=each: each.get(path) for each in others]  # type: ignore[misc]
    return Timed(name, p50, p95, per_second(acts, max(1, requests // AT_ONCE)), browser.statements, floor)


def _another(browser: Browser) -> Browser:
    """The same person in another window: the same cookie over a connection of its own."""
    other = Browser(browser.address)
    other.session.cookies.update(browser.session.cookies)
    return other


def _time_sign_in(address: str, requests: int, floor: float) -> Timed:
    """The form and its sending together; the password's hash is meant to take its time."""
    people = [Browser(address) for _ in range(min(requests, 40))]
    turns = iter(people)
    p50, p95 = percentiles(time_one_by_one(lambda: next(turns).sign_in(OFFICER), len(people)))
    again: list[Callable[[], object]] = [lambda: Browser(address).sign_in(OFFICER) for _ in range(AT_ONCE)]
    return Timed("Sign-in", p50, p95, per_second(again, 3), people[-1].statements, floor)


def _time_offers(address: str, references: list[str], floor: float) -> Timed:
    """One offer for each referral that waits for the provider's answer: the sending alone, not the filling in."""
    browser, numbers = Browser(address, RESPONDER), count(1)
    filled = [_filled_in(browser, f"/inbox/{reference}/offer", next(numbers)) for reference in references[:60]]
    turns = iter(filled)
    taken = time_one_by_one(lambda: browser.send(*next(turns)), len(filled))
    p50, p95 = percentiles(taken)
    return Timed("Submit an offer", p50, p95, 1000 * len(taken) / sum(taken), browser.statements, floor)


def _filled_in(browser: Browser, path: str, number: int):  # type: ignore[no-untyped-def]
    form = next(each for each in forms_of(browser.get(path).text) if "approach" in each.values)
    for name, values in form.values.items():
        form.values[name] = _typed(name, values, number)
    form.values["then"] = ["send"]
    return form, path


def _typed(name: str, values: list[str], number: int) -> list[str]:
    """Something that can be meant in every field: a start in six weeks, one fee line, words in each text."""
    if name in ("starts_on", "valid_until"):
        return ["15", "2" if name == "valid_until" else "1", "2027"]
    if name.startswith("fee_"):
        return [str(4200 + number)] if name == "fee_0_amount" else values
    if any(values) or name in ("csrf_token", "lines", "version"):
        return values
    return ["As agreed with the team, measured by this benchmark."]
