"""A plugin of coverage.py: also measures the threads in which granian answers requests.

Python hands the trace function of `threading.settrace` to the threads that it starts itself; granian starts its own.
"""

import sys
import threading
from typing import TYPE_CHECKING, Any

from coverage.plugin_support import Plugins

if TYPE_CHECKING:
    from flask import Flask


def answer_traced(app: "Flask", environ: Any, start_response: Any) -> Any:
    """Answer like Flask, after giving the thread what `threading` would have given it."""
    if sys.gettrace() is None:
        sys.settrace(threading.gettrace())
    return app.wsgi_app(environ, start_response)


def coverage_init(reg: Plugins, options: object) -> None:
    """Called by coverage.py in each measured process; granian's worker is a fork of `serve`."""
    if "serve" in sys.orig_argv:
        from flask import Flask

        Flask.__call__ = answer_traced  # type: ignore[assignment, method-assign]
