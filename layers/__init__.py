"""Frames to folium layers, and the JavaScript that they need."""

from layers.canvas_map import canvas_map

__all__ = ["canvas_map"]
