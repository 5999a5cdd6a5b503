-- Tells series by their labels as they are kept, where what lay beside them in a batch had a say before.
update raw.metrics set series = cast(md5_number_lower(concat_ws(
    chr(31),
    coalesce(tenant_id, ''), coalesce(name, ''), coalesce(service, ''), coalesce(host, ''),
    array_to_string(list_sort([
        e.key || chr(30) || (
            case when json_type(e.value) in ('UBIGINT', 'BIGINT', 'HUGEINT', 'DOUBLE')
                then e.value::double::varchar else e.value->>'$' end
        )
        for e in map_entries(coalesce(attributes::json, '{}')::map(varchar, json))
        if json_type(e.value) <> 'NULL'
    ]), chr(31))
)) >> 1 as bigint);
