# SPDX-License-Identifier: Apache-2.0
"""What starts the program somewhere and sees it to its end: one small interface, a module each."""

from .base import (ALL, NONE, Engine, EngineMissing, ImageAbsent, Ran, Request, make,
                   read_report)

__all__ = ["ALL", "NONE", "Engine", "EngineMissing", "ImageAbsent", "Ran", "Request", "make",
           "read_report"]
