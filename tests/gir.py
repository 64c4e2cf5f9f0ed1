# Copyright 2026 The eric-sse authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The names of a GIR's elements and attributes, for the tests that read one."""

C = '{http://www.gtk.org/introspection/c/1.0}'
GLIB = '{http://www.gtk.org/introspection/glib/1.0}'
CORE = '{http://www.gtk.org/introspection/core/1.0}'
