"""The pictures of the reading pages: `draw(chart)` of each system, pure, from the facts of the chart alone.

Conventions, so that every picture works on every page (`picture.Picture` enforces most of them):

- A picture is 340 units wide. On a phone of 360 px one unit is one pixel, on paper and desktop it grows; nothing
  is smaller than 12.
- No colour, font or style in the SVG: a shape or text names one or more of the classes of `picture.CLASSES`, and
  `reading.css` gives each a colour for light, dark and print. Colour never says anything alone: an element, a
  moving line or a marked day is also written or drawn.
- `name` is unique among all pictures of a page; the ids come from it.
- The description says everything that the picture shows, in Chinese sentences, for those who can't see it.
- What is a table to the reader is one: `tables(chart)` gives it as `types.Table`, and the page makes HTML of it.
"""
