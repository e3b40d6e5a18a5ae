"""Splitting a request by setting, kind of fee or single agreements: each part is answered for itself, and none is left without."""

import uuid
from decimal import Decimal

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session, scoped_session

from contracts.uplift.agreeing import agree_uplift
from contracts.uplift.answering import Counter, accept_counter, counter_uplift
from contracts.uplift.change import Change
from contracts.uplift.covering import covered_lines
from contracts.uplift.request import RequestAgreement, RequestState, UpliftedLine, UpliftRequest
from contracts.uplift.splitting import Cut, counter_part, split_uplift_request
from foundation.outbox import Letter
from foundation.permission import Invalid, NotNow, NotPermitted
from marketplace.acts import Act
from tests.makers.contracts import CORE
from tests.makers.standing import acting
from tests.makers.uplift import Negotiation, a_negotiation, a_request, a_second_home, read_by

S = RequestState
THERAPY = {"kind": "therapy", "label": "Therapy", "amount": Decimal("61.50"), "unit": "hour"}


def covered(request: UpliftRequest) -> set[uuid.UUID]:
    return {line.line_id for line in covered_lines(request, request.round.effective_on)}


def a_counter(deal: Negotiation, percent: str = "3.9") -> Counter:
    return Counter(change=Change(Decimal(percent)), effective_on=deal.round.effective_on, reason="The model.")


class TestItDoes:
    @pytest.mark.parametrize(("cut", "said"), [(Cut.SETTING, "at Beech House"), (Cut.FEE_KIND, "Therapy fees of all")])
    def test_the_parts_cover_what_the_whole_covered(
        self, session: scoped_session[Session], cut: Cut, said: str
    ) -> None:
        deal = a_negotiation((CORE, THERAPY))
        a_second_home(deal)
        request = a_request(deal)
        whole = covered(request)
        parts = split_uplift_request(request, cut, by=deal.analyst)
        assert request.state == S.SPLIT
        assert set.union(*map(covered, parts)) == whole
        assert sum(len(covered(part)) for part in parts) == len(whole) == 5
        assert any(said in part.covers for part in parts)
        assert {part.asked.words for part in parts} == {"8.4%"}

    def test_chosen_agreements_stand_apart_and_split_on(self, session: scoped_session[Session]) -> None:
        deal = a_negotiation((CORE, THERAPY))
        second = a_second_home(deal)
        request = a_request(deal)
        lines = covered_lines(request, request.round.effective_on)
        chosen = {line.agreement_id for line in lines if line.setting == "Beech House"}
        few, rest = split_uplift_request(request, Cut.AGREEMENTS, chosen, by=deal.analyst)
        assert (few.covers, rest.covers) == ("All fees of 1 chosen agreement", "All fees of 2 chosen agreements")
        assert {line.setting_id for line in covered_lines(few, deal.round.effective_on)} == {second.setting.id}
        kinds = split_uplift_request(rest, Cut.FEE_KIND, by=deal.analyst)
        assert [(part.fee_kind, len(covered(part))) for part in kinds] == [("core", 2), ("therapy", 2)]

    def test_a_counter_offer_on_some_leaves_the_others_to_be_answered(self, session: scoped_session[Session]) -> None:
        deal = a_negotiation()
        request = a_request(deal)
        one = min(line.agreement_id for line in covered_lines(request, request.round.effective_on))
        made = counter_part(request, {one}, a_counter(deal), by=deal.analyst)
        states = {
            part.id: part.state for part in session.scalars(select(UpliftRequest).where(UpliftRequest.part_of_id == request.id))
        }  # fmt: skip
        assert states.pop(made.request_id) == S.COUNTERED
        assert list(states.values()) == [S.PENDING]
        part = session.get_one(UpliftRequest, made.request_id)
        accept_counter(read_by(deal.asker, part), 1, by=deal.asker)
        agree_uplift(read_by(deal.analyst, part), "Accepted.", by=deal.analyst)
        assert {row.agreement_id for row in session.scalars(select(UpliftedLine))} == {one}

    def test_after_a_counter_offer_on_the_whole(self, session: scoped_session[Session]) -> None:
        deal = a_negotiation((CORE, THERAPY))
        request = a_request(deal)
        counter_uplift(request, a_counter(deal), by=deal.analyst)
        parts = split_uplift_request(request, Cut.FEE_KIND, by=deal.analyst)
        assert [part.state for part in parts] == [S.PENDING, S.PENDING]


class TestWhoMayNot:
    def test_only_the_hub(self, session: scoped_session[Session]) -> None:
        deal = a_negotiation((CORE, THERAPY))
        request = a_request(deal)
        for actor in (deal.asker, deal.payer):
            request = read_by(actor, request)
            with pytest.raises(NotPermitted):
                split_uplift_request(request, Cut.FEE_KIND, by=actor)


class TestWhenItMayNot:
    def test_nothing_to_split(self, session: scoped_session[Session]) -> None:
        deal = a_negotiation()
        request = a_request(deal)
        every = {line.agreement_id for line in covered_lines(request, request.round.effective_on)}
        for cut, chosen in ((Cut.SETTING, ()), (Cut.FEE_KIND, ()), (Cut.AGREEMENTS, ()), (Cut.AGREEMENTS, every)):
            with pytest.raises(Invalid):
                split_uplift_request(request, cut, chosen, by=deal.analyst)
        assert request.state == S.PENDING

    def test_another_provider_s_agreement_is_none_of_it(self, session: scoped_session[Session]) -> None:
        deal = a_negotiation()
        with pytest.raises(Invalid, match="Choose some"):
            counter_part(a_request(deal), {uuid.uuid4()}, a_counter(deal), by=deal.analyst)

    def test_not_once_it_is_accepted(self, session: scoped_session[Session]) -> None:
        deal = a_negotiation((CORE, THERAPY))
        request = a_request(deal)
        counter_uplift(request, a_counter(deal), by=deal.analyst)
        accept_counter(read_by(deal.asker, request), 1, by=deal.asker)
        with pytest.raises(NotNow):
            split_uplift_request(read_by(deal.analyst, request), Cut.FEE_KIND, by=deal.analyst)


class TestWhatTheDatabaseRefuses:
    def test_a_list_is_read_by_its_sides_alone(self, session: scoped_session[Session]) -> None:
        deal = a_negotiation()
        request = a_request(deal)
        one = min(line.agreement_id for line in covered_lines(request, request.round.effective_on))
        split_uplift_request(request, Cut.AGREEMENTS, {one}, by=deal.analyst)
        listed = select(func.count(RequestAgreement.id))
        stranger = a_negotiation()
        for reader, seen in (
            (deal.analyst, 2),
            (deal.asker, 2),
            (deal.payer, 1),
            (stranger.asker, 0),
            (stranger.payer, 0),
        ):
            acting(reader)
            assert session.scalar(listed) == seen


class TestWhatIsRecordedAndWhoIsTold:
    def test_the_provider_reads_which_parts_there_are(self, session: scoped_session[Session]) -> None:
        deal = a_negotiation((CORE, THERAPY))
        parts = split_uplift_request(a_request(deal), Cut.FEE_KIND, by=deal.analyst)
        references = [part.reference for part in parts]
        acting(deal.asker)
        letter = session.scalars(select(Letter).where(Letter.act == Act.SPLIT_UPLIFT_REQUEST)).one()
        assert all(reference in letter.body for reference in references)
