"""Weights as numbers, by a regular expression for each coding; zlib writes the gzip format."""

import re
import zlib


def compress_response(body_str, request_headers):
    vary = {"Vary": "Accept-Encoding"}
    raw = body_str.encode("utf-8")
    for name, value in request_headers.items():
        if name.casefold() == "accept-encoding" and _welcome("gzip", value):
            return zlib.compress(raw, level=6, wbits=31), {"Content-Encoding": "gzip"} | vary
    return raw, vary


def _welcome(coding, offers):
    weights = {}
    for offer in re.split(r"\s*,\s*", offers.strip().lower()):
        match = re.fullmatch(r"([^\s;]+)(?:\s*;\s*q=(\d(?:\.\d*)?))?", offer)
        if match:
            weights[match[1]] = float(match[2] or 1)
    return weights.get(coding, weights.get("*", 0)) > 0
