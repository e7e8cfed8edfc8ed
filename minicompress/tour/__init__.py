"""The main job: one trained model, compressed by every family, measured side by side."""

from minicompress.tour.draw import write_figure
from minicompress.tour.measure import TourRow, measure_recipes
from minicompress.tour.write import write_json, write_markdown

__all__ = ["TourRow", "measure_recipes", "write_figure", "write_json", "write_markdown"]
