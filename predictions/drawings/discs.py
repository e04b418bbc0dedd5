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
    top, bottom, half = _ends(y, radius)
    return (
        f"M{x:.2f} {top:.2f}"
        f"A{half:.3f} {half:.3f} 0 0 {int(right)} {x:.2f} {bottom:.2f}"
        f"A{across:.3f} {half:.3f} 0 0 {sweep} {x:.2f} {top:.2f}Z"
    )


def circle_part(x: float, y: float, radius: float) -> str:
    """A whole disc as a path."""
    left, right, half = _ends(x, radius)
    arc = f"A{half:.3f} {half:.3f} 0 1 1"
    return f"M{left:.2f} {y:.2f}{arc} {right:.2f} {y:.2f}{arc} {left:.2f} {y:.2f}Z"


def _ends(centre: float, radius: float) -> tuple[float, float, float]:
    """Where a diameter ends, as it is written, and half of it: a radius a hundredth longer bends the arc by 4 %."""
    low, high = round(centre - radius, 2), round(centre + radius, 2)
    return low, high, (high - low) / 2


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
    # Near a whole disc the chord is nearly a diameter: what it lacks is in the fourth place.
    return (
        f"M{foot_x + side_x:.4f} {foot_y + side_y:.4f}"
        f"A{radius:.4f} {radius:.4f} 0 {own} 1 {foot_x - side_x:.4f} {foot_y - side_y:.4f}"
        f"A{other_radius:.4f} {other_radius:.4f} 0 {others} 1 {foot_x + side_x:.4f} {foot_y + side_y:.4f}Z"
    )
