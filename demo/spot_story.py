"""What the year bought outside the framework: five places, each told from its referral by the verbs that everybody uses.

One after a search without a suitable offer, one in an emergency, one unregistered place that is watched every week, one school that is
converted when it joins, and one that waits for its manager now.
"""

import uuid
from collections.abc import Generator, Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal

from contracts.agreement import Agreement
from contracts.drafting import DraftTerms, Outcome, change_agreement
from contracts.drawing_up import issue_agreement
from contracts.placing import end_placement, start_placement
from contracts.signing import sign_for_borough, sign_for_provider
from contracts.spot.agreeing import SignedPaper, draw_up_spot_agreement, record_signed_paper
from contracts.spot.converting import convert_spot_purchase
from contracts.spot.deciding import approve_spot_purchase
from contracts.spot.proposing import propose_spot_purchase
from contracts.spot.purchase import SpotPurchase
from contracts.spot.reviewing import record_ofsted_told, review_emergency, review_spot_purchase
from contracts.spot.terms import Emergency, Leaving, SpotTerms, UnknownPlace
from demo.admissions import JOINED, JOINS_LATE
from demo.case import Case, open_case
from demo.cast import Cast, fetch
from demo.choosing_story import it_is_chosen
from demo.market_story import the_market_answers
from demo.partnership import Borough
from demo.plan import Ending, Plan, Stage
from demo.referral_story import it_is_published, it_is_written
from demo.storytelling import Story, acting, in_office_hours
from foundation import clock
from foundation.documents import build_document
from foundation.web import render_plain
from marketplace.actor import Actor
from marketplace.fee_line import FeeKind, Unit
from marketplace.roles import Role
from marketplace.setting import Setting, SettingKind
from marketplace.uploads import Upload
from referrals.offer_terms import Fee
from referrals.publishing import withdraw_referral

#: The dice of these referrals are their own: numbers that no plan of the year has.
NUMBERS = {"unsuitable": 901, "emergency": 902, "unregistered": 903, "school": 904, "waiting": 905}
A_DAY = timedelta(days=1)
OUTCOMES = (
    Outcome(domain="Safety", outcome="Is home every night", measure="Nights missing, of all nights"),
    Outcome(domain="Learning", outcome="Goes to school every day", measure="Attendance, at least 90%"),
)


def spot_stories(cast: Cast) -> Iterator[Story]:
    """The five, of Croydon and Lewisham."""
    croydon, lewisham = cast.partnership.borough("CRO"), cast.partnership.borough("LEW")
    yield nothing_suitable(cast, croydon)
    yield an_emergency(cast, croydon)
    yield an_unregistered_place(cast, croydon)
    yield a_school_that_joins(cast, lewisham)
    yield one_that_waits(cast, croydon)


def nothing_suitable(cast: Cast, borough: Borough) -> Story:
    """Offers came, none was good enough; a home by the sea took the child, and she lives there still."""
    case = _case(cast, "unsuitable", borough, "residential", timedelta(days=210), ending=Ending.CLOSED)
    for chapter in (it_is_written, it_is_published, the_market_answers, it_is_chosen):
        yield from chapter(case)
    yield in_office_hours(case.at(Stage.AWARDED) + A_DAY)
    terms = _terms(
        "offers_unsuitable",
        "Three offers, and none could keep the school place. This home is ten minutes from it.",
        5640,
        case,
    )
    key = _proposed(case, fetch_setting(case, 0), terms)
    yield from _placed_on_paper(case, key, case.manager)
    for weeks in (5, 17):
        yield _later(timedelta(weeks=weeks))
        _review(key, case.manager, "The school place holds. No framework home nearer has room.", timedelta(weeks=12))


def an_emergency(cast: Cast, borough: Borough) -> Story:
    """A foster family gave notice in the morning; nobody could be asked. Six weeks later the child went home."""
    case = _case(cast, "emergency", borough, "residential", timedelta(days=118))
    yield from it_is_written(case)
    yield _later(timedelta(hours=2))
    terms = _terms(
        "emergency", "The only home within reach that had a bed that night.", 6150, case, starts_on=_today(case),
        emergency=Emergency(
            reason="The foster family gave notice at nine; the child had nowhere to sleep that night.",
            decided_by="Duty director, by telephone",
        ),
    )  # fmt: skip
    key = _proposed(case, fetch_setting(case, 1), terms)
    agreement = yield from _placed_on_paper(case, key, case.manager)
    yield _later(timedelta(days=2))
    with acting(borough.actor(Role.DIRECTOR)) as director:
        finding = "It was right: no bed was free before midnight. The out-of-hours list is brought up to date."
        review_emergency(fetch(SpotPurchase, key), finding, by=director)
    yield _later(timedelta(weeks=6))
    with acting(case.officer) as officer:
        end_placement(fetch(Agreement, agreement), clock.today(), "E4A", True, by=officer)


