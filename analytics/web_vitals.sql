-- name: first_widget
select floor(r."number.first_widget")::bigint as ms, count(*) as count
from events as r
where r."number.first_widget" >= 0
group by all
order by ms
