"""The Section 251 placement-costs file: what each placement of a looked-after child cost a borough in a financial year.

Its columns are those of the London Innovation and Improvement Alliance's pipeline, which brings boroughs' files together beside the
return under section 251 of the Apprenticeships, Skills, Children and Learning Act 2009. It names children by number, date of birth and
postcode, so only the borough's roles that see identity take it out, and every taking out stands in the audit trail. A fact that Harbour
does not hold stays blank, and the page says which and for how many placements; nothing is guessed.
"""
