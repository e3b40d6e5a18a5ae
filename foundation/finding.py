"""One thing that was looked at in an installation, and what to do when it is not as it should be."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """One thing looked at. `problem` is empty when all is well; `advice` says what to do when it is not."""

    subject: str
    problem: str = ""
    advice: str = ""

    @property
    def line(self) -> str:
        return f"problem  {self.subject}: {self.problem} {self.advice}" if self.problem else f"OK       {self.subject}"
