"""Frames to folium layers, and the JavaScript that they need."""
