"""Identifiers that other bodies give to people and places, and what makes each one possible.

Each function takes what was typed and returns the normal form, or raises its own error, whose text tells the person
what is wrong and what to do. A right check digit says that the number was copied well, not that it belongs to this
child.
"""

import re

from stdnum.gb import nhs
from stdnum.gb import upn as stdnum_upn


class NotAnIdentifier(ValueError):
    """What was typed cannot be an identifier of this kind; its text is a sentence for the person who typed it."""


class NotAUpn(NotAnIdentifier):
    """Not a unique pupil number."""


class NotAUln(NotAnIdentifier):
    """Not a unique learner number."""


class NotAnNhsNumber(NotAnIdentifier):
    """Not an NHS number."""


class NotAnOfstedUrn(NotAnIdentifier):
    """Not a unique reference number of Ofsted's social care register."""


class NotASchoolUrn(NotAnIdentifier):
    """Not a unique reference number of Get Information about Schools."""


class NotALaestab(NotAnIdentifier):
    """Not a local authority and establishment number."""


def _spread(ranges: str) -> frozenset[str]:
    numbers: set[str] = set()
    for part in ranges.split():
        first, _, last = part.partition("-")
        numbers.update(str(number) for number in range(int(first), int(last or first) + 1))
    return frozenset(numbers)


#: Authority numbers that a UPN or LAESTAB can begin with: DfE's 153 of 2025 (among them 838, 839 and 940 to 943, which
#: python-stdnum 2.2 lacks) and the five that ended with reorganisation (835 to 837, 909, 928), which older pupils still
#: carry.
AUTHORITY_NUMBERS = _spread(
    "201-213 301-320 330-336 340-344 350-359 370-373 380-384 390-394 420 800-803 805-808 810-813 815-816 821-823"
    " 825-826 830-831 835-841 845-846 850-852 855-857 860-861 865-874 876-896 908-909 916 919 921 925-926 928-929"
    " 931 933 935-938 940-943"
)

_UPN_LETTERS = "ABCDEFGHJKLMNPQRTUVWXYZ"


def upn(typed: str) -> str:
    """A unique pupil number: check letter, authority (3), establishment (4), year (2), serial (3); 13 characters.

    A temporary one ends with a letter in place of the last digit. Check letter: Σ value × place (2 to 13) modulo 23 in
    the alphabet without I, O and S. Source: GovTalk data standards catalogue. Vectors: B801200005001, E306200018001,
    temporary D30620001801A.
    """
    number = _compact(typed)
    if not re.fullmatch(rf"[{_UPN_LETTERS}]\d{{11}}[\d{_UPN_LETTERS}]", number, re.ASCII):
        raise NotAUpn(
            "A UPN is a letter and 12 digits, such as E306200018001 (a temporary one ends with a letter). Check it."
        )
    if number[1:4] not in AUTHORITY_NUMBERS:
        raise NotAUpn(
            f"No authority in England has the number {number[1:4]}. Check the 2nd to 4th characters of the UPN."
        )
    if stdnum_upn.calc_check_digit(number[1:]) != number[0]:
        raise NotAUpn(
            "The first letter of the UPN does not fit the rest. Check every character against the child's record."
        )
    return number


def is_temporary_upn(normal: str) -> bool:
    """Whether a UPN in its normal form is a temporary one, which a school gives until the real one is known."""
    return normal[-1].isalpha()


def uln(typed: str) -> str:
    """A unique learner number: 10 digits, the first not nought; Σ digit × weight (10 … 1) leaves 10 modulo 11.

    Source: HESA field page and DfE census error 1575. Vector: 9276308686.
    """
    number = _compact(typed)
    if not re.fullmatch(r"[1-9]\d{9}", number, re.ASCII):
        raise NotAUln("A ULN is 10 digits and does not begin with nought, such as 9276308686. Check it.")
    if sum(int(digit) * weight for digit, weight in zip(number, range(10, 0, -1), strict=True)) % 11 != 10:
        raise NotAUln(
            "The last digit of the ULN does not fit the rest. Check every digit against the learner's record."
        )
    return number


def nhs_number(typed: str) -> str:
    """An NHS number: 10 digits, the last a check digit modulo 11. Returned without spaces; see `spaced_nhs_number`."""
    number = _compact(typed)
    if not re.fullmatch(r"\d{10}", number, re.ASCII):
        raise NotAnNhsNumber("An NHS number is 10 digits, such as 943 476 5919. Check it.")
    if not nhs.is_valid(number):
        raise NotAnNhsNumber(
            "The last digit of the NHS number does not fit the rest. Check every digit against the record."
        )
    return number


def spaced_nhs_number(normal: str) -> str:
    """As the NHS prints it: three, three and four digits."""
    return f"{normal[:3]} {normal[3:6]} {normal[6:]}"


def ofsted_urn(typed: str) -> str:
    """A setting's reference in Ofsted's social care register: `SC` and six digits, or seven. No check digit."""
    number = _compact(typed)
    if not re.fullmatch(r"SC\d{6}|[1-9]\d{6}", number, re.ASCII):
        raise NotAnOfstedUrn(
            "An Ofsted reference (URN) is SC and 6 digits, such as SC012345, or 7 digits. Check it on Ofsted's page."
        )
    return number


def school_urn(typed: str) -> str:
    """The reference of a school in Get Information about Schools: six digits, the first not nought. No check digit."""
    number = _compact(typed)
    if not re.fullmatch(r"[1-9]\d{5}", number, re.ASCII):
        raise NotASchoolUrn(
            "A school's reference (URN) is 6 digits, such as 101846. Check it on Get Information about Schools."
        )
    return number


def laestab(typed: str) -> str:
    """Authority (3 digits) and establishment (4 digits), also written `306/7001`; returned as seven digits."""
    number = _compact(typed).replace("/", "")
    if not re.fullmatch(r"\d{7}", number, re.ASCII):
        raise NotALaestab("A LAESTAB is the authority's 3 digits and the school's 4, such as 306/7001. Check it.")
    if number[:3] not in AUTHORITY_NUMBERS:
        raise NotALaestab(
            f"No authority in England has the number {number[:3]}. Check the first 3 digits of the LAESTAB."
        )
    return number


def _compact(typed: str) -> str:
    """Without spaces and hyphens, in capitals: how people copy a number must not matter."""
    return re.sub(r"[\s\-‐‑–—]+", "", typed).upper()
