"""Quality marks: evaluators' marks of 0 to 5 become a score out of 100. Pure arithmetic, exact until it is shown.

The score of an offer is the sum over the lot's criteria of weight × mean mark ÷ 5, over the sum of the weights (100). Only the
marks of evaluators who marked every criterion of every live offer count, so that all offers are measured by the same people.
Where two of them lie two or more apart, the mean stands and the difference is explained before quality is locked.
"""

import uuid
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from referrals.price_scores import shown

TOP_MARK = 5
#: from this difference on, two evaluators' marks need a sentence
APART = 2


@dataclass(frozen=True, slots=True)
class Weighed:
    """A criterion of the lot: its place, name and share of the quality score in per cent."""

    id: uuid.UUID
    position: int
    name: str
    weight: int


@dataclass(frozen=True, slots=True)
class Given:
    """One evaluator's mark for one criterion of one offer, with its reason."""

    offer_id: uuid.UUID
    criterion_id: uuid.UUID
    evaluator_id: uuid.UUID
    evaluator_name: str
    mark: int
    reason: str
    counted: bool = True


@dataclass(frozen=True, slots=True)
class Cell:
    """What stands where an offer meets a criterion: the mean mark, its points out of the weight, who gave what, and why they differ."""

    criterion: Weighed
    given: tuple[Given, ...]
    note: str = ""

    @property
    def mean(self) -> Fraction:
        """The mean of the marks that count; nought where there is none."""
        marks = [each.mark for each in self.given]
        return Fraction(sum(marks), len(marks)) if marks else Fraction(0)

    @property
    def shown_mean(self) -> str:
        """The mean as it is printed."""
        return figure(self.mean)

    @property
    def points(self) -> Fraction:
        """Out of the criterion's weight."""
        return self.criterion.weight * self.mean / TOP_MARK

    @property
    def is_apart(self) -> bool:
        """Whether two evaluators differ by two or more."""
        marks = [each.mark for each in self.given]
        return bool(marks) and max(marks) - min(marks) >= APART


def figure(score: Fraction) -> str:
    """A mark or its points as they are printed: at most two decimals, half-up, none where it is whole."""
    return shown(score).rstrip("0").rstrip(".")


def cells_of(
    offer_id: uuid.UUID, criteria: Sequence[Weighed], marks: Iterable[Given], notes: dict[tuple[uuid.UUID, uuid.UUID], str]
) -> tuple[Cell, ...]:  # fmt: skip
    """An offer's row of the marking sheet, a cell for each criterion, from the marks that count."""
    own = [mark for mark in marks if mark.offer_id == offer_id and mark.counted]
    return tuple(
        Cell(
            criterion,
            tuple(
                sorted(
                    (m for m in own if m.criterion_id == criterion.id), key=lambda m: (m.evaluator_name, m.evaluator_id)
                )
            ),
            notes.get((offer_id, criterion.id), ""),
        )
        for criterion in criteria
    )


def quality_score(cells: Iterable[Cell]) -> Fraction:
    """Out of 100, exactly."""
    cells = tuple(cells)
    total = sum(cell.criterion.weight for cell in cells)
    return 100 * sum((cell.points for cell in cells), start=Fraction(0)) / total if total else Fraction(0)


def finished(
    marks: Iterable[Given], offers: Collection[uuid.UUID], criteria: Collection[uuid.UUID]
) -> frozenset[uuid.UUID]:
    """Evaluators who have marked every criterion of every live offer."""
    wanted = {(offer, criterion) for offer in offers for criterion in criteria}
    given: dict[uuid.UUID, set[tuple[uuid.UUID, uuid.UUID]]] = {}
    for mark in marks:
        given.setdefault(mark.evaluator_id, set()).add((mark.offer_id, mark.criterion_id))
    return frozenset(evaluator for evaluator, pairs in given.items() if wanted and wanted <= pairs)
