with activities as (
    select * from {{ ref('activities') }}
)

select
    activity,
    activity_order,
    name_zh,
    name_en,
    in_whole_report,
    definition_zh,
    definition_en
from activities
