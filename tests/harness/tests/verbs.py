# SPDX-License-Identifier: Apache-2.0
"""Calls a verb of the command as it would be, without a process of its own."""

import argparse


def call(verb, *arguments):
    """`verb` is its module."""
    parser = argparse.ArgumentParser(exit_on_error=False)
    verb.register(parser.add_subparsers())
    name = verb.__name__.rpartition(".")[2]
    options = parser.parse_args([name, *map(str, arguments)])
    return options.run(options)
