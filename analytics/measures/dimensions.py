"""Everything to group by that has a name: columns of tables, of the tenant and the person, local time."""

from __future__ import annotations

from dataclasses import replace

from analytics.model import Dimension

FACTS = ("events", "runs", "llm_calls", "logs", "spans", "metrics", "errors", "costs")
ALL = (*FACTS, "ai_queries")
WITH_USER = ("events", "runs", "llm_calls", "logs", "spans", "errors", "ai_queries")


def of(name: str, label: str, definition: str, *sources: str) -> Dimension:
    """A column of some sources."""
    return Dimension(name, label, definition, sources)


def as_text(name: str, label: str, definition: str, *sources: str) -> Dimension:
    """A column that is no text and may be missing: grouped by as text, the empty one where it is."""
    return Dimension(name, label, definition, sources, sql=f"coalesce(cast(r.{name} as varchar), '')")


def tenant(name: str, label: str, definition: str, sql: str) -> Dimension:
    """A column of the row's tenant."""
    return Dimension(f"tenant.{name}", label, definition, ALL, sql=sql)


def person(name: str, label: str, definition: str, sql: str = "") -> Dimension:
    """A column of the row's person."""
    expression = sql or f"coalesce(person.{name}, '')"
    return Dimension(f"person.{name}", label, definition, WITH_USER, sql=expression)


# What grouping first by these columns costs depends on how many values they have.
FEW = (
    "source plan status kind operation provider price_version cache_hit level environment http_method"
    " http_status db_system unit handled category hour_of_day weekday"
).split()
MANY = "user_id anonymous_id session_id entity_id request_id trace_id message error_message".split()

_DECLARED = (
    of("tenant_id", "Tenant id", "The tenant's id.", *ALL),
    of("source", "Source", "Where the rows came from.", *FACTS),
    tenant(
        "name",
        "Tenant",
        "The tenant's name, or its id where it has none.",
        "coalesce(nullif(tenant.name, ''), r.tenant_id)",
    ),
    tenant("plan", "Plan now", "The plan that the tenant is on now.", "coalesce(tenant.\"plan\", '')"),
    tenant(
        "owner",
        "Owner",
        "Who looks after the tenant: as noted in outreach, else in the data.",
        "coalesce(tenant.owner, '')",
    ),
    tenant("region", "Region", "The tenant's region.", "coalesce(tenant.region, '')"),
    tenant("timezone", "Tenant's time zone", "The tenant's own clock.", "coalesce(tenant.timezone, '')"),
    of("plan", "Plan then", "The tenant's plan when the row happened.", *FACTS),
    of("user_id", "User", "The user's id, within its tenant.", *WITH_USER),
    person("person_id", "Person id", "The person's id, within its tenant.", "coalesce({actor}, '')"),
    person(
        "name",
        "Person",
        "The person's name, or its id where it has none.",
        "coalesce(nullif(person.name, ''), {actor}, '')",
    ),
    person("email", "E-mail", "The person's e-mail address."),
    person("role", "Role", "The person's role."),
    Dimension("hour_of_day", "Hour of day", "The local hour, 0 to 23.", ALL, "count", "c.hour_of_day"),
    Dimension("weekday", "Weekday", "The local weekday, 1 is Monday.", ALL, "count", "c.weekday"),
    of("status", "Status", "How it ended.", "runs", "llm_calls", "spans", "ai_queries"),
    of("action_type", "Connector", "The kind of action that was run.", "runs"),
    of("workflow_id", "Workflow id", "The workflow's id.", "runs"),
    of("workflow_name", "Workflow", "The workflow's name.", "runs"),
    of("kind", "Kind", "The kind of run, span or series.", "runs", "spans", "metrics"),
    of("error_code", "Error code", "The code that a failure named.", "runs"),
    of("error_message", "Error message", "What a failure said.", "runs"),
    of("request_id", "Request", "The request's id.", "runs", "llm_calls", "logs", "spans"),
    of("trace_id", "Trace", "The trace's id.", "runs", "llm_calls", "logs", "spans", "errors", "ai_queries"),
    of("feature", "Feature", "The feature that asked the AI.", "llm_calls", "ai_queries"),
    of("tool", "Tool", "The tool that the AI called.", "llm_calls"),
    of("command", "Command", "The command that asked the AI.", "llm_calls", "ai_queries"),
    of("operation", "Operation", "The kind of model call.", "llm_calls"),
    of("provider", "Provider", "Who sells it.", "llm_calls", "costs"),
    of("model", "Model", "The AI model.", "llm_calls"),
    of("price_version", "Price list", "The prices that a call was priced by.", "llm_calls"),
    of("error_type", "Error type", "The kind of error of a call.", "llm_calls", "ai_queries"),
    as_text("cache_hit", "Cache hit", "Whether our own cache answered.", "llm_calls"),
    of("event_type", "Event", "What happened.", "events"),
    of("session_id", "Session", "The session's id.", "events"),
    of("anonymous_id", "Visitor", "The id of a visitor who is not signed in.", "events"),
    of("entity_id", "Entity", "The id of what it happened to.", "events"),
    of("project_id", "Project", "The project's id.", "events", "logs"),
    of("level", "Level", "The level of a log line.", "logs"),
    of("message", "Message", "What a log line or an exception says.", "logs", "errors"),
    of("logger", "Logger", "The part of the program that wrote the line.", "logs"),
    of(
        "service",
        "Service",
        "The service that it happened in.",
        "logs",
        "spans",
        "metrics",
        "errors",
        "costs",
    ),
    of("host", "Host", "The machine.", "logs", "metrics"),
    of("environment", "Environment", "Production, staging or another.", "logs", "spans", "errors"),
    of("release", "Release", "The version that ran.", "spans", "errors"),
    of("name", "Name", "The span's operation, or the series.", "spans", "metrics"),
    of("http_method", "HTTP method", "GET, POST and the like.", "spans"),
    of("http_route", "Route", "The route of a request.", "spans"),
    as_text("http_status", "HTTP status", "The status of a request.", "spans"),
    of("db_system", "Database", "The kind of database that was asked.", "spans"),
    of("rpc_method", "Procedure", "The procedure that was called.", "spans"),
    of("unit", "Unit", "What a series is measured in.", "metrics"),
    of("type", "Exception", "The type of an exception.", "errors"),
    of("fingerprint", "Group", "What exceptions of one kind share.", "errors"),
    as_text("handled", "Handled", "Whether something handled the exception.", "errors"),
    of("endpoint", "Endpoint", "Where the exception happened.", "errors"),
    of("category", "Category", "Compute, storage and the like.", "costs"),
)

DIMENSIONS = tuple(
    replace(each, size="few" if each.name in FEW else "many" if each.name in MANY else "some")
    for each in _DECLARED
)
