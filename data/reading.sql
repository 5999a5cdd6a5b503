-- name: macros
-- How a text is read as a time, a duration, a number; NULL where it says none. Made once on each loading connection.

-- A whole number of seconds, milliseconds, microseconds or nanoseconds since 1970, told apart by size.
create or replace temp macro epoch_moment(whole, fraction) as
    case
        when whole < 100000000 then null
        when whole < 100000000000 then make_timestamp(whole * 1000000 + round(fraction * 1000000)::bigint)
        when whole < 100000000000000 then make_timestamp(whole * 1000 + round(fraction * 1000)::bigint)
        when whole < 100000000000000000 then make_timestamp(whole)
        else make_timestamp(whole // 1000)
    end;

-- Whether a time says its zone: an offset, Z, a zone's name, or that it counts from 1970.
create or replace temp macro has_zone(said) as
    suffix(said, 'Z')
    or regexp_matches(said, '(:\d\d([.,]\d+)? ?[+-]\d\d(:?\d\d)?|[A-Za-z]{3}|/[A-Za-z_]+)$')
    or regexp_full_match(said, '-?\d+(\.\d+)?([eE]\+?\d+)?');

create or replace temp macro other_moment(said, zone) as
    case
        when said is null or left(said, 1) not between '0' and '9' and not regexp_matches(said, '^[A-Z][a-z]{2}, ') then null
        when regexp_full_match(said, '\d+')
            then epoch_moment(try_cast(said as bigint), 0)
        when regexp_full_match(said, '\d+\.\d+')
            then epoch_moment(try_cast(split_part(said, '.', 1) as bigint), try_cast('0.' || split_part(said, '.', 2) as double))
        when regexp_full_match(said, '\d+(\.\d+)?[eE]\+?\d+') then epoch_moment(try_cast(try_cast(said as double) as bigint), 0)
        when said[5:5] = '-' and has_zone(said)
            then make_timestamp(epoch_us(try_cast(regexp_replace(replace(said, ',', '.'), ' ([+-])', '\1') as timestamptz)))
        when said[5:5] = '-' then make_timestamp(epoch_us(timezone(zone, try_cast(replace(said, ',', '.') as timestamp))))
        else make_timestamp(epoch_us(coalesce(
            try_cast(try_strptime(said, ['%d/%b/%Y:%H:%M:%S %z', '%a, %d %b %Y %H:%M:%S %z']) as timestamptz),
            try_cast(try_strptime(said, '%a, %d %b %Y %H:%M:%S GMT') as timestamptz),
            try_cast(try_strptime(said, '%Y%m%dT%H%M%SZ') as timestamptz))))
    end;

-- The UTC time that a text says. Times without a zone are of `zone`: of a local hour that comes twice the second is
-- meant, one that the clock skips counts on from before the jump. The commonest form is tried before the others.
create or replace temp macro moment(said, zone) as
    coalesce(
        case when suffix(said, 'Z') and left(said, 1) between '0' and '9' then try_cast(said as timestamp) end,
        other_moment(said, zone));

-- What one unit is in milliseconds.
create or replace temp macro unit_ms(unit) as
    case unit
        when 'ns' then 0.000001 when 'us' then 0.001 when 'µs' then 0.001 when 'μs' then 0.001 when 'ms' then 1.0
        when 's' then 1000.0 when 'sec' then 1000.0 when 'm' then 60000.0 when 'min' then 60000.0
        when 'h' then 3600000.0 when 'd' then 86400000.0
        when 'nanosecond' then 0.000001 when 'microsecond' then 0.001 when 'millisecond' then 1.0
        when 'msec' then 1.0 when 'second' then 1000.0 when 'minute' then 60000.0
        when 'hour' then 3600000.0 when 'hr' then 3600000.0 when 'day' then 86400000.0
    end;

-- A unit as people write it: `seconds` is `second`, while `s` and `ms` stay.
create or replace temp macro singular(unit) as
    regexp_replace(unit, '^(.*(?:sec|second|min|minute|hour|hr|day))s$', '\1');

-- A number that JSON could say: no `nan`, no `1_000`.
create or replace temp macro number(said) as
    case when regexp_full_match(said, ' *-?\d+(\.\d*)?([eE][+-]?\d+)? *') then try_cast(said as double) end;

create or replace temp macro other_milliseconds(said, unit) as
    case
        when said is null or said = '' then null
        when regexp_full_match(said, '-?\d+(\.\d+)?([eE][+-]?\d+)?') then try_cast(said as double) * unit_ms(unit)
        when regexp_full_match(said, '\d+:\d\d:\d\d(\.\d+)?')
            then 3600000 * try_cast(split_part(said, ':', 1) as double) + 60000 * try_cast(split_part(said, ':', 2) as double)
                + 1000 * try_cast(split_part(said, ':', 3) as double)
        when regexp_full_match(lower(said), '(pt)?(\d+(\.\d+)? ?(ns|us|µs|μs|ms|s|m|h|d|hrs?|hours?|days?|m?secs?|mins?|minutes?|(nano|micro|milli)?seconds?) ?)+')
            then list_sum([
                try_cast(regexp_extract(part, '[\d.]+') as double) * unit_ms(singular(regexp_extract(part, '[a-zµμ]+')))
                for part in regexp_extract_all(lower(said), '\d+(?:\.\d+)? ?[a-zµμ]+')])
    end;

-- A duration in milliseconds: `1.2s`, `850ms`, `1m3s`, `3 minutes`, `PT1.5S`, a clock's `00:01:03.5`, or a bare number of `unit`.
-- Nothing takes less than no time: what begins with a minus is none.
create or replace temp macro milliseconds(said, unit) as
    case when not prefix(ltrim(said), '-') then coalesce(
        case
            when suffix(said, 'ms') then number(left(said, -2))
            when suffix(said, 's') then 1000 * number(left(said, -1))
        end,
        other_milliseconds(said, unit)) end;

-- A whole number, also one written as 12.0; NULL for 12.5.
create or replace temp macro whole(said) as
    case
        when regexp_full_match(said, '-?\d{1,18}') then try_cast(said as bigint)
        when try_cast(said as double) = floor(try_cast(said as double)) then try_cast(try_cast(said as double) as bigint)
    end;

create or replace temp macro truth(said) as
    case lower(said) when 'true' then true when '1' then true when 'yes' then true when 'false' then false when '0' then false when 'no' then false end;

-- The words of a run's end, as the store says them; NULL for a run that has not ended.
create or replace temp macro run_status(said) as
    case
        when said = 'success' or said = 'failed' then said
        -- Not by `in`, which the engine makes a join of, for every row.
        else map {
            'success': 'success', 'succeeded': 'success', 'successful': 'success', 'ok': 'success', 'completed': 'success',
            'complete': 'success', 'done': 'success', 'passed': 'success', 'finished': 'success',
            'failed': 'failed', 'failure': 'failed', 'fail': 'failed', 'error': 'failed', 'errored': 'failed', 'crashed': 'failed',
            'cancelled': 'cancelled', 'canceled': 'cancelled', 'aborted': 'cancelled', 'stopped': 'cancelled',
            'timeout': 'timeout', 'timed_out': 'timeout', 'timed out': 'timeout', 'timedout': 'timeout'}[lower(said)]
    end;
