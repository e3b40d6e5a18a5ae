"""Who pays the fees of a draft: shares of 100 %, pounds to the penny, in the page and in the paper."""

from decimal import Decimal

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, scoped_session

from contracts.agreement import AgreementFeeLine
from contracts.costs import stay_cost
from contracts.papers import paper_of
from contracts.queries import fee_lines_of
from contracts.sharing_fees import share_fees
from foundation.audit import AuditEvent
from foundation.database import db
from foundation.permission import NotNow, NotPermitted, Stale
from marketplace.payer_shares import EDUCATION_PAYS, ImpossibleShares, PayerShares
from tests.conftest import ClientAs
from tests.makers.contracts import CORE, a_deal, a_draft, as_read_by, issued

Sessions = scoped_session[Session]
SPLIT = PayerShares(Decimal(60), Decimal(25), Decimal(15))


class TestShareFees:
    def test_the_pounds_of_each_payer_sum_to_what_is_borne(self, session: Sessions) -> None:
        deal = a_deal(fees=(CORE | {"amount": Decimal("4200.01"), "vat_rate": Decimal(20), "vat_recoverable": False},))
        agreement = a_draft(deal)
        (line,) = fee_lines_of(agreement)
        share_fees(agreement, {line.id: SPLIT}, by=deal.officer)
        charge = stay_cost(agreement, fee_lines_of(agreement)).charge
        assert (charge.net, charge.vat, charge.borne) == (
            Decimal("218400.52"),
            Decimal("43680.10"),
            Decimal("262080.62"),
        )
        assert (charge.social_care, charge.education, charge.health) == (
            Decimal("157248.37"), Decimal("65520.16"), Decimal("39312.09"),
        )  # fmt: skip

    def test_is_recorded_in_words(self, session: Sessions) -> None:
        deal = a_deal()
        agreement = a_draft(deal)
        (line,) = fee_lines_of(agreement)
        share_fees(agreement, {line.id: SPLIT}, by=deal.officer)
        event = session.scalars(select(AuditEvent).where(AuditEvent.act == "share_fees")).one()
        assert event.before == {line.label: "100% social care"}
        assert event.after == {line.label: "60% social care, 25% education, 15% health"}

    def test_a_special_schools_place_is_educations_unless_the_borough_says_otherwise(self, session: Sessions) -> None:
        agreement = a_draft(a_deal("special_school"))
        assert [line.reckoned.shares for line in fee_lines_of(agreement)] == [EDUCATION_PAYS]

    def test_stands_in_the_paper(self, session: Sessions) -> None:
        deal = a_deal()
        agreement = a_draft(deal)
        (line,) = fee_lines_of(agreement)
        share_fees(agreement, {line.id: SPLIT}, by=deal.officer)
        paper = paper_of(agreement)
        assert paper.payer_rows == [[line.label, "60% social care, 25% education, 15% health"]]
        assert paper.payers == "social care bears £131,040.00, education bears £54,600.00 and health bears £32,760.00"

    def test_is_for_the_borough_alone_and_only_while_it_is_a_draft(self, session: Sessions) -> None:
        deal = a_deal()
        agreement = issued(deal)
        with pytest.raises(NotPermitted):
            share_fees(agreement, {}, by=deal.head)
        agreement = as_read_by(deal.officer, agreement)
        with pytest.raises(NotNow):
            share_fees(agreement, {}, by=deal.officer)

    def test_whoever_read_an_older_draft_is_told_so(self, session: Sessions) -> None:
        deal = a_deal()
        agreement = a_draft(deal)
        with pytest.raises(Stale):
            share_fees(agreement, {}, version=agreement.version - 1, by=deal.officer)


class TestWhatCannotBe:
    @pytest.mark.parametrize(
        "shares", [("60", "25", "14"), ("60", "25", "16"), ("110", "-10", "0"), ("99.995", "0", "0.005")]
    )
    def test_shares_that_do_not_total_100_are_impossible(self, shares: tuple[str, str, str]) -> None:
        with pytest.raises(ImpossibleShares):
            PayerShares(*map(Decimal, shares))

    @pytest.mark.parametrize("values", [{"social_care_share": 99}, {"social_care_share": 110, "education_share": -10}])
    def test_the_database_refuses_them_too(self, session: Sessions, values: dict[str, int]) -> None:
        a_draft(a_deal())
        with pytest.raises(IntegrityError, match="shares_total_100"):
            session.execute(update(AgreementFeeLine).values(**values))


class TestPage:
    def sent(self, line: AgreementFeeLine, version: int, *shares: str) -> dict[str, str]:
        names = ("social_care", "education", "health")
        return {"version": str(version), "fees-0-line": str(line.id)} | {
            f"fees-0-{name}": share for name, share in zip(names, shares, strict=True)
        }

    def test_keeps_who_pays_and_shows_the_pounds(self, session: Sessions, client_as: ClientAs) -> None:
        deal = a_deal()
        agreement = a_draft(deal)
        (line,) = fee_lines_of(agreement)
        at, sent = f"/placements/{agreement.reference}", self.sent(line, agreement.version, "60", "25", "15")
        desk = client_as(deal.officer)
        assert desk.post(f"{at}/payers", data=sent).status_code == 303
        page = desk.get(at).text
        assert "60% social care, 25% education, 15% health" in page
        assert "£54,600.00" in page

    def test_99_per_cent_is_said_next_to_the_field_and_what_was_typed_stays(
        self, session: Sessions, client_as: ClientAs
    ) -> None:
        deal = a_deal()
        agreement = a_draft(deal)
        (line,) = fee_lines_of(agreement)
        sent = self.sent(line, agreement.version, "60", "25", "14")
        at = f"/placements/{agreement.reference}/payers"
        answer = client_as(deal.officer).post(at, data=sent)
        assert answer.status_code == 422
        assert "The shares total 99%. They must total 100%." in answer.text
        assert 'href="#fees-0-social_care"' in answer.text
        assert 'value="14"' in answer.text
        session.expire_all()
        assert db.session.scalars(select(AgreementFeeLine.health_share)).all() == [Decimal(0)]
