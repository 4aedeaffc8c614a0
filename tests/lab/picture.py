"""Draws a timeline as text and as an SVG picture."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .timeline import Milestones

LEFT, RIGHT, TOP, ROW, BAR = 220, 40, 56, 30, 16
WIDTH = 900
TICKS = 8
# A colour for the time until Synced, one for the time until Healthy.
SYNCING, WAITING = "#4c78a8", "#9ecae9"


def table(milestones: Mapping[str, Milestones], waves: Mapping[str, int]) -> str:
    """Return the timeline as a table: wave, application, and the seconds of each stage since the root was applied."""
    lines = [f"{'wave':>9}  {'application':<20} {'created':>8} {'synced':>8} {'healthy':>8} {'seconds':>8}"]
    for name in _order(milestones, waves):
        mark = milestones[name]
        took = None if mark.ready is None else mark.ready - mark.created
        stages = " ".join(_seconds(value) for value in (mark.created, mark.synced, mark.healthy, took))
        lines.append(f"{_wave(name, waves):>9}  {name:<20} {stages}")
    return "\n".join(lines)


def svg(milestones: Mapping[str, Milestones], waves: Mapping[str, int], title: str) -> str:
    """Return the timeline as an SVG: a bar an application, from its creation to Synced and on to Healthy."""
    names = _order(milestones, waves)
    end = max((mark.ready or mark.created for mark in milestones.values()), default=1.0) * 1.02
    height = TOP + ROW * len(names) + 40
    scale = (WIDTH - LEFT - RIGHT) / end

    def x(seconds: float) -> float:
        return round(LEFT + seconds * scale, 1)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" font-family="sans-serif">',
        f'<rect width="{WIDTH}" height="{height}" fill="white"/>',
        f'<text x="16" y="26" font-size="16">{escape(title)}</text>',
        *_legend(),
    ]
    step = _step(end)
    for tick in range(int(end // step) + 1):
        at, label = x(tick * step), f"{tick * step:g} s"
        parts.append(f'<line x1="{at}" y1="{TOP - 6}" x2="{at}" y2="{height - 30}" stroke="#ddd"/>')
        parts.append(
            f'<text x="{at}" y="{height - 12}" font-size="11" text-anchor="middle" fill="#555">{label}</text>'
        )
    for row, name in enumerate(names):
        mark, top = milestones[name], TOP + ROW * row
        label = f"{name} · {_wave(name, waves)}"
        parts.append(
            f'<text x="{LEFT - 10}" y="{top + 13}" font-size="13" text-anchor="end">{escape(label)}</text>'
        )
        stop = mark.ready or end
        synced = min(mark.synced or stop, stop)
        parts.append(_bar(x(mark.created), x(synced), top, SYNCING))
        parts.append(_bar(x(synced), x(stop), top, WAITING))
        note = f"{stop:.0f} s" if mark.ready else "not ready"
        anchor = f'x="{x(stop) - 6}" text-anchor="end"' if x(stop) > WIDTH - 90 else f'x="{x(stop) + 6}"'
        parts.append(f'<text {anchor} y="{top + 13}" font-size="11" fill="#222">{note}</text>')
    return "\n".join([*parts, "</svg>", ""])


def _legend() -> list[str]:
    entries = ((SYNCING, "created → Synced"), (WAITING, "Synced → Healthy"))
    parts = []
    for index, (colour, label) in enumerate(entries):
        at = WIDTH - RIGHT - 300 + 155 * index
        parts.append(f'<rect x="{at}" y="16" width="12" height="12" fill="{colour}"/>')
        parts.append(f'<text x="{at + 18}" y="26" font-size="12">{label}</text>')
    return parts


def _bar(start: float, stop: float, top: int, colour: str) -> str:
    return f'<rect x="{start}" y="{top}" width="{max(stop - start, 0):.1f}" height="{BAR}" fill="{colour}"/>'


def _step(end: float) -> float:
    return next(
        step for step in (1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 3600) if end / step <= TICKS or step == 3600
    )


def _order(milestones: Mapping[str, Milestones], waves: Mapping[str, int]) -> list[str]:
    return sorted(milestones, key=lambda name: (waves.get(name, -1), milestones[name].created, name))


def _wave(name: str, waves: Mapping[str, int]) -> str:
    return f"wave {waves[name]}" if name in waves else "bootstrap"


def _seconds(value: float | None) -> str:
    return f"{value:8.1f}" if value is not None else f"{'-':>8}"
