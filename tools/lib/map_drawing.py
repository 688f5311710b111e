"""Draws rooms and the arrows between them as one SVG. Used by tools/map.

Layered drawing after Sugiyama, Tagawa, Toda 1981: a room stands just below the lowest room that uses it, arrows that
pass other rows go through points of their own, the order within rows is the one with the fewest crossings that sweeps
with means find, and places follow from it. The same rooms give the same bytes.
"""

import html

ROW, BOX_HEIGHT, GAP, MARGIN, LETTER = 92, 30, 18, 24, 7.3
FILLS = ["#dbe9f6", "#fde3c4", "#dcefd9", "#eadcf1", "#fbd9d5", "#e8e4d8"]

STYLE = """
  text { font: 12px ui-monospace, "DejaVu Sans Mono", Menlo, monospace; text-anchor: middle; fill: #1f2328; }
  .key text { font: 12px system-ui, "DejaVu Sans", sans-serif; text-anchor: start; }
  rect.ground { fill: #fdfdfb; } path { fill: none; stroke: #7b838c; stroke-width: 1.1; } path.tip { fill: #7b838c; }
  rect.box { stroke: #7b838c; }
  @media (prefers-color-scheme: dark) {
    rect.ground { fill: #1b1e22; } .key text { fill: #eceae4; } path, rect.box { stroke: #8d959e; }
    path.tip { fill: #8d959e; }
  }
"""


def reduced(rooms):
    """The rooms that each uses, without those that it also reaches through another."""
    names = {room.name for room in rooms}
    uses = {room.name: [name for name in room.dependencies if name in names] for room in rooms}
    reached = {}
    for room in rooms:  # what a room uses stands before it
        reached[room.name] = set(uses[room.name]).union(*(reached[name] for name in uses[room.name]))
    return {name: [one for one in below if not any(one in reached[other] for other in below)]
            for name, below in uses.items()}


def rows_of(rooms, below):
    """By room, its row: 0 is the lowest."""
    row = {}
    for room in rooms:
        row[room.name] = 1 + max((row[name] for name in below[room.name]), default=-1)
    for room in reversed(rooms):  # as high as those that use it allow, so that arrows are short
        users = [row[name] for name, used in below.items() if room.name in used]
        row[room.name] = min(users, default=row[room.name] + 1) - 1
    return row


class Layout:
    """Points in rows: rooms by their names, and for an arrow that passes a row, a (user, used, row) of its own."""

    def __init__(self, rooms):
        below = reduced(rooms)
        row = rows_of(rooms, below)
        self.rows = [[] for _ in range(max(row.values()) + 1)]
        self.down, self.up, self.chains = {}, {}, []
        for room in rooms:
            self.rows[row[room.name]].append(room.name)
        for user in below:
            for used in below[user]:
                passed = [(user, used, level) for level in range(row[user] - 1, row[used], -1)]
                for point in passed:
                    self.rows[point[2]].append(point)
                chain = [user, *passed, used]
                self.chains.append(chain)
                for high, low in zip(chain, chain[1:]):
                    self.down.setdefault(high, []).append(low)
                    self.up.setdefault(low, []).append(high)
        self.order()
        self.place()

    def crossings(self):
        """How many pairs of arrows cross."""
        total = 0
        for high, low in zip(self.rows[1:], self.rows):
            place = {point: index for index, point in enumerate(low)}
            ends = [place[end] for point in high for end in sorted(self.down.get(point, []), key=place.get)]
            total += sum(1 for i, end in enumerate(ends) for other in ends[i + 1:] if other < end)
        return total

    def order(self):
        best, fewest = [list(row) for row in self.rows], self.crossings()
        for sweep in range(60):
            upward = sweep % 2 == 0
            levels = range(1, len(self.rows)) if upward else range(len(self.rows) - 2, -1, -1)
            for level in levels:
                near = self.rows[level - 1 if upward else level + 1]
                place = {point: index for index, point in enumerate(near)}
                links = self.down if upward else self.up
                middle = {}
                for index, point in enumerate(self.rows[level]):
                    ends = [place[end] for end in links.get(point, [])]
                    middle[point] = sum(ends) / len(ends) if ends else index * len(near) / len(self.rows[level])
                # Every other pair of sweeps turns equals round, so that they do not stay as they came.
                turn = -1 if sweep % 4 > 1 else 1
                self.rows[level] = [point for _, _, point in sorted(
                    ((middle[point], turn * index, point) for index, point in enumerate(self.rows[level])),
                    key=lambda entry: entry[:2])]
            if self.crossings() < fewest:
                best, fewest = [list(row) for row in self.rows], self.crossings()
        self.rows = best

    def place(self):
        self.width = {point: LETTER * len(point) + 18 if isinstance(point, str) else 4
                      for row in self.rows for point in row}
        self.x = {}
        for row in self.rows:
            self.pack(row, {point: index * 110 for index, point in enumerate(row)})
        for sweep in range(40):
            for row in self.rows if sweep % 2 == 0 else reversed(self.rows):
                wanted = {}
                for point in row:
                    ends = [self.x[end] for links in (self.down, self.up) for end in links.get(point, [])]
                    wanted[point] = sum(ends) / len(ends) if ends else self.x[point]
                self.pack(row, wanted)
        least = min(self.x[point] - self.width[point] / 2 for point in self.x)
        self.x = {point: x - least + MARGIN for point, x in self.x.items()}
        self.right = max(x + self.width[point] / 2 for point, x in self.x.items()) + MARGIN

    def pack(self, row, wanted):
        """Places a row's points as near as may be to where they are wanted, in order and apart: blocks that would
        overlap are joined and share the mean of what their points want."""
        blocks = []  # [sum of wanted starts, points, width]
        for point in row:
            width = self.width[point] + GAP
            blocks.append([wanted[point] - width / 2, [point], width])
            while len(blocks) > 1 and (blocks[-2][0] / len(blocks[-2][1]) + blocks[-2][2]
                                       > blocks[-1][0] / len(blocks[-1][1])):
                total, points, wide = blocks.pop()
                blocks[-1][0] += total - len(points) * blocks[-1][2]
                blocks[-1][1] += points
                blocks[-1][2] += wide
        for total, points, _ in blocks:
            left = total / len(points)
            for point in points:
                self.x[point] = left + (self.width[point] + GAP) / 2
                left += self.width[point] + GAP


