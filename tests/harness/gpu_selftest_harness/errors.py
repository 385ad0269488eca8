# SPDX-License-Identifier: Apache-2.0
"""What makes a verb of the harness end early, in words for the person who typed it."""


class Refused(Exception):
    """The input is wrong: exit 2. The text names what was found and what is valid."""


class Failed(Exception):
    """It could not be done, and nothing is wrong with the input: exit 3."""
