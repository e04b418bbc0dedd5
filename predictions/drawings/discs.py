"""Discs of sun and moon as path data: the lit part of a phase, the part that another disc covers."""

from __future__ import annotations

from math import hypot, sqrt


def lit_part(x: float, y: float, radius: float, fraction: float, *, right: bool) -> str:
    """The lit part of a disc about x, y: half its edge and the half ellipse of the terminator.

    ``fraction`` is lit of the area, 0 to 1, and lies to the right or to the left.
    """
    across = radius * abs(1 - 2 * fraction)
    # From the lower end back to the upper one: over the lit side for a crescent, over the other for more.
    sweep = int((fraction > 0.5) == right)
    return (
        f"M{x:.2f} {y - radius:.2f}"
        f"A{radius:.2f} {radius:.2f} 0 0 {int(right)} {x:.2f} {y + radius:.2f}"
        f"A{across:.2f} {radius:.2f} 0 0 {sweep} {x:.2f} {y - radius:.2f}Z"
    )


def circle_part(x: float, y: float, radius: float) -> str:
    """A whole disc as a path."""
    half = f"A{radius:.2f} {radius:.2f} 0 1 1"
    return f"M{x - radius:.2f} {y:.2f}{half} {x + radius:.2f} {y:.2f}{half} {x - radius:.2f} {y:.2f}Z"


def covered_part(
    x: float, y: float, radius: float, other_x: float, other_y: float, other_radius: float
) -> str:
    """What two discs share; empty where they do not touch."""
    right, down = other_x - x, other_y - y
    apart = hypot(right, down)
    if apart >= radius + other_radius:
        return ""
    if apart + min(radius, other_radius) <= max(radius, other_radius):
        inner = (x, y, radius) if radius <= other_radius else (other_x, other_y, other_radius)
        return circle_part(*inner)
    along = (apart**2 + radius**2 - other_radius**2) / (2 * apart)
    half = sqrt(max(0.0, radius**2 - along**2))
    foot_x, foot_y = x + along * right / apart, y + along * down / apart
    side_x, side_y = half * down / apart, -half * right / apart
    # The arc of each disc is the greater one where its centre lies on the far side of the common chord.
    own, others = int(along < 0), int(along > apart)
    return (
        f"M{foot_x + side_x:.2f} {foot_y + side_y:.2f}"
        f"A{radius:.2f} {radius:.2f} 0 {own} 1 {foot_x - side_x:.2f} {foot_y - side_y:.2f}"
        f"A{other_radius:.2f} {other_radius:.2f} 0 {others} 1 {foot_x + side_x:.2f} {foot_y + side_y:.2f}Z"
    )