def svg(rooms):
    """The drawing."""
    layout = Layout(rooms)
    headings = list(dict.fromkeys(room.heading for room in rooms))
    colours = {room.name: FILLS[headings.index(room.heading) % len(FILLS)] for room in rooms}
    top = {point: MARGIN + ROW * (len(layout.rows) - 1 - level)
           for level, row in enumerate(layout.rows) for point in row}
    key_top = MARGIN + ROW * (len(layout.rows) - 1) + BOX_HEIGHT + 28
    width, height = layout.right, key_top + 22 * len(headings) + 8
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}" height="{height:.0f}" '
             f'viewBox="0 0 {width:.0f} {height:.0f}" role="img">',
             f"<title>The rooms of Glint and the arrows between them</title><style>{STYLE}</style>",
             f'<rect class="ground" width="{width:.0f}" height="{height:.0f}" rx="8"/>']
    for chain in layout.chains:
        x, y = layout.x[chain[0]], top[chain[0]] + BOX_HEIGHT
        path = f"M{x:.1f} {y}"
        for point in chain[1:]:
            end = top[point]
            bend = (end - y) / 2
            path += f" C{x:.1f} {y + bend:.1f} {layout.x[point]:.1f} {end - bend:.1f} {layout.x[point]:.1f} {end}"
            x, y = layout.x[point], end
            if point is not chain[-1]:  # straight on through the row
                y += BOX_HEIGHT
                path += f" V{y}"
        parts.append(f'<path d="{path}"/>')
        parts.append(f'<path class="tip" d="M{x - 3:.1f} {y - 7} L{x:.1f} {y} L{x + 3:.1f} {y - 7} Z"/>')
    for name, colour in colours.items():
        x, wide = layout.x[name], layout.width[name]
        parts.append(f'<rect class="box" x="{x - wide / 2:.1f}" y="{top[name]}" width="{wide:.1f}" '
                     f'height="{BOX_HEIGHT}" rx="6" fill="{colour}"/>')
        parts.append(f'<text x="{x:.1f}" y="{top[name] + 19}">{html.escape(name)}</text>')
    for index, heading in enumerate(headings):
        y = key_top + 22 * index
        parts.append(f'<g class="key"><rect class="box" x="{MARGIN}" y="{y}" width="22" height="14" rx="3" '
                     f'fill="{FILLS[index % len(FILLS)]}"/>'
                     f'<text x="{MARGIN + 32}" y="{y + 12}">{html.escape(heading)}</text></g>')
    return "\n".join(parts + ["</svg>"]) + "\n"
