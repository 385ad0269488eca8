# SPDX-License-Identifier: Apache-2.0
"""A whole night: nodes are looked at, run, kept, analysed and told of, and nothing that was measured
is lost when a later step fails."""
