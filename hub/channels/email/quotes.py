"""What is new in a letter, and what is an earlier one below it: English, Russian and Turkish programs and habits.

Nothing is dropped: every line of the whole is in `text`, `signature` or `quoted`, in its order. In doubt a line is
new. Answers written between the lines of a quoted letter keep those lines, as they are what they answer.
"""

import re
from dataclasses import dataclass

from hub.channels.email import quote_words as words

_MOST_LINES = 20_000
"""What has more was written by a program: nothing is folded in it."""
_LONGEST_LINE = 1000
_LONGEST_ATTRIBUTION = 400
_ATTRIBUTION_LINES = 4
_MOST_ATTRIBUTIONS = 1000
_HEADER_LINES = 14
_SIGNATURE_LINES = 12
_CLOSING_LINES = 7
_CLOSING_LINE_CHARS = 80

_QUOTE = re.compile(r"[ \t]{0,3}>")
_ANGLE_ADDRESS_LAST = re.compile(r"<[^<>\s]{1,200}@[^<>\s]{1,200}>[\"»”']?\s*:$")
_DASHES = re.compile(r"(?:--|—)\s?$")
_NAME_LIKE = re.compile(r"[^\d?:]{2,60}$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """The three piles of a letter's lines. `text` is empty only when the letter is."""

    text: str
    signature: str = ""
    quoted: str = ""


def split(whole: str) -> Split:
    """The letter `whole` (lines end in line feeds) in its three piles; takes time in proportion to its length."""
    lines = whole.split("\n")
    if len(lines) > _MOST_LINES:
        return Split(text=_joined(lines))
    seen = [line[:_LONGEST_LINE].replace("\xa0", " ").strip() for line in lines]
    quoted = _quoted(seen)
    fresh = [place for place in range(len(lines)) if not quoted[place]]
    if not any(seen[place] for place in fresh):
        return Split(text=_joined(lines))
    ends = _signature(seen, fresh)
    text = [lines[place] for place in fresh[:ends]]
    if not any(line.strip() for line in text):
        return Split(text=_joined(lines))
    return Split(
        text=_joined(text),
        signature=_joined([lines[place] for place in fresh[ends:]]),
        quoted=_joined([line for line, is_quoted in zip(lines, quoted, strict=True) if is_quoted]),
    )


def _joined(lines: list[str]) -> str:
    return "\n".join(line.rstrip() for line in lines).strip("\n")


# --- earlier letters ---


def _quoted(seen: list[str]) -> list[bool]:
    marked = [_QUOTE.match(line) is not None for line in seen]
    following = _followings(seen)
    introduces = _attributions(seen, marked, following)
    cut = _cut(seen, marked, following, introduces)
    quoted = [place >= cut for place in range(len(seen))]
    runs = _runs(seen[:cut], marked, introduces)
    rest = _first_of_rest(seen, runs, cut)
    for at, (begins, ends) in enumerate(runs):
        # one quoted block is folded wherever it stands; of several with answers between them, those after the last
        if len(runs) == 1 or at >= rest:
            quoted[begins:ends] = [True] * (ends - begins)
    return quoted


def _followings(seen: list[str]) -> list[int]:
    """For each line the next one that is not empty; the number of lines when there is none."""
    following, last = [0] * len(seen), len(seen)
    for place in range(len(seen) - 1, -1, -1):
        following[place] = last
        if seen[place]:
            last = place
    return following


def _attributions(seen: list[str], marked: list[bool], following: list[int]) -> dict[int, tuple[int, bool]]:
    """Where attributions begin: (the line after, whether it stands for itself, without `>` lines below)."""
    found: dict[int, tuple[int, bool]] = {}
    looked_at = 0
    for place, line in enumerate(seen):
        if marked[place] or not _ends_an_attribution(line):
            continue
        looked_at += 1
        if looked_at > _MOST_ATTRIBUTIONS:
            break
        begins, strong = _attribution_ending_at(seen, marked, place)
        after = following[place]
        if strong or (begins is not None and after < len(seen) and marked[after]):
            found[place if begins is None else begins] = (place + 1, strong)
    return found


def _ends_an_attribution(line: str) -> bool:
    return line.endswith(":") and (
        line[-3:-1].strip(" \"»”'")[-1:] in {">", ")"} or bool(words.SAYS.search(line[-60:]))
    )


def _attribution_ending_at(seen: list[str], marked: list[bool], place: int) -> tuple[int | None, bool]:
    joined = ""
    weak: int | None = None
    for begins in range(place, max(place - _ATTRIBUTION_LINES, -1), -1):
        if not seen[begins] or marked[begins]:
            break
        # a line may have been broken inside the brackets
        joined = f"{seen[begins]} {joined}".strip().replace("< ", "<")
        if len(joined) > _LONGEST_ATTRIBUTION:
            break
        says = words.SAYS.search(joined) is not None
        if begins == place and says:
            weak = place
        dated = words.HAS_DATE.search(joined) is not None
        timed = words.HAS_TIME.search(joined) is not None
        addressed = words.HAS_ADDRESS.search(joined) is not None
        if dated and ((says and (timed or addressed)) or (timed and _ANGLE_ADDRESS_LAST.search(joined))):
            above = begins - 1
            opens = above >= 0 and words.OPENS.match(seen[above]) and not marked[above]
            if opens and not words.OPENS.match(seen[begins]):
                return above, True
            return begins, True
        # `Support <s@hub.test> şunları yazdı (3 Mar 2025 10:00):`
        if dated and timed and addressed and joined.endswith("):"):
            return begins, True
    return weak, False


def _cut(
    seen: list[str], marked: list[bool], following: list[int], introduces: dict[int, tuple[int, bool]]
) -> int:
    """From which line on everything is an earlier letter; the number of lines when nothing says so."""
    meanings = [_meaning(line) for line in seen]
    for place, line in enumerate(seen):
        if not line or marked[place]:
            continue
        attribution = introduces.get(place)
        if attribution is not None and attribution[1]:
            after = following[attribution[0] - 1]
            if after >= len(seen) or not marked[after]:
                return place
        if words.BEGINS_EARLIER.match(line) or words.BEGINS_FORWARD.match(line):
            return place
        drawn = words.RULE.match(line) is not None
        if _is_header_block(meanings, following[place] if drawn else place):
            return place
    return len(seen)


def _is_header_block(meanings: list[str], place: int) -> bool:
    """Whether From, Sent, To and Subject of an earlier letter are copied here, three of them at least."""
    if place >= len(meanings) or meanings[place] not in {"from", "sent"}:
        return False
    found: set[str] = set()
    others = 0
    for meaning in meanings[place : place + _HEADER_LINES]:
        others = 0 if meaning else others + 1
        if others > 2:  # a list of recipients may take a second line, and a third
            break
        found.add(meaning)
    return len(found & {"from", "sent", "to", "subject"}) >= 3 and "from" in found


def _meaning(line: str) -> str:
    label = words.LABEL.match(line[:60])
    return words.LABELS.get(label[1].strip().replace("İ", "i").lower(), "") if label else ""


def _runs(
    seen: list[str], marked: list[bool], introduces: dict[int, tuple[int, bool]]
) -> list[tuple[int, int]]:
    """Blocks of `>` lines with what introduces them and the empty lines among them: (first, after the last)."""
    runs: list[tuple[int, int]] = []
    place = 0
    while place < len(seen):
        begins = place
        if place in introduces:
            place = introduces[place][0]
            while place < len(seen) and not seen[place]:
                place += 1
        if place >= len(seen) or not marked[place]:
            place = max(place, begins + 1)
            continue
        ends = place
        while place < len(seen) and (marked[place] or not seen[place]):
            place += 1
            ends = place if marked[place - 1] else ends
        if runs and not any(seen[runs[-1][1] : begins]):
            runs[-1] = (runs[-1][0], ends)
        else:
            runs.append((begins, ends))
    return runs


def _first_of_rest(seen: list[str], runs: list[tuple[int, int]], cut: int) -> int:
    """The first run that nothing new stands below of, a signature aside."""
    for at in range(len(runs) - 1, -1, -1):
        until = runs[at + 1][0] if at + 1 < len(runs) else cut
        below = [place for place in range(runs[at][1], until) if seen[place]]
        if below and not _only_a_signature(seen, below):
            return at + 1
    return 0


def _only_a_signature(seen: list[str], places: list[int]) -> bool:
    first = seen[places[0]]
    return len(places) <= _SIGNATURE_LINES and bool(_DASHES.match(first) or words.MOBILE.match(first))


# --- signatures ---


def _signature(seen: list[str], fresh: list[int]) -> int:
    """How many of the `fresh` lines stand before the signature."""
    ends = len(fresh)
    while ends and not seen[fresh[ends - 1]]:
        ends -= 1
    filled = [at for at in range(max(0, ends - 60), ends) if seen[fresh[at]]]
    for at in reversed(filled[-_SIGNATURE_LINES - 1 :]):
        if _DASHES.match(seen[fresh[at]]):
            ends = at
            break
    ends = _before_mobile(seen, fresh, ends)
    return _before_closing(seen, fresh, ends)


def _before_mobile(seen: list[str], fresh: list[int], ends: int) -> int:
    filled = [at for at in range(max(0, ends - 12), ends) if seen[fresh[at]]][-4:]
    for at in filled:
        if words.MOBILE.match(seen[fresh[at]]) and at > 0:
            return at
    return ends


def _before_closing(seen: list[str], fresh: list[int], ends: int) -> int:
    filled = [at for at in range(max(0, ends - 20), ends) if seen[fresh[at]]]
    for nth, at in enumerate(filled[-_CLOSING_LINES:]):
        below = [seen[fresh[one]] for one in filled[-_CLOSING_LINES:][nth + 1 :]]
        if not words.CLOSING.match(seen[fresh[at]]) or not below or at == 0:
            continue
        short = all(len(line) <= _CLOSING_LINE_CHARS and not line.endswith("?") for line in below)
        named = _NAME_LIKE.match(below[0]) is not None and len(below[0].split()) <= 6
        if short and named and not any(words.POSTSCRIPT.match(line) for line in below):
            return at
    return ends
