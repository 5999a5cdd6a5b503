-- What browsers measured, by the attributes of events that say so; a vital comes by its own name, or as a name and a
-- value.

-- name: browser_timings
select count(*) as browser_timings
from raw.events
where
    occurred_at >= $start and occurred_at < $end
    and (
        upper(attributes.metric::varchar) in ('LCP', 'INP', 'CLS')
        or coalesce(
            try_cast(attributes.lcp_ms::varchar as double),
            try_cast(attributes.inp_ms::varchar as double),
            try_cast(attributes.cls::varchar as double),
            try_cast(attributes.socket_connect_ms::varchar as double),
            try_cast(attributes.first_widget_ms::varchar as double),
            try_cast(attributes.socket_latency_ms::varchar as double)
        ) is not null
    )

-- name: p75_lcp_ms
select
    quantile_cont(
        coalesce(
            try_cast(attributes.lcp_ms::varchar as double),
            if(upper(attributes.metric::varchar) = 'LCP', attributes.value::double, null)
        ),
        0.75
    ) as p75_lcp_ms
from raw.events
where occurred_at >= $start and occurred_at < $end

-- name: p75_inp_ms
select
    quantile_cont(
        coalesce(
            try_cast(attributes.inp_ms::varchar as double),
            if(upper(attributes.metric::varchar) = 'INP', attributes.value::double, null)
        ),
        0.75
    ) as p75_inp_ms
from raw.events
where occurred_at >= $start and occurred_at < $end

-- name: p75_cls
select
    quantile_cont(
        coalesce(
            try_cast(attributes.cls::varchar as double),
            if(upper(attributes.metric::varchar) = 'CLS', attributes.value::double, null)
        ),
        0.75
    ) as p75_cls
from raw.events
where occurred_at >= $start and occurred_at < $end

-- name: p50_socket_connect_ms
select quantile_cont(try_cast(attributes.socket_connect_ms::varchar as double), 0.5) as p50_socket_connect_ms
from raw.events
where occurred_at >= $start and occurred_at < $end

-- name: p95_socket_connect_ms
select quantile_cont(try_cast(attributes.socket_connect_ms::varchar as double), 0.95) as p95_socket_connect_ms
from raw.events
where occurred_at >= $start and occurred_at < $end

-- name: p50_first_widget_ms
select quantile_cont(try_cast(attributes.first_widget_ms::varchar as double), 0.5) as p50_first_widget_ms
from raw.events
where occurred_at >= $start and occurred_at < $end

-- name: p95_first_widget_ms
select quantile_cont(try_cast(attributes.first_widget_ms::varchar as double), 0.95) as p95_first_widget_ms
from raw.events
where occurred_at >= $start and occurred_at < $end

-- name: p50_socket_latency_ms
select quantile_cont(try_cast(attributes.socket_latency_ms::varchar as double), 0.5) as p50_socket_latency_ms
from raw.events
where occurred_at >= $start and occurred_at < $end

-- name: p95_socket_latency_ms
select quantile_cont(try_cast(attributes.socket_latency_ms::varchar as double), 0.95) as p95_socket_latency_ms
from raw.events
where occurred_at >= $start and occurred_at < $end
