"""Objections, and requests to rectify, erase or restrict: recorded, held, decided, told."""