def an_unregistered_place(cast: Cast, borough: Borough) -> Story:
    """No registered home would take the child; a rented house with a care team does, is watched each week, and must be left soon."""
    case = _case(cast, "unregistered", borough, "residential", timedelta(days=31), rests=Stage.ASKED)
    for chapter in (it_is_written, it_is_published, the_market_answers):
        yield from chapter(case)
    yield _later(timedelta(hours=3))
    place = UnknownPlace(
        provider=None, provider_name="Harrow Stead Support Ltd", name="Stead Cottage", kind=SettingKind.CHILDRENS_HOME,
        postcode="DA16 3RE", places=1,
    )  # fmt: skip
    leaving = Leaving(
        reason="Eleven registered homes declined or were full; secure accommodation was not warranted.",
        plan="The team applies for registration; a solo home is sought through all three boroughs beside us.",
        leave_by=clock.today() + timedelta(days=56),
    )
    terms = _terms(
        "no_framework_offer", "A care team known to the child, in a rented house.", 9800, case, leaving=leaving,
        review_on=clock.today() + timedelta(days=7),
    )  # fmt: skip
    director = borough.actor(Role.DIRECTOR)
    key = _proposed(case, place, terms)
    yield from _placed_on_paper(case, key, director)
    with acting(case.officer) as officer:
        record_ofsted_told(fetch(SpotPurchase, key), clock.today(), by=officer)
        withdraw_referral(case.referral, "A place was bought outside the framework.", by=officer)
    while True:
        _review(
            key,
            case.officer,
            "Calm nights. The registration form is with Ofsted; two homes were asked again.",
            timedelta(days=7),
        )
        yield _later(timedelta(days=6))


def a_school_that_joins(cast: Cast, borough: Borough) -> Story:
    """The family's choice was a school outside the system, by order of the tribunal; when it joined, the place was converted."""
    case = _case(cast, "school", borough, "special_school", JOINED + timedelta(days=100), rests=Stage.ASKED)
    for chapter in (it_is_written, it_is_published, the_market_answers):
        yield from chapter(case)
    school = next(provider for provider in cast.partnership.providers if provider.domain == JOINS_LATE)
    yield _later(A_DAY)
    fee = Fee(kind=FeeKind.EDUCATION, label="Annual school fee", amount=Decimal(78_400), unit=Unit.YEAR)
    terms = _terms("tribunal", "Ordered by the tribunal on the family’s appeal.", 0, case, fees=(fee,))
    with acting(case.officer):
        setting = fetch(Setting, school.settings[0].id)
    key = _proposed(case, setting, terms)
    yield from _approved(key, case.manager)
    yield _later(timedelta(hours=5))
    agreement = _issued(case, key)
    yield _later(A_DAY)
    with acting(school.actor(Role.PROVIDER_MANAGER)) as head:
        sign_for_provider(fetch(Agreement, agreement), head.name, by=head)
    yield from _begun(case, agreement)
    with acting(case.officer) as officer:
        withdraw_referral(case.referral, "The tribunal ordered a school outside the system.", by=officer)
    yield in_office_hours(cast.present - JOINED + timedelta(days=12))
    with acting(case.manager) as manager:
        convert_spot_purchase(fetch(SpotPurchase, key), clock.today(), by=manager)


def one_that_waits(cast: Cast, borough: Borough) -> Story:
    """Proposed yesterday; the manager finds it under Your work."""
    case = _case(cast, "waiting", borough, "residential", timedelta(days=9), rests=Stage.ASKED)
    for chapter in (it_is_written, it_is_published, the_market_answers):
        yield from chapter(case)
    yield in_office_hours(cast.present - timedelta(hours=26))
    terms = _terms("siblings", "Her brother lives there. Nobody in the framework has two places.", 5980, case)
    _proposed(case, fetch_setting(case, 0), terms)


