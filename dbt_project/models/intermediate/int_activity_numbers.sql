-- Activities in the order of their names: the order in which files of activities are written.
select
    cast(row_number() over (order by activity) - 1 as utinyint) as activity_no,
    activity,
    in_whole_report,
    prose_quantity
from {{ ref('activities') }}
order by activity_no
