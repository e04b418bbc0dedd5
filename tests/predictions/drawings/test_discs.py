"""predictions/drawings/discs.py: the area of a phase is its illumination, the lens of two discs what geometry says."""

from __future__ import annotations

import re
from math import acos, atan2, cos, pi, sin, sqrt

from hypothesis import assume, example, given
from hypothesis import strategies as st

from predictions.drawings.discs import circle_part, covered_part, lit_part

fractions = st.floats(0, 1)


def points_of(path):
    """The outline as many points, each arc by SVG's own rule (endpoints to centre)."""
    numbers = [float(number) for number in re.findall(r"-?[\d.]+", path)]
    x, y = numbers[:2]
    points = [(x, y)]
    for start in range(2, len(numbers), 7):
        across, high, _, large, sweep, end_x, end_y = numbers[start : start + 7]
        points += arc((x, y), (end_x, end_y), across, high, large=bool(large), sweep=bool(sweep))
        x, y = end_x, end_y
    return points


def arc(start, end, across, high, *, large, sweep):
    if across == 0:
        return [end]
    half_x, half_y = (start[0] - end[0]) / 2 / across, (start[1] - end[1]) / 2 / high
    length = half_x**2 + half_y**2
    scale = sqrt(max(0.0, 1 / length - 1)) * (-1 if large == sweep else 1)
    centre_x, centre_y = scale * half_y, -scale * half_x
    first = atan2(half_y - centre_y, half_x - centre_x)
    last = atan2(-half_y - centre_y, -half_x - centre_x)
    turn = (last - first) % (2 * pi) if sweep else -((first - last) % (2 * pi))
    middle_x = (start[0] + end[0]) / 2 + across * centre_x
    middle_y = (start[1] + end[1]) / 2 + high * centre_y
    angles = [first + turn * step / 400 for step in range(1, 401)]
    return [(middle_x + across * cos(angle), middle_y + high * sin(angle)) for angle in angles]


def area_of(path):
    points = points_of(path)
    pairs = zip(points, points[1:] + points[:1], strict=True)
    return abs(sum(x * b - a * y for (x, y), (a, b) in pairs)) / 2


def centre_of(path):
    points = points_of(path)
    return sum(x for x, _ in points) / len(points)


@given(fractions, st.booleans(), st.floats(5, 80))
def test_the_lit_part_of_the_drawn_disc_is_the_fraction_that_is_lit(fraction, right, radius):
    drawn = area_of(lit_part(100, 100, radius, fraction, right=right)) / (pi * radius**2)
    assert abs(drawn - fraction) < 0.01


@given(st.floats(0.02, 0.98))
def test_the_lit_part_lies_on_its_side(fraction):
    assert centre_of(lit_part(0, 0, 50, fraction, right=True)) > 0
    assert centre_of(lit_part(0, 0, 50, fraction, right=False)) < 0


def lens(one, other, apart):
    """The area that two circles share, by the formula of plane geometry."""
    if apart >= one + other:
        return 0.0
    if apart <= abs(one - other):
        return pi * min(one, other) ** 2
    first = acos((apart**2 + one**2 - other**2) / (2 * apart * one))
    second = acos((apart**2 + other**2 - one**2) / (2 * apart * other))
    return one**2 * (first - sin(2 * first) / 2) + other**2 * (second - sin(2 * second) / 2)


@example(apart=1.25, angle=0.0, radius=22.0, other=20.375)
@given(st.floats(0, 150), st.floats(0, 2 * pi), st.floats(20, 40), st.floats(20, 160))
def test_what_two_discs_share_is_what_plane_geometry_says(apart, angle, radius, other):
    assume(abs(apart - radius - other) > 0.3)
    path = covered_part(0, 0, radius, apart * cos(angle), apart * sin(angle), other)
    drawn = area_of(path) if path else 0.0
    assert abs(drawn - lens(radius, other, apart)) < 0.01 * pi * radius**2


def test_discs_that_do_not_touch_share_nothing():
    assert covered_part(0, 0, 10, 30, 0, 10) == ""


def test_a_disc_within_the_other_is_shared_whole():
    assert covered_part(0, 0, 10, 3, 0, 40) == circle_part(0, 0, 10)
    assert covered_part(0, 0, 10, 3, 0, 5) == circle_part(3, 0, 5)
