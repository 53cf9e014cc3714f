"""The page of operations: what this emulator serves, from the dispatch table that the server uses."""

from collections.abc import Collection

import flask

from bedrock_emulator.http.admin import check_sender
from bedrock_emulator.model.service import Api
from bedrock_emulator.operations.dispatch import OPERATIONS_PAGE

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Bedrock emulator: operations</title>
<style>
  :root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
  body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
  table { border-collapse: collapse; width: 100%; margin-bottom: 2rem; }
  th, td { text-align: left; padding: .35rem .6rem; border-bottom: 1px solid #8884; }
  td:nth-child(2) { overflow-wrap: anywhere; font-family: ui-monospace, monospace; font-size: .85em; }
  .served { color: #0a7d33; font-weight: 600; } .refused { opacity: .65; }
  @media (prefers-color-scheme: dark) { .served { color: #4cc972; } }
</style>
</head>
<body>
<h1>What this emulator serves</h1>
<p>{{ served }} of {{ total }} operations that the service models know are served. Every other one answers
<code>UnknownOperationException</code> and never pretends. The same list as JSON:
<a href="{{ page }}?format=json"><code>{{ page }}?format=json</code></a>.</p>
{% for service, rows in services.items() %}
<h2>{{ service }}</h2>
<table>
<thead><tr><th>Operation</th><th>Request</th><th>Status</th></tr></thead>
<tbody>
{% for row in rows %}<tr class="{{ '' if row.served else 'refused' }}"><td>{{ row.operation }}</td>
<td>{{ row.method }} {{ row.uri }}</td>
<td>{% if row.served %}<span class="served">served</span>{% else %}refused{% endif %}</td></tr>
{% endfor %}</tbody>
</table>
{% endfor %}
</body>
</html>
"""


def pages_blueprint(api: Api, served: Collection[str], *, hosts: Collection[str]) -> flask.Blueprint:
    """`/` and the page of operations, as HTML for people and as JSON with `?format=json`.

    `hosts` are the names by which the pages may be addressed, as for the admin API.
    """
    pages = flask.Blueprint("pages", __name__)
    pages.before_request(lambda: check_sender(hosts))
    services = _rows(api, served)

    @pages.get("/")
    def index() -> flask.typing.ResponseReturnValue:
        return flask.redirect(OPERATIONS_PAGE)

    @pages.get(OPERATIONS_PAGE)
    def operations() -> flask.typing.ResponseReturnValue:
        if flask.request.args.get("format") == "json":
            return flask.jsonify(services)
        counts = {"served": len(served), "total": len(api.operations)}
        return flask.render_template_string(_PAGE, services=services, page=OPERATIONS_PAGE, **counts)

    return pages


def _rows(api: Api, served: Collection[str]) -> dict[str, list[dict[str, object]]]:
    """One row for each operation by service, served ones first."""
    services: dict[str, list[dict[str, object]]] = {}
    for operation in sorted(api, key=lambda each: (each.name not in served, each.name)):
        row = {
            "operation": operation.name,
            "method": operation.method,
            "uri": operation.uri,
            "served": operation.name in served,
        }
        services.setdefault(operation.service, []).append(row)
    return services
