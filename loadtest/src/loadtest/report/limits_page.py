"""
What limits a setting, as one sentence, as text for a terminal and as a page.
"""

from __future__ import annotations

from loadtest.analysis.suspects.ranking import first_suspects
from loadtest.plural import counted
from loadtest.report.numbers import capitalised
from loadtest.report.page_template import page_template
from loadtest.report.suspect_text import hold, subject, suspects_sentence
from loadtest.report.text_lines import fitted
from loadtest.results.comparison_result import Standing
from loadtest.results.limits_result import LimitsAnswer, LimitsResult, TriedRelief
from loadtest.results.suspect import Suspect


def limits_headline(result: LimitsResult) -> str:
    """
    Return the answer: what limits the setting, by which readings, what its relief gave, what to change, and what comes
    next.
    """
    match result.answer:
        case LimitsAnswer.PROVED:
            return _proved(result)
        case LimitsAnswer.NAMED:
            settings = "; ".join(suspect.setting.text for suspect in result.limits)
            return f"{suspects_sentence(result.limits)}. Not relieved here, as {result.why_not_relieved}. Change {settings}."
        case LimitsAnswer.UNKNOWN if result.tried and result.limits:
            return f"Cannot tell whether {subject(result.limits[0].name)} {hold(result.limits[0].name)} you back: {relief_text(result.tried[-1])}."
        case LimitsAnswer.UNKNOWN:
            return f"Cannot tell what holds you back: {result.problem}."
        case LimitsAnswer.NOT_FOUND if result.tried:
            told = "; ".join(relief_text(one) for one in result.tried)
            return f"Not found: nothing that was relieved raised the throughput ({told}).{_left(result)}"
        case LimitsAnswer.NOT_FOUND if result.ranking:
            first = first_suspects(result.ranking)
            settings = "; or ".join(dict.fromkeys(suspect.setting.text for suspect in first))
            return f"{suspects_sentence(first)}. Not proved, as nothing was relieved. To change: {settings}."
        case LimitsAnswer.NOT_FOUND:
            return "Not found: no reading of the saturated step points at a limit."


def relief_text(tried: TriedRelief) -> str:
    """
    Say what a relief gave.
    """
    one = tried.throughput
    if one.ratio is None or one.low is None or one.high is None:
        return f"{tried.relief}: not told, as {one.why}"
    change = f"{_percent(one.ratio)} % ({_percent(one.low)} to {_percent(one.high)})"
    if one.standing is Standing.SAME:
        return f"{tried.relief} gave the same, {change}"
    if one.standing is Standing.UNKNOWN:
        return f"{tried.relief} gave {change}, which does not tell after {counted(one.rounds, 'round')}"
    return f"{tried.relief} gave {change}"


def limits_text(result: LimitsResult, width: int | None = None) -> str:
    """
    Return the answer and the ranking as lines for a terminal.

    Args:
        result: Result of the search.
        width: Width of the terminal in characters; ``None`` breaks no line.
    """
    lines = [limits_headline(result), ""]
    lines += [f"  {number}. {suspect.name}: {suspect.evidence}" for number, suspect in _numbered(result)]
    lines += [f"relieved: {one.suspect.name}: {relief_text(one)}" for one in result.tried]
    lines += [f"note: {warning}" for warning in result.warnings]
    return "\n".join(piece for line in lines for piece in fitted(line, width)) + "\n"


def limits_html(result: LimitsResult, about: str) -> str:
    """
    Return the page; it needs no other file.

    Args:
        result: Result of the search.
        about: What was run, where and when.
    """
    return page_template("limits.html").render(
        result=result,
        about=about,
        answer=_answer(result),
        headline=limits_headline(result),
        tried=[(one.suspect.name, relief_text(one), one.throughput) for one in result.tried],
        numbered=_numbered(result),
    )


def _answer(result: LimitsResult) -> str:
    """
    Return how sure the answer is; suspects that nobody tried to relieve were found, and not proved.
    """
    is_untried = result.answer is LimitsAnswer.NOT_FOUND and result.ranking and not result.tried
    return "not proved" if is_untried else result.answer.value


def _left(result: LimitsResult) -> str:
    """
    Name the suspects that may still be the limit, as nobody relieved them.
    """
    tried = {one.suspect.name for one in result.tried}
    left = [suspect for suspect in result.ranking if suspect.name not in tried]
    if not left:
        return ""
    return f" Not relieved: {'; '.join(f'{suspect.name} ({suspect.evidence})' for suspect in left)}."


def _numbered(result: LimitsResult) -> list[tuple[int, Suspect]]:
    return list(enumerate(result.ranking, 1))


def _proved(result: LimitsResult) -> str:
    (limit,) = result.limits
    before = [one for one in result.tried[:-1]]
    name = capitalised(subject(limit.name))
    told = (
        f"{name} {hold(limit.name)} you back: {limit.evidence}. {capitalised(relief_text(result.tried[-1]))}."
    )
    told += f" Change {limit.setting.text}."
    if before:
        told += f" Not it: {', '.join(one.suspect.name for one in before)}."
    if result.next is None:
        return told
    again = " again" if result.next.name is limit.name else ""
    return f"{told} Next: {result.next.name}{again}, {result.next.evidence}."


def _percent(ratio: float) -> str:
    return f"{100 * (ratio - 1):+.0f}"
