"""How the six lines of a 六爻 cast come about: thrown by hand, by recorded coins, by numbers or by the time.

A value is 6 老阴, 7 少阳, 8 少阴 or 9 老阳, the bottom line first; 6 and 9 move.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256

from predictions.systems.casting_moment import CastingTime, time_counts
from predictions.systems.hexagrams import Hexagram, hexagram
from predictions.systems.hexagrams_cast import CountedCast, by_numbers, by_time
from predictions.types import Json

# The name of the method is hashed with the seed, so that a seed used elsewhere throws other coins here.
COIN_METHOD = "celestial-nexus/liuyao/three-coins/1"
VALUE_NAMES = {6: "老阴", 7: "少阳", 8: "少阴", 9: "老阳"}


@dataclass(frozen=True, slots=True)
class Lines:
    """The six values, how they were found ("lines", "coins", "numbers", "moment"), the coins of each line or None."""

    values: tuple[int, ...]
    method: str
    coins: tuple[tuple[int, ...], ...] | None
    step: Json

    @property
    def main(self) -> Hexagram:
        return hexagram(sum((value % 2) << place for place, value in enumerate(self.values)))

    @property
    def moving(self) -> tuple[int, ...]:
        """The positions 1-6 that move."""
        return tuple(place for place, value in enumerate(self.values, 1) if value in (6, 9))

    @property
    def changed(self) -> Hexagram | None:
        """变卦, or None when nothing moves."""
        turned = sum(1 << (place - 1) for place in self.moving)
        return hexagram(self.main.bits ^ turned) if turned else None


def throw_coins(seed: int | str) -> tuple[tuple[int, ...], ...]:
    """Eighteen coins, three for each line from the bottom: 3 for the back (阳), 2 for the face (阴).

    Coin n is bit n, from the most significant, of SHA-256 over the method's name, a newline and the seed written out;
    a set bit is the back. The seed 7 and the seed "7" are the same.
    """
    digest = sha256(f"{COIN_METHOD}\n{seed}".encode("utf-8", "surrogatepass")).digest()
    bits = int.from_bytes(digest, "big")
    coins = [2 + (bits >> (255 - place) & 1) for place in range(18)]
    return tuple(tuple(coins[place : place + 3]) for place in range(0, 18, 3))


def lines_of(data: Json, cast: CastingTime | None, options: Json) -> Lines:
    """The lines of a valid input; ``cast`` is its moment, where there is one."""
    if "lines" in data:
        return Lines(tuple(data["lines"]), "lines", None, _values_step(data["lines"], "lines"))
    if "seed" in data:
        coins = throw_coins(data["seed"])
        values = tuple(sum(three) for three in coins)
        step = _values_step(list(values), "coins")
        step["values"] |= {
            "algorithm": COIN_METHOD,
            "hash": "sha256",
            "coins": [list(three) for three in coins],
        }
        return Lines(values, "coins", coins, step)
    if "numbers" in data:
        hour = None if cast is None or cast.hour is None else cast.hour + 1
        counted = by_numbers(data["numbers"], hour, options["with_hour"] == "on")
        return _counted(counted, "numbers")
    if cast is None:
        raise ValueError("a cast by time needs its moment")
    return _counted(by_time(time_counts(cast, options["leap_month"])), "moment")


def _counted(counted: CountedCast, method: str) -> Lines:
    bits, moving = counted.main.bits, counted.moving
    values = [7 if bits >> place & 1 else 8 for place in range(6)]
    values[moving - 1] = 9 if values[moving - 1] == 7 else 6
    return Lines(tuple(values), method, None, counted.step())


def _values_step(values: list[int], method: str) -> Json:
    return {"name": "lines", "values": {"method": method, "bottom_first": list(values)}}
