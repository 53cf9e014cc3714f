"""The page of operations: what this emulator serves, from the dispatch table that the server uses."""

from collections import Counter
from collections.abc import Collection

import flask

from bedrock_emulator.http.admin import check_sender
from bedrock_emulator.model.service import Api
from bedrock_emulator.operations.dispatch import OPERATIONS_PAGE, DispatchTable, Status

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Bedrock emulator: operations</title>
<style>
  :root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
  body { max-width: 72rem; margin: 2rem auto; padding: 0 1rem; }
  h1 { line-height: 1.2; }
  table { border-collapse: collapse; table-layout: fixed; width: 100%; margin-bottom: 2rem; }
  th, td { text-align: left; padding: .35rem .6rem; border-bottom: 1px solid #8884; overflow-wrap: anywhere; }
  th:nth-child(1) { width: 36%; } th:nth-child(3) { width: 5.5rem; }
  td:nth-child(2) { font-family: ui-monospace, monospace; font-size: .85em; }
  .served b { color: #0a7d33; } .refused { opacity: .7; }
  @media (prefers-color-scheme: dark) { .served b { color: #4cc972; } }
  @media (max-width: 45rem) {
    thead { display: none; }
    tr { display: grid; grid-template-columns: 1fr auto; padding: .35rem 0; border-bottom: 1px solid #8884; }
    td { border: 0; padding: 0; } td:nth-child(2) { order: 3; grid-column: 1 / -1; }
  }
</style>
</head>
<body>
<h1>What this emulator serves</h1>
<p>Of {{ counts.total() }} operations that the service models know, {{ counts.served }} are <b>served</b>.
{{ counts.empty }} are <b>empty</b>: the resources that they are about cannot be created here, so they answer empty
lists or <code>ResourceNotFoundException</code>. {{ counts.refused }} are <b>refused</b>: they answer
<code>UnknownOperationException</code> and never pretend. The same list as JSON:
<a href="{{ page }}?format=json"><code>{{ page }}?format=json</code></a>.</p>
{% for service, rows in services.items() %}
<h2>{{ service }}</h2>
<table>
<thead><tr><th>Operation</th><th>Request</th><th>Status</th></tr></thead>
<tbody>
{% for row in rows %}<tr class="{{ row.status }}"><td>{{ row.operation }}</td>
<td>{{ row.method }} {{ row.uri }}</td>
<td><b>{{ row.status }}</b></td></tr>
{% endfor %}</tbody>
</table>
{% endfor %}
</body>
</html>
"""


def pages_blueprint(api: Api, table: DispatchTable, *, hosts: Collection[str]) -> flask.Blueprint:
    """`/` and the page of operations, as HTML for people and as JSON with `?format=json`.

    `hosts` are the names by which the pages may be addressed, as for the admin API.
    """
    pages = flask.Blueprint("pages", __name__)
    pages.before_request(lambda: check_sender(hosts))
    services = _rows(api, table)
    counts = Counter(table.status(operation.name) for operation in api)

    @pages.get("/")
    def index() -> flask.typing.ResponseReturnValue:
        return flask.redirect(OPERATIONS_PAGE)

    @pages.get(OPERATIONS_PAGE)
    def operations() -> flask.typing.ResponseReturnValue:
        if flask.request.args.get("format") == "json":
            return flask.jsonify(services)
        return flask.render_template_string(_PAGE, services=services, page=OPERATIONS_PAGE, counts=counts)

    return pages


_ORDER: tuple[Status, ...] = ("served", "empty", "refused")


def _rows(api: Api, table: DispatchTable) -> dict[str, list[dict[str, str]]]:
    """One row for each operation by service, served ones first."""
    services: dict[str, list[dict[str, str]]] = {}
    for operation in sorted(api, key=lambda each: (_ORDER.index(table.status(each.name)), each.name)):
        row = {
            "operation": operation.name,
            "method": operation.method,
            "uri": operation.uri,
            "status": table.status(operation.name),
        }
        services.setdefault(operation.service, []).append(row)
    return services