def fetch_setting(case: Case, which: int) -> Setting:
    """A home outside the framework, as the borough sees it."""
    with acting(case.officer):
        return fetch(Setting, case.cast.partnership.outside[which].id)


def _case(
    cast: Cast, story: str, borough: Borough, lot: str, ago: timedelta, *, ending: Ending = Ending.PLACED,
    rests: Stage | None = None,
) -> Case:  # fmt: skip
    return open_case(cast, Plan(NUMBERS[story], borough, lot, cast.present - ago, ending, rests))


def _later(span: timedelta) -> datetime:
    """After so much time, when people are at work: never back to the evening before."""
    now = clock.now()
    then = in_office_hours(now + span)
    while then <= now:
        span += timedelta(hours=6)
        then = in_office_hours(now + span)
    return then


def _terms(reason: str, explanation: str, weekly: int, case: Case, **facts: object) -> SpotTerms:
    """From today, reviewed in six weeks, at one weekly core fee unless the story says otherwise."""
    core = Fee(kind=FeeKind.CORE, label="Core fee", amount=Decimal(weekly or 1), unit=Unit.WEEK)
    today = _today(case)
    usual: dict[str, object] = {
        "reason": reason, "explanation": explanation, "starts_on": today + timedelta(days=4), "warned": True,
        "review_on": today + timedelta(weeks=6), "fees": (core,),
    }  # fmt: skip
    return SpotTerms(**(usual | facts))  # type: ignore[arg-type]


def _today(case: Case) -> date:
    with acting(case.officer):
        return clock.today()


def _proposed(case: Case, place: Setting | UnknownPlace, terms: SpotTerms) -> uuid.UUID:
    with acting(case.officer) as officer:
        here = fetch(Setting, place.id) if isinstance(place, Setting) else place
        return propose_spot_purchase(case.referral, here, terms, by=officer).id


def _approved(key: uuid.UUID, by: Actor) -> Story:
    yield _later(timedelta(hours=4))
    with acting(by) as decider:
        approve_spot_purchase(
            fetch(SpotPurchase, key), "The framework has no answer; the price is explained.", by=decider
        )


def _placed_on_paper(case: Case, key: uuid.UUID, decider: Actor) -> Generator[datetime, None, uuid.UUID]:
    """Approved, issued, signed on paper by the provider, signed by the borough, begun; gives the agreement's key."""
    yield from _approved(key, decider)
    yield _later(timedelta(hours=2))
    agreement = _issued(case, key)
    yield _later(A_DAY)
    with acting(case.officer) as officer:
        scan = build_document(
            render_plain("demo/paper.html", name="Signed agreement", author="The provider", stamp=clock.now())
        )
        paper = SignedPaper(
            upload=Upload("scan.pdf", scan.content), signer="The registered manager", position="Registered manager",
            signed_on=clock.today(),
        )  # fmt: skip
        record_signed_paper(fetch(Agreement, agreement), paper, by=officer)
    yield from _begun(case, agreement)
    return agreement


def _issued(case: Case, key: uuid.UUID) -> uuid.UUID:
    with acting(case.officer) as officer:
        agreement = draw_up_spot_agreement(fetch(SpotPurchase, key), by=officer)
        terms = DraftTerms(
            starts_on=agreement.starts_on, expected_end_on=agreement.expected_end_on,
            review_on=agreement.starts_on + timedelta(weeks=4), outcomes=OUTCOMES,
        )  # fmt: skip
        change_agreement(agreement, terms, by=officer)
        return issue_agreement(agreement, by=officer).id


def _begun(case: Case, agreement: uuid.UUID) -> Story:
    yield _later(timedelta(hours=3))
    with acting(case.manager) as manager:
        sign_for_borough(fetch(Agreement, agreement), manager.name, by=manager)
        starts_on, today = fetch(Agreement, agreement).starts_on, clock.today()
    yield _later(max(starts_on - today, timedelta(0)) + timedelta(days=5))
    with acting(case.officer) as officer:
        start_placement(fetch(Agreement, agreement), starts_on, by=officer)


def _review(key: uuid.UUID, by: Actor, finding: str, ahead: timedelta) -> None:
    with acting(by):
        purchase = fetch(SpotPurchase, key)
        review_spot_purchase(purchase, finding, clock.today() + ahead, by=by)
